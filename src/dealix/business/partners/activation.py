"""What an activation needs on record: the partner's Saudization and the consent to share data."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from dealix.actors import Actor
from dealix.business.partners import repository
from dealix.business.partners.schemas import (
    ActivationFacts,
    PartnerApprovalInput,
    SaudizationStatus,
)
from dealix.errors import InvalidInput
from dealix.lanes import run_events
from dealix.lanes.models import Run
from dealix.lanes.provenance import Provenance
from dealix.records.canonical import digest
from dealix.records.run_notes import note
from dealix.store.ids import new_id
from dealix.trust.outbound.governance import ConsentBook
from dealix.trust.outbound.governance.schemas import DATA_SHARING, EVERYTHING
from dealix.validation import validated

EVENT = "activation_facts"
SAUDIZATION, CONSENT = "saudization", "data_sharing_consent"
RISKS = {SAUDIZATION: "saudization_not_recorded", CONSENT: "data_sharing_not_consented"}
"""What is missing, as a risk of a packet."""


class ActivationBook:
    """Keeps the facts of an activation, inside the caller's transaction."""

    def __init__(self, consents: ConsentBook) -> None:
        self._consents = consents

    def keep(self, session: Session, run: Run, given: ActivationFacts, by: str) -> None:
        """Put on record what was given; what was not given stays as it is."""
        if given.saudization is not None:
            status = SaudizationStatus(
                band=given.saudization,
                recorded_by=by,
                provenance=Provenance(
                    generated_at=run.now(),
                    method="person",
                    inputs_hash=digest(given.saudization),
                    sources=[f"run {run.id}"],
                ),
            )
            repository.keep_output(session, run.id, status)
            data = {"band": given.saudization}
            note(session, by, "saudization.recorded", run.id, data, chain=run.chain, at=run.now())
        if given.data_sharing_consent is not None:
            self._consents.record(
                session,
                _contact(session, run),
                "given",
                channel=EVERYTHING,
                purpose=DATA_SHARING,
                source=given.data_sharing_consent,
                by=by,
                world=run.world,
            )

    def missing(self, session: Session, run: Run) -> list[str]:
        """The fields of `ActivationFacts` that are not on record and must be."""
        lacks = []
        partner = repository.partner(session, run.input["partner_id"])
        if partner.country == "SA" and self.saudization(session, run) is None:
            lacks.append(SAUDIZATION)
        contact = partner.contact_person_id
        if self._consents.standing(session, contact, run.world).sharing is None:
            lacks.append(CONSENT)
        return lacks

    def risks(self, session: Session, run: Run) -> list[str]:
        """What a decider should know of these facts."""
        found = [RISKS[each] for each in self.missing(session, run)]
        return [*found, "saudization_red"] if self.saudization(session, run) == "red" else found

    @staticmethod
    def saudization(session: Session, run: Run) -> str | None:
        """The Nitaqat band that is on record."""
        found = repository.output(session, run.id, SaudizationStatus)
        return found.band if found is not None else None

    def enter(
        self, session: Session, actor: Actor, run: Run, given: Mapping[str, Any]
    ) -> str | None:
        """What somebody of ours enters by hand; it wakes a run that waits for it.

        Raises:
            InvalidInput: a value is none of those known, or nothing of what is missing came.
        """
        lacked = self.missing(session, run)
        self.keep(session, run, validated(ActivationFacts, given), actor.user_id)
        left = self.missing(session, run)
        if left and left == lacked:
            errors = [{"field": each, "type": "missing"} for each in left]
            raise InvalidInput("activation_facts_missing", errors=errors)
        cause, data = new_id("facts"), {"missing": left}
        return run_events.store(session, run, EVENT, cause, data, by=actor.user_id)


def of_input(given: PartnerApprovalInput) -> ActivationFacts:
    """The facts that were known at the start."""
    return ActivationFacts(
        saudization=given.saudization, data_sharing_consent=given.data_sharing_consent
    )


def _contact(session: Session, run: Run) -> str:
    return repository.partner(session, run.input["partner_id"]).contact_person_id

"""What an activation needs on record: Saudization, consent to share data, the power to sign."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from dealix.actors import Actor
from dealix.business.partners import repository
from dealix.business.partners.registry_check import today
from dealix.business.partners.schemas import (
    ActivationFacts,
    PartnerApprovalInput,
    RegistryFinding,
    SaudizationStatus,
    SigningPower,
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
SAUDIZATION, CONSENT, SIGNING = "saudization", "data_sharing_consent", "signing_basis"
RISKS = {
    SAUDIZATION: "saudization_not_recorded",
    CONSENT: "data_sharing_not_consented",
    SIGNING: "signing_power_not_recorded",
}
"""What is missing, as a risk of a packet."""
CODES = frozenset({"signing_incomplete", "signing_backwards"})
"""Rules of the facts themselves, which have sentences of their own."""


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
                provenance=_by_person(run, given.saudization),
            )
            repository.keep_output(session, run.id, status)
            data = {"band": given.saudization}
            note(session, by, "saudization.recorded", run.id, data, chain=run.chain, at=run.now())
        if given.signing_basis is not None:
            _keep_power(session, run, given, by)
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
        if not _may_sign(session, run):
            lacks.append(SIGNING)
        return lacks

    def risks(self, session: Session, run: Run) -> list[str]:
        """What a decider should know of these facts."""
        found = [RISKS[each] for each in self.missing(session, run)]
        return [*found, "saudization_red"] if self.saudization(session, run) == "red" else found

    @staticmethod
    def power(session: Session, run: Run) -> SigningPower | None:
        """Why the contact may sign, where somebody had to put that on record."""
        return repository.output(session, run.id, SigningPower)

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
        self.keep(session, run, validated(ActivationFacts, given, CODES), actor.user_id)
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


def _may_sign(session: Session, run: Run) -> bool:
    """Whether the contact signs alone by the registry, or by a power that holds today.

    Where no registry was asked nobody knows: the packet says so, and people decide on that.
    """
    finding = repository.output(session, run.id, RegistryFinding)
    if finding is None or finding.signatory == "alone":
        return True
    power = repository.output(session, run.id, SigningPower)
    return power is not None and power.holds(today(run.now()))


def _keep_power(session: Session, run: Run, given: ActivationFacts, by: str) -> None:
    facts = {
        "basis": given.signing_basis,
        "document": given.signing_document,
        "scope": given.signing_scope,
        "valid_from": given.signing_from,
        "valid_until": given.signing_until,
    }
    power = SigningPower.model_validate(
        {**facts, "recorded_by": by, "provenance": _by_person(run, given.model_dump(mode="json"))}
    )
    repository.keep_output(session, run.id, power)
    told = power.model_dump(mode="json", include=set(facts))
    note(session, by, "signing_power.recorded", run.id, told, chain=run.chain, at=run.now())


def _by_person(run: Run, given: object) -> Provenance:
    return Provenance(
        generated_at=run.now(),
        method="person",
        inputs_hash=digest(given),
        sources=[f"run {run.id}"],
    )


def _contact(session: Session, run: Run) -> str:
    return repository.partner(session, run.input["partner_id"]).contact_person_id

"""Asks the company registry on behalf of a run, and keeps what it said with its provenance."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from dealix.business.compliance.service import REGISTRY, CompanyRegistry, Finding
from dealix.business.partners import repository
from dealix.business.partners.registry_check import COVERED, refusal, today
from dealix.business.partners.schemas import (
    RegistryConfirmation,
    RegistryFinding,
    RegistryManager,
)
from dealix.business.partners.service import PartnerService
from dealix.connectors import outcomes
from dealix.connectors.company_research import RegistryRecord
from dealix.connectors.company_research.records import bare_name
from dealix.errors import ProviderRefused
from dealix.lanes import run_book
from dealix.lanes.models import Run
from dealix.lanes.provenance import Provenance
from dealix.lanes.schemas import StepCall
from dealix.lanes.step_specs import now_of
from dealix.records.canonical import digest
from dealix.records.schemas import Reply
from dealix.store.ids import new_id
from dealix.store.session import Database
from dealix.trust.outbound.service import OutsideEffect

Keeping = Callable[[Session, Run, Finding], None]
NEVER = timedelta(0)
"""No answer is young enough: the registry is asked anew."""


class RegistryDesk:
    """The registry's answers as a run needs them: at its beginning, and before its end."""

    def __init__(
        self, database: Database, registry: CompanyRegistry, partners: PartnerService
    ) -> None:
        self._database = database
        self._registry = registry
        self._partners = partners

    def identify(self, call: StepCall) -> OutsideEffect | None:
        """Who the partner is; the answer that the start got is used. None: nobody is to be asked.

        The effect answers `refused`: the code for which the company may not be a partner.
        """

        def find(run: Run, number: str, world: str | None) -> Finding:
            given = run.input.get("registry_answer")
            if given is not None:
                return self._registry.kept(run.tenant_id, str(given))
            return self._registry.find(run.tenant_id, number, rehearsal=world)

        return self._question(call, "check_registration", find, self._keep_finding)

    def confirm(self, call: StepCall) -> OutsideEffect | None:
        """Whether the company still stands, asked anew."""

        def find(run: Run, number: str, world: str | None) -> Finding:
            return self._registry.find(run.tenant_id, number, rehearsal=world, max_age=NEVER)

        return self._question(call, "confirm_registration", find, self._keep_confirmation)

    def _question(
        self,
        call: StepCall,
        step: str,
        find: Callable[[Run, str, str | None], Finding],
        keep: Keeping,
    ) -> OutsideEffect | None:
        with self._database.tenant(call.tenant_id) as session:
            run = run_book.get(session, call.run_id)
            partner = self._partners.partner(session, run)
            country, number = partner.country, partner.registration_number
        if country != COVERED or not self._registry.is_configured(rehearsal=call.rehearsal):
            return None
        heard: list[Finding] = []

        def ask() -> Reply:
            try:
                found = find(run, number, call.run_id if call.rehearsal else None)
            except ProviderRefused as no:  # it refuses us, not the company: ours to mend, then on
                reason = str(no.params.get("reason", no.code))
                raise outcomes.unavailable(REGISTRY, reason) from None
            heard.append(found)
            return Reply(found.id, {"refused": refusal(found.record, today(now_of(call)))})

        def keep_it(session: Session) -> None:
            for found in heard:
                keep(session, run_book.get(session, call.run_id), found)

        return OutsideEffect(
            action="registry.read",
            resource=f"{call.run_id}:{step}",
            payload_hash=digest({"number": number}),
            kind="registry.read",
            practice="silent",
            call=ask,
            recorded=keep_it,
        )

    def _keep_finding(self, session: Session, run: Run, found: Finding) -> None:
        record = found.record
        known = repository.output(session, run.id, RegistryFinding)
        if record is None or (known is not None and known.reference == found.id):
            return
        partner = self._partners.partner(session, run)
        partner.company_number = record.national_number or partner.company_number
        person = partner.contact_person_id
        contact = self._partners.vault.reveal(session, person).get("name", "")
        finding = RegistryFinding(
            **_common(found, run),
            national_number=record.national_number,
            registered_name=record.name,
            entity_type=record.entity_type,
            status=record.status,
            confirmation_due=record.confirmation_due,
            signing=record.signing,
            signatory=record.may_sign(contact),
            managers=self._managers(session, record, person, contact),
        )
        repository.keep_output(session, run.id, finding)

    def _managers(
        self, session: Session, record: RegistryRecord, person: str, contact: str
    ) -> list[RegistryManager]:
        """Every manager as a person of the vault; the contact is known there already."""
        made = []
        for manager in record.managers:
            own_id = person
            if bare_name(manager.name) != bare_name(contact):
                own_id = new_id("person")
                self._partners.vault.add(session, own_id, {"name": manager.name})
            made.append(RegistryManager(person_id=own_id, position=manager.position))
        return made

    @staticmethod
    def _keep_confirmation(session: Session, run: Run, found: Finding) -> None:
        record = found.record
        confirmation = RegistryConfirmation(
            **_common(found, run),
            status=record.status if record else "unknown",
            confirmation_due=record.confirmation_due if record else None,
        )
        repository.keep_output(session, run.id, confirmation)


def _common(found: Finding, run: Run) -> dict[str, Any]:
    return {
        "registry": REGISTRY,
        "reference": found.id,
        "asked_at": found.fetched_at,
        "provenance": Provenance(
            generated_at=found.fetched_at,
            method="registry",
            inputs_hash=digest(run.input),
            sources=[f"{REGISTRY} {found.id}"],
        ),
    }

"""Steps around the registry and the activation: what must be true before a partner is active."""

from sqlalchemy.orm import Session

from dealix.business.partners.activation import ActivationBook
from dealix.business.partners.registry_findings import RegistryDesk
from dealix.business.partners.service import PartnerService
from dealix.lanes import run_book
from dealix.lanes.models import Run
from dealix.lanes.own_steps import own_step
from dealix.lanes.schemas import StepCall, StepResult
from dealix.lanes.steps import StepFacts, facts_of, step
from dealix.store.session import Database
from dealix.trust.outbound.service import Outbound, OutsideEffect


class ActivationActivities:
    """Steps of `partner_approval` that ask the registry and what an activation needs."""

    def __init__(
        self,
        database: Database,
        partners: PartnerService,
        registry: RegistryDesk,
        book: ActivationBook,
        outbound: Outbound,
    ) -> None:
        self.database = database
        self.partners = partners
        self.registry = registry
        self.book = book
        self.outbound = outbound

    @step("check_registration", system="wathq", method="content_hash", on_started="resend")
    def check_registration(self, call: StepCall) -> StepResult:
        """Ask the registry who the partner is; while it is away, ask again."""
        facts = facts_of(ActivationActivities.check_registration)
        return self._asked(facts, call, self.registry.identify(call))

    @step("check_activation_facts", method="upsert")
    def check_activation_facts(self, call: StepCall) -> StepResult:
        """See that what an activation needs is on record; what is missing, a person brings."""
        with self.database.tenant(call.tenant_id) as session:
            lacking = self.book.missing(session, run_book.get(session, call.run_id))
        if lacking:
            return StepResult(status="changed", data={"missing": lacking})
        method = ActivationActivities.check_activation_facts
        return own_step(self.database, method, call, self._on_record)

    @step("confirm_registration", system="wathq", method="content_hash", on_started="resend")
    def confirm_registration(self, call: StepCall) -> StepResult:
        """Ask the registry anew, before papers are signed and before the partner is active."""
        facts = facts_of(ActivationActivities.confirm_registration)
        return self._asked(facts, call, self.registry.confirm(call))

    def _asked(
        self, facts: StepFacts, call: StepCall, question: OutsideEffect | None
    ) -> StepResult:
        if question is None:
            return StepResult(status="not_needed")
        return self.outbound.perform(facts, call, question)

    def _on_record(self, session: Session, run: Run, _call: StepCall) -> dict[str, str | None]:
        return {"saudization": self.book.saudization(session, run)}

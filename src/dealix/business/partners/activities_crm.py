"""The partner in the CRM: written when terms are out, active at the end, and taken back."""

from dealix.business.partners.service import PartnerService
from dealix.lanes import run_book
from dealix.lanes.schemas import StepCall, StepResult
from dealix.lanes.steps import facts_of, step, undo
from dealix.store.session import Database
from dealix.trust.outbound.effects import Post
from dealix.trust.outbound.service import Outbound, OutsideEffect
from dealix.trust.outbound.undoing import undo_outside


class CrmActivities:
    """Steps and undo actions of `partner_approval` that write the partner to the CRM."""

    def __init__(
        self, database: Database, partners: PartnerService, outbound: Outbound, post: Post
    ) -> None:
        self.database = database
        self.partners = partners
        self.outbound = outbound
        self.post = post

    @step("write_crm", system="crm", method="upsert", undo="withdraw_in_crm", on_started="resend")
    def write_crm(self, call: StepCall) -> StepResult:
        """Write the partner to the CRM."""
        effect = self._company(call, "terms_sent", "crm.write", "write_crm")
        return self.outbound.perform(facts_of(CrmActivities.write_crm), call, effect)

    @undo("withdraw_in_crm", system="crm", method="upsert", on_started="resend")
    def withdraw_in_crm(self, call: StepCall) -> StepResult:
        """Mark the partner as withdrawn in the CRM."""
        effect = self._company(call, "withdrawn", "crm.withdraw", "withdraw_in_crm", "write_crm")
        return undo_outside(self.outbound, facts_of(CrmActivities.withdraw_in_crm), call, effect)

    @step(
        "activate_in_crm",
        system="crm",
        method="upsert",
        undo="deactivate_in_crm",
        on_started="resend",
    )
    def activate_in_crm(self, call: StepCall) -> StepResult:
        """Mark the partner as active in the CRM."""
        effect = self._company(call, "active", "crm.write", "activate_in_crm")
        return self.outbound.perform(facts_of(CrmActivities.activate_in_crm), call, effect)

    @undo("deactivate_in_crm", system="crm", method="upsert", on_started="resend")
    def deactivate_in_crm(self, call: StepCall) -> StepResult:
        """Take the partner's activation back in the CRM."""
        of = "activate_in_crm"
        effect = self._company(call, "withdrawn", "crm.withdraw", "deactivate_in_crm", of)
        return undo_outside(self.outbound, facts_of(CrmActivities.deactivate_in_crm), call, effect)

    def _company(
        self, call: StepCall, status: str, action: str, name: str, of: str = ""
    ) -> OutsideEffect:
        """The write as the step `name` makes it; `of` is the step that a withdrawal undoes."""
        with self.database.tenant(call.tenant_id) as session:
            run = run_book.get(session, call.run_id)
            company = self.partners.company(session, run, status, of=of)
        return self.post.company(call, company, action, name)

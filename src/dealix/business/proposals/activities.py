"""The steps of the price approval: what is weighed, who is asked, what follows from a yes."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from dealix import clock
from dealix.business.proposals import repository
from dealix.business.proposals.approving import BY_PERCENT, BY_VALUE, gates_of, standing
from dealix.business.proposals.service import Proposals
from dealix.lanes.models import Run
from dealix.lanes.own_steps import Work, own_step
from dealix.lanes.schemas import GateOpened, StepCall, StepResult
from dealix.lanes.steps import ask, step
from dealix.records import audit
from dealix.store.session import Database
from dealix.trust.approvals.gates import open_gate
from dealix.trust.approvals.schemas import Opening
from dealix.trust.approvals.service import ApprovalService

ENDS = {
    "rejected": "price_rejected",
    "expired": "price_expired",
    "cancelled": "price_cancelled",
    "price_superseded": "price_superseded",
    "failed": "failed",
}
"""What becomes of a version whose price was not approved."""


class PriceActivities:
    """Steps and gates of `price_approval`."""

    def __init__(
        self, database: Database, proposals: Proposals, approvals: ApprovalService
    ) -> None:
        self.database = database
        self.proposals = proposals
        self.approvals = approvals

    @step("weigh_price", method="upsert")
    def weigh_price(self, call: StepCall) -> StepResult:
        """Say at which gates the price is asked, or why it is not asked any more."""
        return self._own(PriceActivities.weigh_price, call, self._weighed)

    @ask("ask_for_percent", gate="discount_approval")
    def ask_for_percent(self, call: StepCall) -> GateOpened:
        """Ask who may grant this percentage."""
        return self._open(PriceActivities.ask_for_percent, call, BY_PERCENT)

    @ask("ask_for_value", gate="value_approval")
    def ask_for_value(self, call: StepCall) -> GateOpened:
        """Ask who may grant this much money."""
        return self._open(PriceActivities.ask_for_value, call, BY_VALUE)

    @step("continue_proposal", method="upsert")
    def continue_proposal(self, call: StepCall) -> StepResult:
        """Redeem the tokens and start the pipeline that goes on; a price that changed does not."""
        return self._own(PriceActivities.continue_proposal, call, self._went_on)

    @step("tell_requester", method="message_id")
    def tell_requester(self, call: StepCall) -> StepResult:
        """Say on the version how its price was decided, and to who asked where nothing goes out."""
        return self._own(PriceActivities.tell_requester, call, self._told)

    def _own(self, method: Callable[..., Any], call: StepCall, work: Work) -> StepResult:
        return own_step(self.database, method, call, work)

    def _open(self, method: Callable[..., Any], call: StepCall, gate: str) -> GateOpened:
        def asked(session: Session, run: Run, round_: int) -> Opening:
            row = repository.of_price_run(session, run.id)
            company = self.proposals.deals.of(session, row.deal_id)["company"]
            return self.proposals.approvals.opening(session, run, gate, round_, company)

        return open_gate(self.database, self.approvals, method, call, asked)

    def _weighed(self, session: Session, run: Run, _call: StepCall) -> dict[str, Any]:
        price = repository.price_row(session, run.input["record"])
        why = standing(session, price, run.input["sha256"])
        return {"refused": why, "gates": [] if why else gates_of(repository.record_of(price))}

    def _went_on(self, session: Session, run: Run, _call: StepCall) -> dict[str, Any]:
        price = repository.price_row(session, run.input["record"])
        why = standing(session, price, run.input["sha256"])
        if why is not None:
            return {"refused": why}
        approvals, record = self.proposals.approvals, repository.record_of(price)
        approvals.redeem(session, record, run.id, run.chain)
        row = repository.of_price_run(session, run.id, lock=True)
        row.state = "going_on"
        return {"run": approvals.go_on(session, row, price, run.started_by)}

    def _told(self, session: Session, run: Run, call: StepCall) -> dict[str, Any]:
        outcome = str(call.data["outcome"])
        price = repository.price_row(session, run.input["record"])
        if outcome == "cancelled" and not repository.is_newest(session, price):
            outcome = "price_superseded"
        row = repository.of_price_run(session, run.id, lock=True)
        state = ENDS.get(outcome)
        if state is None or row.state not in {"awaiting_price_approval", "going_on"}:
            return {"state": row.state}
        row.state, row.told_to, row.told_at = state, run.started_by, clock.now()
        row.seen_at = None
        told = {"run_id": row.run_id, "outcome": outcome, "price_run": run.id}
        audit.append(session, "system", "proposal.price_refused", row.run_id, told)
        return {"state": state}

"""The durable lane's end of the door: what a stored decision adds up to, on the run's clock."""

from temporalio import activity

from dealix.lanes import run_book, signals
from dealix.lanes.schemas import GateState, StepCall, StepResult
from dealix.store.session import Database
from dealix.trust.approvals import rounds
from dealix.trust.approvals.service import ApprovalService


class ApprovalActivities:
    """Loads decisions by their request; a forged update finds nothing here and changes nothing."""

    def __init__(self, database: Database, approvals: ApprovalService) -> None:
        self.database = database
        self.approvals = approvals

    @activity.defn(name="load_decision")
    def load_decision(self, call: StepCall) -> GateState:
        """The state of a request; each decision takes effect now, by the run's clock."""
        approval_id = call.data["approval_id"]
        with self.database.tenant(call.tenant_id) as session:
            state = self.approvals.state(session, approval_id, call.at)
            if state.status != "open":
                run_book.mark(session, call.run_id, "running")
                signals.all_heard(session, call.run_id, "decision", approval_id)
        return state

    @activity.defn(name="escalate")
    def escalate(self, call: StepCall) -> GateState:
        """Take the SLA steps of a request that are due now."""
        with self.database.tenant(call.tenant_id) as session:
            return self.approvals.escalate(session, call.data["approval_id"], call.at)

    @activity.defn(name="close_gates")
    def close_gates(self, call: StepCall) -> StepResult:
        """The run ends: what is still open at a gate can no longer be decided."""
        with self.database.tenant(call.tenant_id) as session:
            run = run_book.get(session, call.run_id, lock=True)
            rounds.close_open(session, run, call.at)
        return StepResult()

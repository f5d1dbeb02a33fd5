"""The durable lane's end of the door: what a stored decision adds up to, on the run's clock."""

from datetime import datetime

from pydantic import TypeAdapter
from temporalio import activity

from dealix.lanes import signals
from dealix.lanes.run_activities import asking_workflow, own_run, refuse_stranger
from dealix.lanes.schemas import GateState, StepCall, StepResult
from dealix.records.run_notes import note
from dealix.store.session import Database
from dealix.trust.approvals import reading, rounds
from dealix.trust.approvals.service import ApprovalService

OVERTAKEN: tuple[signals.SignalKind, ...] = ("decision", "resubmission")
"""What people stored that the end of a run may overtake."""


class ApprovalActivities:
    """Loads decisions by their request; a forged update finds nothing here and changes nothing."""

    def __init__(self, database: Database, approvals: ApprovalService) -> None:
        self.database = database
        self.approvals = approvals

    @activity.defn(name="load_decision")
    def load_decision(self, call: StepCall) -> GateState:
        """The state of a request; each decision takes effect now, by the run's clock.

        The next step waits for this, so it asks once and does not wait for the disk: that step's
        own commit takes it along, and `close_gates` hears from the workflow what was forgotten all
        the same.
        """
        approval_id: str = call.data["approval_id"]
        heard = reading.hear_at_once(
            self.database, call.tenant_id, approval_id, call.at, asking_workflow()
        )
        refuse_stranger(heard.engine_id)
        if heard.status == "open":
            with self.database.lazily(call.tenant_id) as session:
                return self.approvals.state(session, approval_id, call.at)
        return GateState.model_validate({"status": heard.status, "took": heard.took})

    @activity.defn(name="escalate")
    def escalate(self, call: StepCall) -> GateState:
        """Take the SLA steps of a request that are due now."""
        with self.database.tenant(call.tenant_id) as session:
            own_run(session, call)
            return self.approvals.escalate(session, call.data["approval_id"], call.at)

    @activity.defn(name="close_gates")
    def close_gates(self, call: StepCall) -> StepResult:
        """The run ends: what is open at a gate can no longer be decided.

        A decision or an answer that was stored and not heard before the end (a cancel, the
        deadline) has no effect. Nobody has anything to do about it, so it is no case; the audit
        names it.
        """
        with self.database.tenant(call.tenant_id) as session:
            run = own_run(session, call)
            rounds.close_open(session, run, call.at)
            took = TypeAdapter(dict[str, datetime]).validate_python(call.data.get("took", {}))
            reading.had_effect(session, run.id, took)
            effective = [f"sig_decision_{one}" for one in reading.effective(session, run.id)]
            for kind in OVERTAKEN:
                for signal in signals.overtaken(session, run.id, kind, effective):
                    data = {str(kind): signal.removeprefix(f"sig_{kind}_")}
                    note(session, "system", f"{kind}.overtaken", run.id, data, chain=run.chain)
        return StepResult()

"""Steps that ask people: a gate is opened by its request ID, once, whatever dies in between."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from dealix.lanes import run_book
from dealix.lanes.crash_points import reach
from dealix.lanes.models import Run
from dealix.lanes.schemas import GateOpened, StepCall
from dealix.lanes.step_specs import spec_of
from dealix.lanes.steps import facts_of
from dealix.records import effects
from dealix.store.session import Database
from dealix.trust.approvals.schemas import Opening
from dealix.trust.approvals.service import ApprovalService

Asked = Callable[[Session, Run, int], Opening]
"""What a gate asks in a run's round."""


def open_gate(
    database: Database,
    approvals: ApprovalService,
    method: Callable[..., Any],
    call: StepCall,
    asked: Asked,
) -> GateOpened:
    """Open the gate of the `@ask` step `method`: ledger row and request in one transaction."""
    facts = facts_of(method)
    reach(facts.name, "before")
    with database.tenant(call.tenant_id) as session:
        run = run_book.get(session, call.run_id, lock=True)
        approval = approvals.open(session, asked(session, run, call.round), run)
        effects.once(session, spec_of(facts, call), lambda: {"approval_id": approval.id})
        state = approvals.state(session, approval.id, call.at)
        if state.status == "open":
            run_book.mark(session, run.id, "waiting", approval.gate)
        opened = GateOpened(
            approval_id=approval.id,
            packet_hash=approval.packet_hash,
            deadline=approval.deadline,
            state=state,
        )
    reach(facts.name, "recorded")
    return opened

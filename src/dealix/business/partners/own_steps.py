"""Steps on our own stores: the work, its ledger row and its audit in one transaction."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from dealix.lanes import run_book
from dealix.lanes.crash_points import reach
from dealix.lanes.models import Run
from dealix.lanes.schemas import StepCall, StepResult
from dealix.lanes.steps import facts_of
from dealix.records import effects
from dealix.store.session import Database
from dealix.trust.outbound.service import spec_of

Work = Callable[[Session, Run, StepCall], Mapping[str, Any]]


def own_step(
    database: Database, method: Callable[..., Any], call: StepCall, work: Work
) -> StepResult:
    """Do the work of a step once; what it answers is the step's result."""
    facts = facts_of(method)
    reach(facts.name, "before")
    with database.tenant(call.tenant_id) as session:
        # A late worker must not do again what an undo that has begun takes back.
        find = run_book.fence if facts.undo else run_book.get
        run = find(session, call.run_id)
        spec = spec_of(facts, call, None)
        row = effects.once(session, spec, lambda: work(session, run, call))
        result = StepResult(data=row.result or {})
    reach(facts.name, "recorded")
    return result

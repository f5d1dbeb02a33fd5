"""Steps on our own stores: the work, its ledger row and its audit in one transaction."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from dealix.lanes import run_book
from dealix.lanes.crash_points import reach
from dealix.lanes.models import Run
from dealix.lanes.schemas import StepCall, StepResult
from dealix.lanes.step_specs import spec_of
from dealix.lanes.steps import facts_of
from dealix.records import effects
from dealix.store.session import Database

Work = Callable[[Session, Run, StepCall], Mapping[str, Any]]
Guard = Callable[[Session], None]


def unguarded(_session: Session) -> None:
    """The guard of a step whose engine gives it to one worker alone."""


def own_step(
    database: Database,
    method: Callable[..., Any],
    call: StepCall,
    work: Work,
    guard: Guard = unguarded,
) -> StepResult:
    """Do the work of a step once; what it answers is the step's result.

    `guard` is asked last, in the same transaction: what it raises takes everything back.
    """
    facts = facts_of(method)
    reach(facts.name, "before", call.run_id)
    with database.tenant(call.tenant_id) as session:
        # A late worker must not do again what an undo that has begun takes back.
        find = run_book.fence if facts.undo else run_book.get
        run = find(session, call.run_id)
        spec = spec_of(facts, call)
        row = effects.once(session, spec, lambda: work(session, run, call))
        result = StepResult(data=row.result or {})
        guard(session)
    reach(facts.name, "recorded", call.run_id)
    return result

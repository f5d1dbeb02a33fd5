"""A step of our own that cannot be done until a person puts something right: a case, and a wait."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealix.errors import Refused
from dealix.lanes import run_book
from dealix.lanes.models import Run
from dealix.lanes.schemas import StepCall, StepResult
from dealix.lanes.steps import StepFacts
from dealix.records.case_book import open_case, settle
from dealix.records.models import Case
from dealix.store.session import Database

BLOCKED = "blocked"


def blocked(database: Database, facts: StepFacts, call: StepCall, refusal: Refused) -> StepResult:
    """Ask a person to put right what refused a step; it is tried again once they say so.

    The case says the refusal's code and what it names, such as `clause_stale:offer`.
    """
    named = [str(value) for value in refusal.params.values()]
    with database.tenant(call.tenant_id) as session:
        run = run_book.get(session, call.run_id, lock=True)
        case_id = open_case(
            session,
            run_id=run.id,
            kind=BLOCKED,
            subject=call.key,
            step=facts.name,
            reason=":".join([refusal.code, *named]),
            at=call.at,
            chain=run.chain,
        )
        run_book.attention(session, run, BLOCKED)
    return StepResult(status="blocked", case_id=case_id)


def end_all(session: Session, run: Run) -> None:
    """The run ends: what stood in its way asks nobody any more."""
    query = select(Case.subject).where(
        Case.run_id == run.id, Case.kind == BLOCKED, Case.status == "open"
    )
    for subject in session.execute(query).scalars().all():
        settle(session, BLOCKED, subject, "waive", by="system")
    session.flush()

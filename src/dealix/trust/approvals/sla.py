"""The SLA of a request on the working clock: reminder, breach and level 3, each exactly once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import cast

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix.lanes import run_book
from dealix.lanes.models import Run
from dealix.lanes.pausing import Interval, intervals
from dealix.lanes.working_time import Priority, SlaTimes, calendar_of, running, sla
from dealix.records.run_notes import note
from dealix.store.session import tenant_of
from dealix.trust.approvals.models import Approval, SlaStep

Reach = Callable[[int], list[str]]
LEVELS = {1: "reminder", 2: "breach", 3: "level3"}


def times(session: Session, approval: Approval) -> SlaTimes:
    """When the three steps of a request are due, on the run's clock.

    The rounds of one cycle share one clock, which stands still while the requester owes changes
    and while the run is paused.
    """
    return clock(session, approval)[0]


def clock(session: Session, approval: Approval) -> tuple[SlaTimes, timedelta]:
    """The three steps, and the working time that is left until the breach.

    What is left stands still with the clock and is negative once it is over.
    """
    rounds = _rounds(session, approval)
    run = run_book.get(session, approval.run_id)
    calendar = calendar_of(session, rehearsal=run.rehearsal)
    since, priority, stopped = rounds[0].opened_at, _priority(approval), _stopped(session, rounds)
    ran = running(calendar, since, approval.closed_at or run.now(), stopped)
    left = calendar.settings.allowed.of(priority) - ran
    return sla(calendar, since, priority, stopped), left


def upcoming(session: Session, approval: Approval) -> tuple[int, datetime | None]:
    """The next step of an open request and when it is due; (0, None) when none is left."""
    if approval.status != "open" or approval.escalation_level >= max(LEVELS):
        return 0, None
    level = approval.escalation_level + 1
    return level, _due(times(session, approval), level)


def escalate(
    session: Session, approval: Approval, run: Run, at: datetime, reach: Reach
) -> list[tuple[int, list[str]]]:
    """Take every step that is due by `at`; answers each with the people whom it reached.

    A step is a row of its own, so a repeated call takes none twice.
    """
    taken: list[tuple[int, list[str]]] = []
    due = times(session, approval)
    while approval.status == "open" and approval.escalation_level < max(LEVELS):
        level = approval.escalation_level + 1
        moment = _due(due, level)
        if moment is None or moment > at:
            break
        taken.append((level, reach(level)))
        _take(session, approval, run, level, (moment, at), taken[-1][1])
    return taken


def _take(
    session: Session,
    approval: Approval,
    run: Run,
    level: int,
    moments: tuple[datetime, datetime],
    reached: list[str],
) -> None:
    due_at, at = moments
    row = {
        "tenant_id": tenant_of(session),
        "approval_id": approval.id,
        "level": level,
        "run_id": run.id,
        "due_at": due_at,
        "at": at,
        "reached": reached,
    }
    session.execute(insert(SlaStep).values(row).on_conflict_do_nothing())
    approval.escalation_level = level
    if level > 1:
        approval.escalated = sorted({*approval.escalated, *reached})
    data = {"approval": approval.id, "gate": approval.gate, "level": level, "reached": reached}
    note(session, "system", f"approval.{LEVELS[level]}", run.id, data, chain=run.chain, at=at)
    session.flush()


def steps_of(session: Session, run_id: str) -> list[SlaStep]:
    """Every step taken in a run, oldest first."""
    query = select(SlaStep).where(SlaStep.run_id == run_id).order_by(SlaStep.at, SlaStep.level)
    return list(session.execute(query).scalars())


def _due(due: SlaTimes, level: int) -> datetime | None:
    return (due.reminder_at, due.breach_at, due.level3_at)[level - 1]


def _rounds(session: Session, approval: Approval) -> list[Approval]:
    """The rounds of this request's cycle up to it, oldest first."""
    query = (
        select(Approval)
        .where(
            Approval.run_id == approval.run_id,
            Approval.gate == approval.gate,
            Approval.cycle == approval.cycle,
            Approval.round <= approval.round,
        )
        .order_by(Approval.round)
    )
    return list(session.execute(query).scalars())


def _priority(approval: Approval) -> Priority:
    return cast("Priority", approval.priority)


def _stopped(session: Session, rounds: list[Approval]) -> list[Interval]:
    """When the clock of these rounds stood: changes were owed, or the run was paused."""
    run_id = rounds[0].run_id
    return [*_owed(rounds), *intervals(session, [run_id]).get(run_id, [])]


def _owed(rounds: list[Approval]) -> list[Interval]:
    """Between a round sent back and the next one, the requester owed changes."""
    pairs = pairwise(rounds)
    return [(a.closed_at, b.opened_at) for a, b in pairs if a.closed_at is not None]

"""The SLA of a request on the working clock: reminder, breach and level 3, each exactly once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple, cast

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix.lanes import run_book
from dealix.lanes.models import Run
from dealix.lanes.pausing import Interval, intervals
from dealix.lanes.working_time import (
    Priority,
    SlaTimes,
    WorkingCalendar,
    calendar_of,
    running,
    sla,
)
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
    return clocks(session, [approval])[approval.id].times()


class Round(NamedTuple):
    """When one round of a gate was asked and settled, on the run's clock."""

    round: int
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class Clock:
    """The working clock of one request: since when it runs, and when it stood."""

    calendar: WorkingCalendar
    since: datetime
    priority: Priority
    stopped: Sequence[Interval]
    ended: datetime | None
    now: datetime

    def times(self) -> SlaTimes:
        """The three steps."""
        return sla(self.calendar, self.since, self.priority, self.stopped)

    def left(self, *, settled: bool = True) -> timedelta:
        """The working time until the breach: it stands still with the clock, negative when over.

        Of a request that is settled it is what was left then, or without `settled` as if the
        request were still open.
        """
        until = self.ended if self.ended is not None and settled else self.now
        ran = running(self.calendar, self.since, until, self.stopped)
        return self.calendar.settings.allowed.of(self.priority) - ran


def clocks(session: Session, approvals: Iterable[Approval]) -> dict[str, Clock]:
    """The clocks of these requests; a handful of questions to the database, however many."""
    rows = list(approvals)
    runs = run_book.several(session, [row.run_id for row in rows])
    rounds, stood = _rounds(session, runs), intervals(session, runs)
    worlds = {run.rehearsal for run in runs.values()}
    calendars = {world: calendar_of(session, rehearsal=world) for world in worlds}
    found = {}
    for row in rows:
        run = runs[row.run_id]
        cycle = [one for one in rounds[row.run_id, row.gate, row.cycle] if one.round <= row.round]
        found[row.id] = Clock(
            calendars[run.rehearsal],
            cycle[0].opened_at,
            cast("Priority", row.priority),
            [*_owed(cycle), *stood.get(row.run_id, [])],
            row.closed_at,
            run.now(),
        )
    return found


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


def steps_of(session: Session, run_ids: Iterable[str]) -> list[SlaStep]:
    """Every step taken in these runs, oldest first."""
    query = select(SlaStep).where(SlaStep.run_id.in_(sorted(set(run_ids))))
    return list(session.execute(query.order_by(SlaStep.at, SlaStep.level)).scalars())


def _due(due: SlaTimes, level: int) -> datetime | None:
    return (due.reminder_at, due.breach_at, due.level3_at)[level - 1]


def _rounds(session: Session, run_ids: Iterable[str]) -> dict[tuple[str, str, int], list[Round]]:
    """The rounds of these runs by run, gate and cycle, oldest first."""
    query = select(
        Approval.run_id,
        Approval.gate,
        Approval.cycle,
        Approval.round,
        Approval.opened_at,
        Approval.closed_at,
    ).where(Approval.run_id.in_(sorted(set(run_ids))))
    found: dict[tuple[str, str, int], list[Round]] = {}
    for row in session.execute(query.order_by(Approval.round)):
        of_it = Round(row.round, row.opened_at, row.closed_at)
        found.setdefault((row.run_id, row.gate, row.cycle), []).append(of_it)
    return found


def _owed(rounds: list[Round]) -> list[Interval]:
    """Between a round sent back and the next one, the requester owed changes."""
    pairs = pairwise(rounds)
    return [(a.closed_at, b.opened_at) for a, b in pairs if a.closed_at is not None]

"""The course of one partner approval: its stages, and every wait with whom it was for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from dealix.business.partners.activation import EVENT as FACTS
from dealix.business.partners.negotiation import REVISION
from dealix.business.partners.waits import (
    PARTNER,
    STAGES,
    Course,
    Holder,
    Stage,
    courses,
    stage_of,
    with_partner,
)
from dealix.business.signatures.tracking import EVENT as SIGNATURE
from dealix.lanes import run_events
from dealix.lanes.models import Run
from dealix.trust.approvals import reading
from dealix.trust.approvals.reading import Waited

ORDER: tuple[Stage, ...] = ("manager", "review", "negotiation", "executive", "closing")


@dataclass(frozen=True)
class Span:
    """One wait of a run: what for, whose it was, from when until when; None: it lasts.

    `length` is working time, without pauses. A gate's wait has the moments of its SLA, where they
    can be named: while a clock stands they cannot.
    """

    name: str
    holder: Holder
    since: datetime
    until: datetime | None
    length: timedelta
    request: str | None = None
    reminder_at: datetime | None = None
    breach_at: datetime | None = None


@dataclass(frozen=True)
class Picture:
    """Everything that a drawing of a run shows.

    `reached` are the stages that it came to, `stage` the one in which it stands; `pauses` are the
    times in which it stood still.
    """

    since: datetime
    now: datetime
    ended: datetime | None
    deadline: datetime | None
    stage: Stage
    reached: frozenset[Stage]
    spans: tuple[Span, ...]
    pauses: tuple[tuple[datetime, datetime | None], ...]


def picture(session: Session, run: Run) -> Picture:
    """The course of a run so far."""
    course = courses(session, [run])[run.id]
    asked = reading.waited(session, run.id)
    found = sorted(_spans(session, course, asked), key=lambda span: (span.since, span.name))
    reached = {STAGES[span.name] for span in found if span.name in STAGES} | {ORDER[0]}
    if run.outcome == "activated":
        reached |= set(ORDER)
    return Picture(
        since=run.started_at,
        now=run.now(),
        ended=run.ended_at,
        deadline=run.deadline,
        stage=stage_of(course),
        reached=frozenset(reached),
        spans=tuple(found),
        pauses=tuple(course.stood),
    )


def _spans(session: Session, course: Course, asked: Sequence[Waited]) -> Iterator[Span]:
    yield from _of_gates(course, asked)
    for name, since, until in with_partner(course):
        yield _span(course, name, "partner", since, None if until == course.end else until)
    yield from _of_ours(session, course, asked)


def _of_gates(course: Course, asked: Sequence[Waited]) -> Iterator[Span]:
    """What stood at a gate, and in between what came back to the requester."""
    for one in asked:
        due = one.reminder_at, one.breach_at
        yield _span(course, one.gate, "approvers", one.opened_at, one.closed_at, one.id, due)
        if one.status == "changes_requested" and one.closed_at is not None:
            again = [
                other.opened_at
                for other in asked
                if (other.gate, other.round) == (one.gate, one.round + 1)
            ]
            until = min(again, default=None)
            yield _span(course, one.gate, "requester", one.closed_at, until, one.id)


def _of_ours(session: Session, course: Course, asked: Sequence[Waited]) -> Iterator[Span]:
    """What we owed: versions after counter-offers, our own signature, the activation's facts."""
    opened = [one.opened_at for one in asked]
    for answer in course.answers:
        if answer.answer == "counter":
            after = [moment for moment in opened if moment > answer.at]
            yield _span(course, REVISION, "requester", answer.at, min(after, default=None))
    signed = course.papers.signed if course.papers is not None else {}
    if PARTNER in signed:
        ours = [at for role, at in signed.items() if role != PARTNER]
        yield _span(course, SIGNATURE, "signatory", signed[PARTNER], max(ours, default=None))
    facts = [one for one in run_events.of_run(session, course.run.id) if one.name == FACTS]
    lacking = course.run.waiting_for == FACTS and course.run.ended_at is None
    if signed and (facts or lacking):
        until = None if lacking else facts[-1].at
        yield _span(course, FACTS, "requester", max(signed.values()), until)


def _span(
    course: Course,
    name: str,
    holder: Holder,
    since: datetime,
    until: datetime | None,
    request: str | None = None,
    due: tuple[datetime | None, datetime | None] = (None, None),
) -> Span:
    """A wait; what nobody ended lasts until the run's end."""
    if until is None and not course.lasts:
        until = course.end
    length = course.length(since, until or course.end)
    return Span(name, holder, since, until, length, request, *due)

"""Who holds a partner approval up and for how long: our time and the other side's, apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealix.business.partners.activation import EVENT as FACTS
from dealix.business.partners.answering import EVENT
from dealix.business.partners.models import Answer
from dealix.business.partners.negotiation import REVISION
from dealix.business.signatures.schemas import PapersOut
from dealix.business.signatures.tracking import EVENT as SIGNATURE
from dealix.business.signatures.tracking import papers_out
from dealix.lanes import pausing
from dealix.lanes.models import Run
from dealix.lanes.working_time import WorkingCalendar, calendar_of, running
from dealix.records.case_book import open_cases
from dealix.records.effects import done_times
from dealix.trust.approvals import reading
from dealix.trust.approvals.reading import Unsettled

Stage = Literal["manager", "review", "negotiation", "executive", "closing", "ended"]
Holder = Literal["approvers", "requester", "partner", "signatory", "pause", "case", "nobody"]
STAGES: dict[str, Stage] = {
    "manager_approval": "manager",
    "term_review": "review",
    "legal_review": "review",
    EVENT: "negotiation",
    REVISION: "negotiation",
    "executive_approval": "executive",
    SIGNATURE: "closing",
    FACTS: "closing",
}
PARTNER = "partner_signatory"
Interval = tuple[datetime, datetime | None]


@dataclass(frozen=True)
class Wait:
    """Where a run stands; times are working time on the company's clock.

    `since` is when the present wait began, `waited` how long it lasts; `requests` are those that
    are open or owe changes. A pause counts for nobody.
    """

    stage: Stage
    holder: Holder
    since: datetime | None
    waited: timedelta
    ours: timedelta
    theirs: timedelta
    requests: tuple[str, ...] = ()


@dataclass(frozen=True)
class Course:
    """What is on record of one run's waits."""

    run: Run
    calendar: WorkingCalendar
    unsettled: Sequence[Unsettled]
    out: Sequence[datetime]
    answers: Sequence[Answer]
    stood: Sequence[Interval]
    papers: PapersOut | None

    @cached_property
    def end(self) -> datetime:
        """Until when its time counts: its end, the start of its undo, else now on its clock."""
        return self.run.ended_at or self.run.undo_begun_at or self.run.now()

    @property
    def lasts(self) -> bool:
        """Whether its time still counts."""
        return self.run.ended_at is None and self.run.undo_begun_at is None

    def length(self, since: datetime, until: datetime) -> timedelta:
        """The working time between two moments, without pauses."""
        return running(self.calendar, since, until, self.stood)


def of_runs(session: Session, runs: Sequence[Run]) -> dict[str, Wait]:
    """Where each of these runs stands; a handful of questions to the database, however many."""
    found = {}
    for run_id, course in courses(session, runs).items():
        needs_a_person = course.run.status == "attention" and bool(open_cases(session, run_id))
        found[run_id] = _wait(course, needs_a_person=needs_a_person)
    return found


def courses(session: Session, runs: Sequence[Run]) -> dict[str, Course]:
    """What is on record of the waits of these runs, by run."""
    ids = [run.id for run in runs]
    calendars = {world: calendar_of(session, rehearsal=world) for world in (False, True)}
    unsettled = reading.unsettled(session, ids)
    out = done_times(session, ids, "send_terms")
    stood = pausing.intervals(session, ids)
    query = select(Answer).where(Answer.run_id.in_(ids)).order_by(Answer.version)
    answers = list(session.execute(query).scalars())
    papers = papers_out(session, ids)
    return {
        run.id: Course(
            run,
            calendars[run.rehearsal],
            [one for one in unsettled if one.run_id == run.id],
            out.get(run.id, []),
            [one for one in answers if one.run_id == run.id],
            stood.get(run.id, []),
            papers.get(run.id),
        )
        for run in runs
    }


def _wait(course: Course, *, needs_a_person: bool) -> Wait:
    run = course.run
    theirs = sum((course.length(a, b) for _, a, b in with_partner(course)), timedelta(0))
    whole = course.length(run.started_at, course.end)
    holder, since = ("case", None) if needs_a_person else _holder(course)
    live = run.ended_at is None
    return Wait(
        stage=stage_of(course),
        holder=holder,
        since=since,
        waited=course.length(since, run.now()) if live and since else timedelta(0),
        ours=max(whole - theirs, timedelta(0)),
        theirs=theirs,
        requests=tuple(one.id for one in course.unsettled) if live else (),
    )


def stage_of(course: Course) -> Stage:
    """The stage in which a run stands."""
    run = course.run
    if run.ended_at is not None:
        return "ended"
    if run.undo_begun_at is not None:
        return "closing"
    gates = [one.gate for one in course.unsettled]
    name = gates[0] if gates else run.waiting_for or ""
    if name in STAGES:
        return STAGES[name]
    if course.answers and course.answers[-1].answer == "accept":
        return "closing"
    return "review" if course.out or run.waiting_for else "manager"


def _holder(course: Course) -> tuple[Holder, datetime | None]:
    """For whom the run waits now, and since when."""
    run = course.run
    if run.ended_at is not None or run.undo_begun_at is not None:
        return "nobody", None
    if run.paused_at is not None:
        return "pause", run.paused_at
    asked = [one.opened_at for one in course.unsettled if one.status == "open"]
    owed = [one.closed_at for one in course.unsettled if one.status != "open"]
    if asked:
        return "approvers", min(asked)
    if owed:
        return "requester", owed[0]
    return _in_closing(course) if course.run.waiting_for in {SIGNATURE, FACTS} else _in_turn(course)


def _in_closing(course: Course) -> tuple[Holder, datetime | None]:
    """A signatory of either side has the papers, or we owe what the activation needs."""
    signed = course.papers.signed if course.papers is not None else {}
    if course.run.waiting_for == FACTS:
        return "requester", max(signed.values(), default=None)
    if course.papers is not None and PARTNER not in signed:
        return "partner", course.papers.since
    return "signatory", signed.get(PARTNER)


def _in_turn(course: Course) -> tuple[Holder, datetime | None]:
    """The partner has a version, or we owe the next one."""
    if course.run.waiting_for == REVISION and course.answers:
        return "requester", course.answers[-1].at
    if course.run.waiting_for == EVENT and course.out:
        return "partner", course.out[-1]
    return "nobody", None


def with_partner(course: Course) -> list[tuple[str, datetime, datetime]]:
    """From when a version or the papers to sign were out until the partner acted, or until now.

    Each with the event that was waited for. A version that nobody answered was out until the next.
    """
    answered: Mapping[int, datetime] = {place: one.at for place, one in enumerate(course.answers)}
    spans = []
    for place, since in enumerate(course.out):
        later = course.out[place + 1] if place + 1 < len(course.out) else course.end
        until = min(answered.get(place, later), later)
        spans.append((EVENT, since, until))
    if course.papers is not None:
        signed = course.papers.signed.get(PARTNER, course.end)
        spans.append((SIGNATURE, course.papers.since, min(signed, course.end)))
    return [(name, since, until) for name, since, until in spans if until > since]

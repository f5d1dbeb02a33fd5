"""Plays a scenario on a rehearsal: acts when it is time, jumps only while the run waits.

The director knows the run only through its `Stage`, as any program knows it: over the doors.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from dealix import clock
from dealix.errors import InvalidInput, InvariantBroken
from dealix.lanes.rehearsal_days import Days
from dealix.lanes.rehearsal_judge import SLA, Difference, Played, Sight, judge, of_provider
from dealix.lanes.scenarios import Act, Opening, Scenario

Json = dict[str, Any]
PATIENCE = 30.0
"""Seconds of real time in which something must have happened while the run is busy."""
POLL = 0.1
PAST_DEADLINE = timedelta(minutes=1)
PAST_OUTAGE = timedelta(minutes=15)
"""More than the longest back-off of a step: within it the first try after an outage is made."""
A_MOMENT = timedelta(seconds=1)
"""What a jump leaves of a pause: one that ends while steps run may go on to the next timer."""
A_LEAP = timedelta(minutes=1)
"""More than a look takes: a run's clock that has gone on by so much was moved."""
DECISIONS = frozenset({"approve", "reject", "request_changes"})
AT_A_GATE = frozenset({"approver", "manager", "executive"})


class Stage(Protocol):
    """Where a rehearsal is played. People are named by user ID, handle, address or role."""

    def example(self, workflow: str, number: int) -> Json:
        """The nth valid input of a workflow."""
        ...

    def start(self, who: str, workflow: str, given: Mapping[str, Any], at: datetime | None) -> Json:
        """Start a rehearsal, which begins `at` that moment by its own clock; answers the run."""
        ...

    def month(self, name: str) -> Json:
        """A month (2027-03) of the company's calendar: its days and the time zone."""
        ...

    def get(self, run_id: str) -> Json:
        """The run with its timeline."""
        ...

    def approvals(self, run_id: str) -> list[Json]:
        """The run's open requests."""
        ...

    def owed(self, run_id: str) -> list[Json]:
        """The run's requests whose requested changes have not been answered."""
        ...

    def decide(self, who: str, approval: Json, decision: Mapping[str, Any]) -> None:
        """Decide a request as this person, bound to the packet as it was just seen."""
        ...

    def resubmit(self, who: str, approval: Json, answer: Mapping[str, Any]) -> None:
        """Answer requested changes as this person."""
        ...

    def tell(self, who: str, run_id: str, event: str, data: Mapping[str, Any]) -> None:
        """Enter an event as this person, or let the other side act where it does so itself."""
        ...

    def sign(self, run: Json, word: str, comment: str | None) -> None:
        """`sign` or `decline` what the run has out for signature; returns once it has heard."""
        ...

    def still(self, who: str, run_id: str, word: str) -> None:
        """`pause` or `resume` the run as this person."""
        ...

    def cancel(self, who: str, run_id: str, comment: str | None) -> None:
        """Ask the run to end."""
        ...

    def extend(self, who: str, run_id: str, until: datetime) -> None:
        """Move the run's deadline."""
        ...

    def fast_forward(self, run_id: str, duration: timedelta) -> Json:
        """Move the run's clock; answers the run when it is idle again."""
        ...

    def settle(self, run_id: str) -> None:
        """Return once the run has nothing under way."""
        ...

    def fault(self, fault: Json) -> None:
        """Make a provider show a fault."""
        ...

    def escalations(self, run_id: str) -> list[Json]:
        """The SLA steps taken in a run, as entries of a timeline whose `kind` is `sla`.

        `name` is the gate, `status` the step (`reminder`, `breach`, `level3`), `due_at` when it was
        due and `reached` the names of those it reached.
        """
        ...

    def effects(self, run_id: str) -> list[Json]:
        """What the providers hold of this run, oldest first."""
        ...

    def papers(self, run_id: str) -> list[str]:
        """The text of each document that the partner got by mail, oldest first."""
        ...


@dataclass(frozen=True)
class Occasion:
    """Where the run waits for somebody: a gate's open request, changes that are owed, an event."""

    at: str
    since: datetime
    approval: Json | None = None
    owed: bool = False

    @property
    def name(self) -> tuple[str, str | None, bool]:
        """What tells it from others: where, which request, and whether changes are owed there."""
        return self.at, self.approval["id"] if self.approval else None, self.owed

    def suits(self, act: Act) -> bool:
        """Whether this is the occasion that an act of the script is meant for.

        A decision needs an open request, an answer changes that are owed; all else comes to both.
        """
        needs = {"resubmit": True, **dict.fromkeys(DECISIONS, False)}
        return act.at == self.at and needs.get(act.act, self.owed) == self.owed


@dataclass(frozen=True)
class Performance:
    """A scenario that was played: the run as it ended, and where it differs from the script."""

    scenario: Scenario
    run: Json
    effects: list[Json]
    escalations: list[Json]
    differences: list[Difference]
    seconds: float

    @property
    def held(self) -> bool:
        """Whether everything came as the script says."""
        return not self.differences


@dataclass
class Director:
    """Plays one scenario once; `say` gets one line for each thing that happened."""

    stage: Stage
    scenario: Scenario
    say: Callable[[str], None] = lambda _line: None
    patience: float = PATIENCE
    sights: dict[str, Sight] = field(default_factory=dict)
    done: list[Act] = field(default_factory=list)
    waits: dict[tuple[str, int], datetime] = field(default_factory=dict)
    escalations: list[Json] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.days = Days(self.stage.month)

    def play(self) -> Performance:
        """Play to the run's end, or to where only a person outside the script could go on."""
        began = time.monotonic()
        run = self._begin()
        while run["ended_at"] is None:
            run, before = self._turn(run), run
            self._look(run, since=before)
            if run["status"] == "attention" and not self._moves(run):
                break
        effects, taken = self.stage.effects(run["id"]), self.stage.escalations(run["id"])
        papers = self.stage.papers(run["id"]) if self.scenario.expect.papers is not None else []
        missed = [act for act in self.scenario.cast if act not in self.done]
        sights = list(self.sights.values())
        played = Played(run, effects, taken, papers, sights, missed, self.days)
        found = judge(self.scenario, played)
        return Performance(self.scenario, run, effects, taken, found, time.monotonic() - began)

    def _begin(self) -> Json:
        given = self.scenario.input
        if given is None:
            given = self.stage.example(self.scenario.workflow, self.scenario.example or 0)
        at = self._opening(self.scenario.starts) if self.scenario.starts else None
        run = self.stage.start(self.scenario.requester, self.scenario.workflow, given, at)
        for trouble in self.scenario.faults:
            fault: Json = {"provider": trouble.provider, "fault": trouble.fault, "scope": run["id"]}
            if trouble.count is not None:
                fault["count"] = trouble.count
            if trouble.until is not None:
                fault["until"] = (moment(run["started_at"]) + trouble.until).isoformat()
            self.stage.fault(fault)
        self._look(run, since=run)
        return run

    def _turn(self, run: Json) -> Json:
        """One thing: an act where somebody is waited for, a jump over an outage, or a look."""
        occasions = self._occasions(run) if run["cancel_requested_at"] is None else []
        if occasions:
            found = self.stage.get(run["id"])
            self._look(found, since=run)
            return self._at(found, occasions)
        if run["resumes_at"] is not None:
            rest = moment(run["resumes_at"]) - moment(run["now"]) - A_MOMENT
            if rest > timedelta(0):
                return self.stage.fast_forward(run["id"], rest)
        outage = self._outage(run)
        if outage is not None and outage > moment(run["now"]):
            return self.stage.fast_forward(run["id"], outage - moment(run["now"]))
        return self._after_a_moment(run)

    def _occasions(self, run: Json) -> list["Occasion"]:
        """Where the run waits for somebody now, each since when."""
        open_ = self.stage.approvals(run["id"])
        found = [Occasion(a["gate"], moment(a["opened_at"]), a) for a in open_]
        owed = self.stage.owed(run["id"])
        found += [Occasion(a["gate"], moment(a["closed_at"]), a, owed=True) for a in owed]
        name = run["waiting_for"]
        if not found and name is not None and run["status"] in {"waiting", "paused"}:
            told = sum(e["kind"] == "message" and e["name"] == name for e in run["timeline"])
            since = self.waits.setdefault((name, told), moment(run["now"]))
            found.append(Occasion(name, since))
        return found

    def _at(self, run: Json, occasions: list["Occasion"]) -> Json:
        """The act that is due first; without one, let the deadline come."""
        pairs = [(o, a) for o in occasions if (a := self._next(o)) is not None]
        if not pairs and self._goes_on(run, occasions):
            return self.stage.get(run["id"])
        if not pairs:
            return self._in_silence(run)
        occasion, act = min(pairs, key=lambda pair: pair[0].since + pair[1].after)
        wait = occasion.since + act.after - moment(run["now"])
        if wait > timedelta(0):
            return self.stage.fast_forward(run["id"], wait)
        self.done.append(act)
        self._perform(act, run, occasion)
        return self.stage.get(run["id"])

    def _goes_on(self, run: Json, occasions: list["Occasion"]) -> bool:
        """Whether others are waited for once nothing is under way: what it was may just have come.

        Gates side by side open one after the other.
        """
        self.stage.settle(run["id"])
        now = self._occasions(self.stage.get(run["id"]))
        return [each.name for each in now] != [each.name for each in occasions]

    def _next(self, occasion: "Occasion") -> Act | None:
        """The first act of the script for this occasion that was not played yet."""
        left = (a for a in self.scenario.cast if not any(a is played for played in self.done))
        return next((a for a in left if occasion.suits(a)), None)

    def _in_silence(self, run: Json) -> Json:
        """Nobody in the cast acts here any more: let the deadline come."""
        if run["deadline"] is None:
            raise InvariantBroken("rehearsal_stuck", what="nobody acts and there is no deadline")
        left = moment(run["deadline"]) - moment(run["now"])
        return self.stage.fast_forward(run["id"], max(left, timedelta(0)) + PAST_DEADLINE)

    def _perform(self, act: Act, run: Json, occasion: "Occasion") -> None:
        who = self._person(act.who, occasion.approval)
        approval = occasion.approval or {}
        if act.act in DECISIONS:
            decision = {"decision": act.act, "comment": act.comment, "changes": act.changes}
            self.stage.decide(who, approval, decision)
        elif act.act == "resubmit":
            self.stage.resubmit(who, approval, {"comment": act.comment, "answers": act.data})
        elif act.act == "tell":
            self.stage.tell(who, run["id"], act.at, act.data)
        elif act.act in {"sign", "decline"}:
            self.stage.sign(run, act.act, act.comment)
        elif act.act in {"pause", "resume"}:
            self.stage.still(who, run["id"], act.act)
        elif act.act == "cancel":
            self.stage.cancel(who, run["id"], act.comment)
        elif act.act == "extend":
            self.stage.extend(who, run["id"], moment(run["deadline"]) + act.by)
        self.say(f"{shown(run['now'])}  {act.who:<12}  {act.act:<20} {act.comment or ''}".rstrip())

    def _person(self, who: str, approval: Json | None) -> str:
        """The user who plays a part of the cast."""
        if who == "requester" or approval is None:
            return self.scenario.requester if who == "requester" else who
        seats: list[Json] = approval["who_may_decide"]
        chosen = seats if who in AT_A_GATE else [seat for seat in seats if seat["slot"] == who]
        people: list[str] = [person for seat in chosen for person in seat["people"]]
        return people[0] if people else who

    def _outage(self, run: Json) -> datetime | None:
        """When the outage is surely over for which a step is being tried again and again.

        Until the outage ends no try can succeed, so a jump to that moment passes nothing by.
        """
        ends = [t.until for t in self.scenario.faults if t.until is not None]
        retrying = any(
            entry["kind"] in {"step", "undo"}
            and entry["status"] in {"started", "failed"}
            and entry["attempts"] > 1
            for entry in run["timeline"]
        )
        return moment(run["started_at"]) + max(ends) + PAST_OUTAGE if ends and retrying else None

    def _after_a_moment(self, run: Json) -> Json:
        """The run, once anything about it has changed."""
        end = time.monotonic() + self.patience
        while time.monotonic() < end:
            time.sleep(POLL)
            found = self.stage.get(run["id"])
            if _state(found) != _state(run):
                return found
        if run["status"] == "attention":
            return run
        raise InvariantBroken("rehearsal_stuck", what=f"{run['id']} is {run['status']}")

    def _moves(self, run: Json) -> bool:
        """Whether a run that needs attention still goes on with something else."""
        end = time.monotonic() + 3.0
        while time.monotonic() < end:
            time.sleep(POLL)
            if _state(self.stage.get(run["id"])) != _state(run):
                return True
        return False

    def _look(self, run: Json, since: Json) -> None:
        """Say what is new, and remember between which two moments of the run it came."""
        if moment(run["now"]) - moment(since["now"]) > A_LEAP:
            self.escalations = self.stage.escalations(run["id"])
        entries = [*run["timeline"], *self.escalations]
        for entry in sorted(entries, key=lambda each: moment(each["at"])):
            name = f"{entry['kind']} {entry['key']}"
            sight = self.sights.get(name)
            if sight is None:
                sight = self.sights[name] = Sight(
                    entry["kind"], entry["key"], moment(since["now"]), moment(run["now"])
                )
            word = _word(entry)
            if word is not None and word not in sight.said:
                sight.said.append(word)
                self.say(self._line(entry, word))
        if run["ended_at"] is not None:
            self.say(f"{shown(run['ended_at'])}  {'end':<12}  {run['status']} ({run['outcome']})")

    def _opening(self, opening: Opening) -> datetime:
        """When the story begins, by the company's own calendar."""
        begin = self.days.beginning(opening, clock.real_now())
        if begin is None:
            reason = f"starts.before: no holiday is called {opening.before}"
            raise InvalidInput("scenario_invalid", file=self.scenario.title, reason=reason)
        what = f"{begin.first} to {begin.last}, working days left: {opening.working_days}"
        line = f"{'start':<12}  {opening.before:<20} {what} ({self.days.said(begin.at)})"
        self.say(f"{shown(begin.at.isoformat())}  {line}")
        return begin.at

    def _line(self, entry: Json, word: str) -> str:
        at = entry.get("done_at") or entry["at"]
        more = f" after {entry['attempts']} tries" if entry["attempts"] > 1 else ""
        if entry["kind"] == SLA:
            to = ", ".join(entry["reached"]) or "nobody"
            word = word.replace("level3", "level 3")
            more = f" to {to} ({self.days.said(moment(at))})"
        return f"{shown(at)}  {entry['kind']:<12}  {entry['name']:<20} {word}{more}"


def moment(text: str) -> datetime:
    """An RFC 3339 time."""
    return datetime.fromisoformat(text)


def shown(text: str) -> str:
    """A time as lines show it, to the minute, in UTC."""
    return moment(text).strftime("%Y-%m-%d %H:%M")


def _word(entry: Json) -> str | None:
    """How an entry is said: a gate as it opens, a step when it has ended, an undo in its place.

    Decisions are said as acts of the cast.
    """
    if entry["kind"] == "approval" or entry["status"] == "started" or of_provider(entry):
        return None
    if entry["kind"] == "wait":
        return "open"
    return "done" if entry["status"] == "undone" else str(entry["status"])


def _state(run: Json) -> tuple[object, ...]:
    entries = [(e["key"], e["status"], e["attempts"]) for e in run["timeline"]]
    return (run["status"], run["waiting_for"], run["resumes_at"], entries)

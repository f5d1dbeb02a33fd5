"""Rounds of the matrix: many runs held at barriers at once, one kill, and a verdict on each run."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace

from dealix.proof import points
from dealix.proof.cast import (
    CANCELLED_LATE,
    HAPPY,
    REJECTED,
    TENANT,
    WORKFLOW,
    Cast,
    Play,
    Story,
)
from dealix.proof.door import Door
from dealix.proof.judge import Finding, holdings, judge, needless_questions
from dealix.proof.points import Point
from dealix.proof.rig import HOLD_SECONDS, Rig

FORWARD = tuple(point for point in points.of(WORKFLOW) if not point.undoes)
BACKWARD = tuple(point for point in points.of(WORKFLOW) if point.undoes)
LATE_UNDOS = {"activate_partner": "deactivate_partner", "activate_in_crm": "deactivate_in_crm"}
"""Steps of the activation, each with its undo, which only a cancel amid it brings about."""
BETWEEN, NOT_HELD = "between steps", "not held"
LATE = Story("cancelled while it activates", "cancelled")


@dataclass(frozen=True)
class Line:
    """One line of `proof.json`."""

    workflow: str
    step: str
    fault: str
    outcome: str
    lost: int
    doubled: int
    left: int
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """As the file holds it."""
        return asdict(self)

    @property
    def good(self) -> bool:
        """Whether nothing was lost, doubled or left undone."""
        return not (self.lost or self.doubled or self.left)


@dataclass
class Round:
    """What one round showed."""

    lines: list[Line]
    held: int
    seconds: float
    back_after: float


def cast_of(rig: Rig, first: int = 0) -> Cast:
    """The example company's people at this stack's door."""
    return Cast(Door(rig.record(), TENANT), first)


def line(finding: Finding, step: str, fault: str) -> Line:
    """One finding as a line."""
    notes = [*finding.lost, *finding.doubled, *finding.left]
    counts = (len(finding.lost), len(finding.doubled), len(finding.left))
    return Line(WORKFLOW, step, fault, finding.outcome, *counts, notes)


def verdict(cast: Cast, play: Play, *, silent: bool = False) -> Finding:
    """The providers' word on one run; `silent`: they could not tell what became of a step."""
    run = cast.door.get(cast.starter, f"/runs/{play.run}")
    ledger = cast.door.get(cast.keeper, "/effects", run=play.run)
    cases = cast.door.get(cast.keeper, "/cases", status="open", run=play.run)
    rows = holdings(cast.door.effects(), play.number)
    finding = judge(run, rows, ledger, cases, play.story.outcome)
    if not silent:
        finding.left += needless_questions(WORKFLOW, cast.settled_of(play))
    return finding


def crash(rig: Rig, cast: Cast, kind: str, wanted: Sequence[Point]) -> Round:
    """Hold runs at all these points, kill one process, let the others go on, judge every run."""
    began = time.monotonic()
    cast.plays.clear()
    rig.arm(wanted)
    for story in stories(wanted):
        cast.start(story)
    held = hold(rig, cast, wanted)
    return _kill_and_judge(rig, cast, kind, held, wanted, began)


def crash_deactivation(rig: Rig, cast: Cast, kind: str) -> Round:
    """The same for the undos of the activation: the runs are cancelled while they activate."""
    began = time.monotonic()
    cast.plays.clear()
    gates = [point for point in FORWARD if point.step in LATE_UNDOS]
    wanted = [point for point in BACKWARD if point.step in LATE_UNDOS.values()]
    rig.arm([*gates, *wanted])
    for _ in gates:
        cast.start(LATE)
    for workflow in hold(rig, cast, gates).values():
        cast.cancel(next(play for run, play in cast.plays.items() if run in workflow))
    rig.let_go(gates)
    held = hold(rig, cast, wanted)
    return _kill_and_judge(rig, cast, kind, held, wanted, began)


def filled(play: Callable[[], Round]) -> Round:
    """A round, and once more what no run came to: a cancel may overtake a step's effect.

    Every run that was played is judged in the answer, those of the second time too.
    """
    first = play()
    known = {(one.step, one.fault) for one in first.lines if one.outcome != NOT_HELD}
    missed = [one for one in first.lines if one.outcome == NOT_HELD]
    if not missed:
        return first
    again = play()
    lines = [one for one in first.lines if one.outcome != NOT_HELD]
    lines += [o for o in again.lines if o.step == BETWEEN or (o.step, o.fault) not in known]
    return replace(again, lines=lines, seconds=first.seconds + again.seconds)


def _kill_and_judge(
    rig: Rig,
    cast: Cast,
    kind: str,
    held: dict[Point, str],
    wanted: Sequence[Point],
    began: float,
) -> Round:
    pid = rig.kill(kind)
    rig.release()
    back = rig.await_return(kind, pid)
    cast.play_on()
    lines = [_line_of(cast, kind, point, held.get(point)) for point in wanted]
    lines += [
        line(verdict(cast, play), BETWEEN, f"kill {kind}")
        for run, play in cast.plays.items()
        if not any(run in place for place in held.values())
    ]
    return Round(lines, len(held), time.monotonic() - began, back)


def stories(wanted: Sequence[Point]) -> list[Story]:
    """A run for each point: those of undos need runs that end badly."""
    forward = sum(not point.undoes for point in wanted)
    backward = len(wanted) - forward
    bad = [CANCELLED_LATE if number % 2 == 0 else REJECTED for number in range(backward)]
    return [*([HAPPY] * forward), *bad]


def hold(rig: Rig, cast: Cast, wanted: Sequence[Point]) -> dict[Point, str]:
    """Play until every point holds a run, or none came to one for long. Answers who is held where.

    On a slow machine a whole round takes minutes, but never one step.
    """
    before, end = 0, time.monotonic() + HOLD_SECONDS
    while len(held := rig.held(wanted)) < len(wanted) and time.monotonic() < end:
        if len(held) > before:
            before, end = len(held), time.monotonic() + HOLD_SECONDS
        cast.tick()
        time.sleep(0.1)
    return held


def _line_of(cast: Cast, kind: str, point: Point, workflow: str | None) -> Line:
    fault = f"kill {kind} {point.point}"
    play = next((p for run, p in cast.plays.items() if workflow and run in workflow), None)
    if play is None:
        why = "no run was held here"
        return Line(point.workflow, point.step, fault, NOT_HELD, 1, 0, 0, [why])
    return line(verdict(cast, play), point.step, fault)

"""The classification rules and the candidate rule: they judge facts and give their reasons.

Nothing here knows a workflow by name. A row is judged as it is declared and as it runs here, by
the same functions; change one fact of a row and its verdict changes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from dealix.catalog.model import Facts, Row
from dealix.catalog.roadmap import ORDER, PREREQUISITES, produced_not_before
from dealix.catalog.words import (
    DAYS_BEGIN,
    HOURS_BEGIN,
    SHORT_ENDS,
    Engine,
    Lane,
    Waits,
    World,
    is_service,
)

# Which engines belong to a class: the columns "runtime" and "engine" of its row in the inventory.
ENGINES_OF: dict[Lane, tuple[Engine, ...]] = {
    Lane.SHORT: (Engine.SYNC, Engine.CELERY_TASK),
    Lane.MEDIUM: (Engine.OPENCLAW_CELERY, Engine.CELERY_CHAIN),
    Lane.DURABLE: (Engine.TEMPORAL, Engine.DURABLE_FLOW),
}

# The reason of each rule; what stands in braces is filled from the row's own facts.
REASONS: dict[str, str] = {
    "candidate_days": "It lasts up to {duration}: what spans days is durable.",
    "candidate_external_systems": (
        "It crosses {count} external systems ({systems}): two or more are durable."
    ),
    "candidate_compensation": "It takes back effects outside ({what}): compensation is durable.",
    "candidate_human_pause": (
        "It pauses until a person has decided ({steps}): pause and resume are durable."
    ),
    "candidate_commitment": "An outsider sees its effects ({steps}): a commitment is durable.",
    "candidate_waiting": "It waits for hours ({steps}): hours of waiting are durable.",
    "short_duration": "It lasts up to {duration}: short ends at 30 seconds.",
    "short_single_service": "It calls further services ({systems}): short is a single service.",
    "short_external_io": "It reaches external systems ({systems}): short has no external I/O.",
    "medium_duration": "It lasts up to {duration}: medium is from 30 seconds to hours.",
    "medium_multi_step": "It has {count} step: medium has several.",
    "medium_internal_services": (
        "It reaches external systems ({systems}): medium is for internal services."
    ),
    "durable_without_need": "No part of the candidate rule asks for the durable class.",
    "durable_without_steps": "It declares no steps, so nobody can say what is made once or undone.",
    "engine_of_class": "Its engine is {engine}: the {lane} class runs on {engines}.",
    "pause_without_step": "No step shows the pause point {pause}.",
    "step_without_pause": "The step {step} pauses, and no pause point lists it.",
    "phase_disagrees": "It names phase {named}, and the roadmap has it in phase {planned}.",
    "prerequisite_needs_own_phase": (
        "The prerequisite “{prerequisite}” is asked for before the phase {phase}, whose own result "
        "it contains."
    ),
}


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that facts break, with the reason in words and the values that fill its sentence."""

    rule: str
    reason: str
    values: Mapping[str, object] = field(default_factory=dict, compare=False)

    def as_public(self) -> dict[str, str]:
        """The violation as the API shows it."""
        return {"rule": self.rule, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The lane that the letter of the rules asks for, and every rule that the facts break."""

    lane: Lane
    violations: tuple[Violation, ...]

    @property
    def rules(self) -> frozenset[str]:
        """The names of the broken rules."""
        return frozenset(violation.rule for violation in self.violations)

    def as_public(self) -> dict[str, object]:
        """The verdict as the API shows it."""
        return {
            "lane": str(self.lane),
            "violations": [violation.as_public() for violation in self.violations],
        }


Rule = Callable[[Facts, World], Iterator[Violation]]


def judge(facts: Facts, world: World) -> Verdict:
    """Judge facts by every rule; the lane is what the letter asks for, wherever the row stands."""
    candidate = tuple(_candidate(facts, world))
    short = tuple(_short(facts, world))
    lane = Lane.DURABLE if candidate else Lane.MEDIUM if short else Lane.SHORT
    by_class: dict[Lane, tuple[Violation, ...]] = {
        Lane.SHORT: (*short, *candidate),
        Lane.MEDIUM: (*_medium(facts, world), *candidate),
        Lane.DURABLE: tuple(_durable(facts, needed=bool(candidate))),
    }
    common = (v for rule in _COMMON for v in rule(facts, world))
    return Verdict(lane, (*by_class[facts.lane], *common))


def judge_declared(row: Row, world: World) -> Verdict:
    """Judge a row as the inventory declares it, with the prerequisites as they stand there."""
    verdict = judge(row.declared, world)
    before = ((p.name, p.needs, p.before_declared) for p in PREREQUISITES)
    return Verdict(verdict.lane, (*verdict.violations, *_circular(row.declared, before)))


def judge_here(row: Row, world: World) -> Verdict:
    """Judge a row as it runs here (as it is planned, while it is not built)."""
    verdict = judge(row.here, world)
    before = ((p.name, p.needs, p.before) for p in PREREQUISITES)
    return Verdict(verdict.lane, (*verdict.violations, *_circular(row.here, before)))


def _broken(rule: str, **values: object) -> Violation:
    return Violation(rule, REASONS[rule].format(**values), values)


def _names(things: tuple[object, ...]) -> str:
    return ", ".join(str(getattr(thing, "name", thing)) for thing in things)


def _candidate(facts: Facts, world: World) -> Iterator[Violation]:
    """The Temporal candidate rule: any one of these makes a workflow durable."""
    if facts.duration.longest >= DAYS_BEGIN:
        yield _broken("candidate_days", duration=facts.duration.text)
    elif facts.duration.longest >= HOURS_BEGIN and facts.waiting():
        yield _broken("candidate_waiting", steps=_names(facts.waiting()))
    external = facts.external(world)
    if len(external) >= 2:
        yield _broken("candidate_external_systems", count=len(external), systems=_names(external))
    if back := facts.compensations(world):
        yield _broken("candidate_compensation", what=_names(back))
    approvals = tuple(step for step in facts.steps if step.waits is Waits.APPROVAL)
    if approvals:
        yield _broken("candidate_human_pause", steps=_names(approvals))
    if seen := facts.commitments():
        yield _broken("candidate_commitment", steps=_names(seen))


def _short(facts: Facts, world: World) -> Iterator[Violation]:
    """The criteria of the short class."""
    if facts.duration.longest >= SHORT_ENDS:
        yield _broken("short_duration", duration=facts.duration.text)
    services = tuple(system for system in facts.called() if is_service(system, world))
    if services:
        yield _broken("short_single_service", systems=_names(services))
    if external := facts.external(world):
        yield _broken("short_external_io", systems=_names(external))


def _medium(facts: Facts, world: World) -> Iterator[Violation]:
    """The criteria of the medium class; its upper end is the beginning of days."""
    if not SHORT_ENDS <= facts.duration.longest < DAYS_BEGIN:
        yield _broken("medium_duration", duration=facts.duration.text)
    if len(facts.steps) < 2:
        yield _broken("medium_multi_step", count=len(facts.steps))
    if external := facts.external(world):
        yield _broken("medium_internal_services", systems=_names(external))


def _durable(facts: Facts, *, needed: bool) -> Iterator[Violation]:
    """The criteria of the durable class: a need for it, and steps that can be spoken about."""
    if not needed:
        yield _broken("durable_without_need")
    if not facts.steps:
        yield _broken("durable_without_steps")


def _engine(facts: Facts, world: World) -> Iterator[Violation]:  # noqa: ARG001 (one shape of rule)
    engines = ENGINES_OF[facts.lane]
    if facts.engine not in engines:
        names = " or ".join(engines)
        yield _broken("engine_of_class", engine=facts.engine, lane=facts.lane, engines=names)


def _pauses(facts: Facts, world: World) -> Iterator[Violation]:  # noqa: ARG001 (one shape of rule)
    """Pause points and steps against each other; nothing to compare where no pauses are asked."""
    if facts.pauses is None:
        return
    shown = {step.shows for step in facts.steps}
    for pause in facts.pauses:
        if pause not in shown:
            yield _broken("pause_without_step", pause=pause)
    for step in facts.steps:
        if step.waits and step.shows not in facts.pauses:
            yield _broken("step_without_pause", step=step.name)


def _phase(facts: Facts, world: World) -> Iterator[Violation]:  # noqa: ARG001 (one shape of rule)
    planned = [ORDER[phase] for phase in facts.phases]
    if facts.target_phase is not None and facts.target_phase not in planned:
        named = ", ".join(str(number) for number in planned) or "none"
        yield _broken("phase_disagrees", named=facts.target_phase, planned=named)


_COMMON: tuple[Rule, ...] = (_engine, _pauses, _phase)


def _circular(
    facts: Facts, before: Iterator[tuple[str, tuple[str, ...], str]]
) -> Iterator[Violation]:
    """Prerequisites of a phase of this row that need what the same or a later phase produces."""
    for name, needs, phase in before:
        makers = [maker for need in needs if (maker := produced_not_before(need))]
        late = any(ORDER[maker] >= ORDER[phase] for maker in makers)
        if late and phase in facts.phases:
            yield _broken("prerequisite_needs_own_phase", prerequisite=name, phase=phase)

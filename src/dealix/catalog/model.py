"""What a row of the catalogue holds: facts as declared, facts as they run here, and its ruling."""

from dataclasses import dataclass
from datetime import date

from dealix.catalog.systems import SYSTEMS
from dealix.catalog.words import (
    Duration,
    Engine,
    Lane,
    Method,
    StepKind,
    System,
    Undo,
    Waits,
    World,
    is_external,
)
from dealix.errors import InvariantBroken
from dealix.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: what it calls, how it is made once, what a cancel does, what it waits for.

    `shows` names the pause point that the step shows. `outsider_sees` makes it a *commitment*: an
    effect that somebody outside sees. `becomes` names the steps that a declared step has become
    here. `method` and `undo` are None where nobody has declared them.
    """

    key: str
    name: str
    name_ar: str = ""
    kind: StepKind = StepKind.ACT
    calls: tuple[str, ...] = ()
    method: Method | None = None
    undo: Undo | None = None
    undo_by: str | None = None
    outsider_sees: bool = False
    waits: Waits | None = None
    shows: str | None = None
    becomes: tuple[str, ...] = ()

    @property
    def declared(self) -> bool:
        """Whether both its idempotency method and its undo are declared."""
        return self.method is not None and self.undo is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Takeback:
    """A compensation that a row declares in words; `outside` when it reaches beyond our stores."""

    name: str
    outside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that the rules judge about one workflow, declared or as it runs here.

    `pauses` is None where the inventory's table has no column for them. `target_phase` is the
    number of the phase that a row itself names, `phases` those of the roadmap that contain it, and
    `before_start` what the inventory wants to see first.
    """

    lane: Lane
    engine: Engine
    duration: Duration
    steps: tuple[Step, ...] = ()
    systems: tuple[str, ...] = ()
    pauses: tuple[str, ...] | None = None
    takebacks: tuple[Takeback, ...] = ()
    phases: tuple[str, ...] = ()
    target_phase: int | None = None

    def called(self) -> tuple[System, ...]:
        """Every system that the row names or one of its steps calls, once, in that order."""
        keys = (*self.systems, *(key for step in self.steps for key in step.calls))
        return tuple(SYSTEMS[key] for key in dict.fromkeys(keys))

    def external(self, world: World) -> tuple[System, ...]:
        """The external systems among them."""
        return tuple(system for system in self.called() if is_external(system, world))

    def waiting(self) -> tuple[Step, ...]:
        """The steps that wait; a workflow without one computes all the time."""
        return tuple(step for step in self.steps if step.waits)

    def commitments(self) -> tuple[Step, ...]:
        """*Commitment*: the steps whose effect an outsider sees."""
        return tuple(step for step in self.steps if step.outsider_sees)

    def compensations(self, world: World) -> tuple[str, ...]:
        """*Compensation*: what takes back an effect outside our own stores."""
        by_steps = (
            step.undo_by or step.name
            for step in self.steps
            if step.undo is Undo.UNDOABLE
            and any(is_external(SYSTEMS[key], world) for key in step.calls)
        )
        return (*(back.name for back in self.takebacks if back.outside), *by_steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """Why a row may stay where the letter forbids it: for which rules, by whom, until when."""

    rules: tuple[str, ...]
    reason: str
    owner: str
    review: date

    def as_public(self) -> dict[str, object]:
        """The ruling as the API shows it."""
        return {
            "rules": list(self.rules),
            "reason": self.reason,
            "owner": self.owner,
            "review": self.review.isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One workflow of the inventory: as declared, as it runs here, and whether it is built.

    `here` is what runs when `built`, and the plan while it is not. `note` says what a built row
    leaves out.
    """

    key: str
    name: str
    name_ar: str
    capability: str
    declared: Facts
    here: Facts
    built: bool = False
    note: str = ""
    priority: bool = False
    current: str = ""
    target: str = ""
    external_io: str = ""
    why: str = ""
    ruling: Ruling | None = None

    def __post_init__(self) -> None:
        problem = _problem(self)
        if problem:
            raise InvariantBroken("invariant_broken", what=f"catalogue row {self.key}: {problem}")

    def as_public(self, settings: Settings) -> dict[str, object]:
        """The row as the API shows it, judged in the world of these settings."""
        from dealix.catalog.public import as_public  # judging needs the rules, which need rows

        return as_public(self, settings)

    @property
    def phase(self) -> str | None:
        """The first phase of the roadmap that contains the row."""
        return self.declared.phases[0] if self.declared.phases else None


def _problem(row: Row) -> str | None:
    steps = row.here.steps
    keys = [step.key for step in steps]
    undeclared = [step.key for step in steps if not step.declared]
    homeless = [key for step in row.declared.steps for key in step.becomes if key not in keys]
    nameless = [step.key for step in steps if step.undo is Undo.UNDOABLE and not step.undo_by]
    unlisted = [key for step in steps for key in step.calls if key not in row.here.systems]
    problems = {
        "cannot be built without steps": row.built and not steps,
        f"cannot be built with undeclared steps {undeclared}": (
            row.built and row.here.lane is Lane.DURABLE and bool(undeclared)
        ),
        f"steps are named twice in {keys}": len(set(keys)) != len(keys),
        f"declared steps become {homeless}, which do not run here": bool(homeless),
        f"nothing takes back {nameless}": bool(nameless),
        f"steps call {unlisted}, which the row does not list": bool(unlisted),
    }
    return next((text for text, wrong in problems.items() if wrong), None)


def act(
    key: str,
    name: str,
    name_ar: str,
    method: Method | None = None,
    undo: Undo | str | None = None,
    system: str = "",
    *,
    outsider_sees: bool = False,
) -> Step:
    """A step that acts; `undo` is the name of what takes it back, `Undo.NONE` or `Undo.FINAL`.

    A step that picks one of several systems names them in one string, apart by spaces.
    """
    named = isinstance(undo, str) and not isinstance(undo, Undo)
    return Step(
        key=key,
        name=name,
        name_ar=name_ar,
        calls=tuple(system.split()),
        method=method,
        undo=Undo.UNDOABLE if named else _undo(undo),
        undo_by=str(undo) if named else None,
        outsider_sees=outsider_sees,
    )


def _undo(undo: Undo | str | None) -> Undo | None:
    return None if undo is None else Undo(undo)


def gate(key: str, name: str, name_ar: str) -> Step:
    """A gate: a person of ours decides; asked once by its request ID, nothing to take back."""
    return Step(
        key=key,
        name=name,
        name_ar=name_ar,
        kind=StepKind.GATE,
        method=Method.REQUEST_ID,
        undo=Undo.NONE,
        waits=Waits.APPROVAL,
        shows=key,
    )


def event(key: str, name: str, name_ar: str) -> Step:
    """An event from outside: stored once by the ID of its delivery, nothing to take back."""
    return Step(
        key=key,
        name=name,
        name_ar=name_ar,
        kind=StepKind.EVENT,
        method=Method.UPSERT,
        undo=Undo.NONE,
        waits=Waits.OUTSIDER,
        shows=key,
    )


def timer(key: str, name: str, name_ar: str) -> Step:
    """A wait for time: it changes nothing, so it is repeated and taken back by doing nothing."""
    return Step(
        key=key,
        name=name,
        name_ar=name_ar,
        kind=StepKind.TIMER,
        method=Method.UPSERT,
        undo=Undo.NONE,
        waits=Waits.TIME,
        shows=key,
    )


def seed(
    name: str,
    *,
    calls: tuple[str, ...] = (),
    shows: str | None = None,
    waits: Waits | None = None,
    outsider_sees: bool = False,
    becomes: tuple[str, ...] = (),
) -> Step:
    """A step as the inventory declares it, with what its words say and what it has become here."""
    return Step(
        key="_".join("".join(c if c.isalnum() else " " for c in name.lower()).split()),
        name=name,
        calls=calls,
        shows=shows,
        waits=waits,
        outsider_sees=outsider_sees,
        becomes=becomes,
    )

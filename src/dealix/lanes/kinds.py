"""What a lane must know of a workflow to start it: its input and what is checked beforehand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel
from sqlalchemy.orm import Session

from dealix.actors import Actor
from dealix.lanes.models import Run, world_of


@dataclass(frozen=True)
class Prepared:
    """What a start may store: identifiers only, since the run's row is no place for people."""

    input: dict[str, Any]
    deadline: datetime | None = None
    after: Callable[[Session, Run], None] = lambda _session, _run: None


@dataclass(frozen=True)
class Subject:
    """Whom a run is about: an organisation by its public names, and persons by their IDs."""

    name: str
    name_ar: str
    persons: tuple[str, ...] = ()


def nobody(_session: Session, _runs: Sequence[Run]) -> dict[str, Subject]:
    """The subjects of a workflow whose runs are about nobody in particular."""
    return {}


@dataclass(frozen=True)
class Beginning:
    """The start that is being prepared: the run's ID to be, and whether it is for real.

    `found` is what `examine` found out beforehand. `at` is when the run's own clock begins, where
    that is not now.
    """

    run_id: str
    rehearsal: bool
    practice: bool = False
    found: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None

    @property
    def world(self) -> str:
        """As the run's own `world`."""
        return world_of(self.run_id, rehearsal=self.rehearsal, practice=self.practice)


def nothing_to_find(_actor: Actor, _given: Any, _start: Beginning) -> Mapping[str, Any]:
    """The examination of a workflow that asks nobody outside before it starts."""
    return {}


ByHand = Callable[[Session, Actor, Run, Mapping[str, Any]], str | None]


@dataclass(frozen=True)
class WorkflowKind:
    """A built workflow: its input model, its longest duration, and its check before the start.

    `prepare(session, actor, input, start)` validates against the business (staffing, partner
    facts) and stores what the run needs; it raises and so starts nothing. `examine` comes before
    it, with no transaction open: it asks outside what a start must know. `examples(n)` answers
    the nth distinct valid input, `unused` which of them runs now where not each does. `by_hand` are
    the events that a person may enter, each with what checks and keeps it and answers the signal to
    deliver; `forms` are the fields of those that the run's page asks for. `subjects` answers, by
    run, whom each of several runs is about: doors show it, and it stays out of the engine.
    """

    key: str
    input_model: type[BaseModel]
    prepare: Callable[[Session, Actor, Any, Beginning], Prepared]
    examples: Callable[[int], dict[str, Any]]
    unused: Callable[[Session], int] | None = None
    examine: Callable[[Actor, Any, Beginning], Mapping[str, Any]] = nothing_to_find
    lane: str = "durable"
    longest: timedelta | None = None
    gates: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    by_hand: Mapping[str, ByHand] = field(default_factory=dict)
    forms: Mapping[str, type[BaseModel]] = field(default_factory=dict)
    subjects: Callable[[Session, Sequence[Run]], dict[str, Subject]] = nobody

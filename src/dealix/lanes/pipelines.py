"""The medium lane as a pipeline sees it: a class whose decorated methods are its steps, in order.

`dealix inventory check` reads these decorators from the syntax tree and holds them equal to the
catalogue, so every argument is a literal. A pipeline has no undo and no wait: what must take back
an outside effect, or wait for a person, is durable.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from sqlalchemy.orm import Session

from dealix.declaring import Method
from dealix.lanes.models import Run
from dealix.lanes.schemas import StepCall
from dealix.lanes.steps import ATTRIBUTE, OnStarted, StepFacts, stated

MEDIUM = "medium"
"""The lane of every pipeline, as runs and kinds name it."""
Line = TypeVar("Line", bound="type[Pipeline]")
Stage = TypeVar("Stage", bound=Callable[..., Any])


class StageCall(StepCall):
    """A step's call with what its run was started with and what the steps before it answered.

    `tries` counts this try and those of the same step before it.
    """

    started_by: str
    tries: int = 1
    input: dict[str, Any]
    results: dict[str, dict[str, Any]]

    def of(self, step: str) -> dict[str, Any]:
        """What an earlier step answered."""
        return self.results[step]


def nothing(_session: Session) -> None:
    """Writes nothing: the ledger's row is all that a step leaves."""


@dataclass(frozen=True)
class Made:
    """What a step on our own stores has made, before anything of it is written.

    `data` (identifiers and hashes) is what later steps need; `write` runs in the one short
    transaction that also holds the ledger's row and its audit.
    """

    data: Mapping[str, Any] = field(default_factory=dict)
    write: Callable[[Session], None] = nothing


class Pipeline:
    """What a medium workflow is made of: steps decorated with `@stage`, in their order.

    A step on our own stores computes and answers `Made`. One that names a system gets the call and
    a guard for each of its transactions, and answers a `StepResult` as a durable step does.
    """

    workflow: ClassVar[str]
    outcome: ClassVar[str]

    def ends_early(self, results: Mapping[str, Mapping[str, Any]]) -> str | None:  # noqa: ARG002
        """The good outcome to which a run has come before its last step; None lets it go on.

        It is judged by what the steps have answered, by step, so that any worker judges the same.
        """
        return None

    def supersede(self, session: Session, run: Run) -> None:
        """The run ends badly: say in this capability's tables that what it wrote does not count."""


def pipeline(*, name: str, outcome: str) -> Callable[[Line], Line]:
    """Make a class the pipeline called `name`, whose good end is `outcome`."""

    def named(given: Line) -> Line:
        given.workflow, given.outcome = name, outcome
        return given

    return named


def stage(
    name: str,
    *,
    method: Method,
    system: str | None = None,
    final: bool = False,
    on_started: OnStarted | None = None,
) -> Callable[[Stage], Stage]:
    """Declare a method as the step called `name`: the system it asks, how it is done once."""
    started = stated(name, system, method, on_started)
    facts = StepFacts(name, system, method, None, final, started)

    def declared(given: Stage) -> Stage:
        setattr(given, ATTRIBUTE, facts)
        return given

    return declared


def stages_of(line: Pipeline | type[Pipeline]) -> list[Callable[..., Any]]:
    """The steps of a pipeline, in the order in which they stand; bound when an instance is given.

    Raises:
        TypeError: the class has no step at all.
    """
    kind = line if isinstance(line, type) else type(line)
    names = [name for name, each in vars(kind).items() if hasattr(each, ATTRIBUTE)]
    if not names:
        raise TypeError(f"{kind.__name__} has no steps: decorate its methods with @stage")
    return [getattr(line, name) for name in names]

"""The one port for a step that may use a model: typed facts in, a schema of ours out."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Literal, Protocol, TypeVar, get_args

from pydantic import BaseModel, ConfigDict
from pydantic_core import to_jsonable_python

from dealix import clock
from dealix.connectors.data_class import classes_of
from dealix.lanes.provenance import Executor, FallBack, Provenance
from dealix.records.canonical import digest

PROVENANCE = "provenance"
TOOL_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST_READS = 6
"""How often a model may have something read while it does one step, its repair included."""

ReadAction = Literal["knowledge.search", "record.read", "registry.read"]
"""The actions of policy that a tool of a step may be: reads of class A, and nothing else."""


class Personal(StrEnum):
    """What a personal field of facts is, so that it can be masked before it leaves.

    `NAME`, `EMAIL`, `PHONE` and `OTHER` are replaced as a whole; `TEXT` is written by people and is
    searched for all of them.
    """

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    OTHER = "other"
    TEXT = "text"


class Facts(BaseModel):
    """Base of what a step is given: each field is `Annotated[type, DataClass.…]`.

    A restricted field says with `Personal.…` what it is. A class with a field that says neither
    cannot be made; errors never quote values.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Refuse the class when a field is not classified, or personal without saying how."""
        classes = classes_of(cls)
        missing = [name for name, found in classes.items() if found is None]
        kinds = kinds_of(cls)
        missing += [n for n, found in classes.items() if found == "restricted" and n not in kinds]
        if missing:
            raise TypeError(f"{cls.__name__}: no data class on {', '.join(missing)}")

    def hashed(self) -> str:
        """The hash of the facts without personal fields, so that it betrays nobody.

        A hash of a name or phone could be tried out; it would outlive the person's erasure.
        """
        return digest(_without_persons(self))


def kinds_of(model: type[BaseModel]) -> dict[str, Personal]:
    """What each personal field of a facts model is."""
    return {
        name: kind
        for name, field in model.model_fields.items()
        for kind in field.metadata
        if isinstance(kind, Personal)
    }


def _without_persons(value: Any) -> Any:
    if isinstance(value, BaseModel):
        kinds = kinds_of(type(value))
        names = (name for name in type(value).model_fields if name not in kinds)
        return {name: _without_persons(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(name): _without_persons(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_without_persons(each) for each in value]
    return to_jsonable_python(value)


F = TypeVar("F", bound=Facts)
A = TypeVar("A", bound=BaseModel)


P = TypeVar("P", bound=BaseModel)


@dataclass(frozen=True)
class Read:
    """What a tool read: facts, masked like those of the step, and the documents they are from."""

    facts: Facts
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReadTool(Generic[P]):
    """A read that a model may ask for; we make it, under policy, and hand it what may leave.

    `about` tells a model what it finds; `arguments` is a closed model of what it takes; `read` is
    called with them and opens its own transactions. A tool changes nothing.
    """

    name: str
    about: str
    arguments: type[P]
    action: ReadAction
    read: Callable[[P], Read]

    def __post_init__(self) -> None:
        """Refuse a tool that is no read, or that no model could name.

        Raises:
            TypeError: either.
        """
        if self.action not in get_args(ReadAction) or not TOOL_NAME.fullmatch(self.name):
            raise TypeError(f"{self.name}: no read that a model may ask for")


@dataclass(frozen=True)
class ModelStep(Generic[F, A]):
    """A step that may use a model.

    `rules` does it without one and gives the fields of `output`, in which a field `provenance` is
    filled in by us and never by a model. `seconds` bound the whole step with its repair turn and
    its reads, of which it makes `most_reads`. A step without `tools` hands none to a model.
    """

    name: str
    prompt: str
    facts: type[F]
    output: type[A]
    rules: Callable[[F], Mapping[str, Any]]
    rules_version: str
    seconds: float = 30.0
    most_tokens: int = 1500
    tools: tuple[ReadTool[Any], ...] = ()
    most_reads: int = MOST_READS


@dataclass(frozen=True)
class StepContext:
    """For whom a step runs: tenant, a key that names the call, where the facts come from.

    `fresh_as_of` is when the oldest of the facts was true; `run_id` names the run in the audit of
    what is read for a model.
    """

    tenant_id: str
    key: str
    sources: tuple[str, ...] = ()
    rehearsal: bool = False
    fresh_as_of: datetime | None = None
    run_id: str = ""


@dataclass(frozen=True)
class StepResult(Generic[A]):
    """What came out, and where it comes from."""

    output: A
    provenance: Provenance


class StepExecutor(Protocol):
    """Does steps; whatever fails on its way to a model, a result by rules comes back."""

    def execute(self, step: ModelStep[F, A], facts: F, context: StepContext) -> StepResult[A]:
        """Do the step. It makes its own transactions and is called with none open."""
        ...

    def by_rules(self, step: ModelStep[F, A], facts: F, context: StepContext) -> StepResult[A]:
        """Do the step by its rules and ask nobody, where many at once leave no time for it."""
        ...


class Rules:
    """`StepExecutor` without a model: the step's own callable."""

    def __init__(self, *, not_configured: tuple[str, ...] = ("model",)) -> None:
        self._not_configured = not_configured

    def execute(self, step: ModelStep[F, A], facts: F, context: StepContext) -> StepResult[A]:
        """See `StepExecutor.execute`."""
        return self.instead_of(None, step, facts, context)

    def by_rules(self, step: ModelStep[F, A], facts: F, context: StepContext) -> StepResult[A]:
        """See `StepExecutor.by_rules`."""
        return self.execute(step, facts, context)

    def instead_of(
        self, fall_back: FallBack | None, step: ModelStep[F, A], facts: F, context: StepContext
    ) -> StepResult[A]:
        """The step by rules, saying for what they stand in."""
        configured = fall_back is not None and fall_back.because != "not_configured"
        provenance = Provenance(
            generated_at=clock.now(),
            method="rules",
            rules_version=step.rules_version,
            inputs_hash=facts.hashed(),
            sources=list(context.sources),
            not_configured=[] if configured else list(self._not_configured),
            executor="rules",
            fall_back=fall_back,
            fresh_as_of=context.fresh_as_of,
        )
        return finished(step, step.rules(facts), provenance)


def finished(
    step: ModelStep[F, A], values: Mapping[str, Any], provenance: Provenance
) -> StepResult[A]:
    """The output out of its fields, strictly validated; a `ValidationError` where they break it."""
    given = dict(values)
    if PROVENANCE in step.output.model_fields:
        given[PROVENANCE] = provenance
    return StepResult(step.output.model_validate(given), provenance)


__all__ = [
    "Executor",
    "Facts",
    "FallBack",
    "ModelStep",
    "Personal",
    "Read",
    "ReadTool",
    "Rules",
    "StepContext",
    "StepExecutor",
    "StepResult",
    "finished",
    "kinds_of",
]

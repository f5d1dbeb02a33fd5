"""Scenario files: who does what and when in a rehearsal, what breaks, and how it must end."""

from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from dealix.errors import InvalidInput

ActKind = Literal[
    "approve", "reject", "request_changes", "resubmit", "tell", "pause", "resume", "cancel",
    "extend", "wait", "sign", "decline",
]  # fmt: skip


def _written(value: Any) -> Any:
    """A bare number has no unit, so a duration is written as a text."""
    if not isinstance(value, str | timedelta):
        raise PydanticCustomError("duration", "write a duration as ISO 8601, such as P2D or PT4H")
    return value


Duration = Annotated[timedelta, BeforeValidator(_written), Field(ge=timedelta(0))]


class Part(BaseModel):
    """A part of a scenario file: an unknown word in it is a mistake, not a wish."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Opening(Part):
    """When a run begins: so many working days before the next holiday, at a time of that day.

    `before` are words of the holiday's English name in the company's own calendar, which also says
    what a working day is; `at` is read on the company's clocks.
    """

    before: Annotated[str, Field(min_length=3)]
    working_days: Annotated[int, Field(ge=1, le=10)] = 1
    at: time


class Act(Part):
    """What one person does, `after` the gate or event at which they do it has opened.

    `at` is a gate, an event, or a gate whose requested changes the requester owes (`resubmit`).
    `tell` enters an event with `data`, on the partner's own page where `who` is `partner`; where
    it is `registry`, the company registry says so of the partner from then on.
    `sign` and `decline` are what signatories do at the signature provider.
    Else `who` is `requester`, `manager`, `executive` or `approver` (who may decide there), a slot
    of the authority table, a role, or a person by the part of the address before the @.
    """

    at: str
    after: Duration = timedelta(0)
    who: str = "approver"
    act: ActKind
    comment: str | None = None
    changes: list[str] | None = None
    data: dict[str, Any] = {}
    by: Annotated[Duration, Field(description="extend: how much later the deadline is")] = (
        timedelta(0)
    )


class Trouble(Part):
    """A fault that a provider shows to this run; `until` is virtual time since the run started."""

    provider: str
    fault: str
    count: Annotated[int, Field(ge=1)] | None = None
    until: Duration | None = None


class Expectation(Part):
    """How the run must end; what is not named is not looked at.

    `gates` are those that opened and `undone` the undo actions done, both in order; `within` and
    `not_within` bound the virtual time from start to end; `sent` is what the providers hold of this
    run in the end, in order, each as `provider kind`; `papers` are the documents that the partner
    got, in order, each by words that stand in it; `escalations` are the SLA steps taken, in order,
    each as `gate step` (`reminder`, `breach`, `level3`).
    """

    status: str
    outcome: str | None = None
    gates: list[str] | None = None
    undone: list[str] | None = None
    sent: list[str] | None = None
    papers: list[list[str]] | None = None
    escalations: list[str] | None = None
    within: Duration | None = None
    not_within: Duration | None = None


class Scenario(Part):
    """One story of one workflow: an `input`, or the nth `example` of the inventory.

    It begins now, unless it `starts` before a holiday.
    """

    title: str
    workflow: str
    company: str = "rawabi-sa"
    requester: str = "partner_manager"
    input: dict[str, Any] | None = None
    example: Annotated[int, Field(ge=0)] | None = None
    starts: Opening | None = None
    cast: list[Act] = []
    faults: list[Trouble] = []
    expect: Expectation

    @model_validator(mode="after")
    def _has_one_input(self) -> Self:
        if (self.input is None) == (self.example is None):
            raise PydanticCustomError("one_input", "give either an input or an example")
        return self


def load(file: Path) -> Scenario:
    """The scenario in `file`.

    Raises:
        InvalidInput: it cannot be read or says what no scenario says.
    """
    try:
        return Scenario.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except ValidationError as failure:
        raise InvalidInput("scenario_invalid", file=file.name, reason=_first(failure)) from None
    except (OSError, ValueError, yaml.YAMLError) as failure:
        reason = type(failure).__name__
        raise InvalidInput("scenario_invalid", file=file.name, reason=reason) from None


def _first(failure: ValidationError) -> str:
    error = failure.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in error["loc"])
    return f"{place}: {error['msg']}" if place else error["msg"]

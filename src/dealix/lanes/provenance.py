"""Where an output on which people decide comes from: by what, out of what, how sure."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Executor = Literal["rules", "model", "openclaw"]
"""What can do a step: our own rules, an OpenAI-compatible endpoint, an OpenClaw gateway."""

FallBackReason = Literal[
    "not_configured",
    "not_permitted",
    "over_limit",
    "refused",
    "cut_off",
    "invalid_answer",
    "too_slow",
    "rate_limited",
    "unavailable",
    "rejected",
    "read_not_given",
    "read_misused",
    "read_refused",
    "too_many_reads",
]
"""Why rules did what a model was chosen for.

`not_permitted`: the register of processing forbids it. `over_limit`: the day's tokens or money are
used up. `refused`: the model declined. `rejected`: the endpoint answered no (key, policy).
`read_not_given`: the model called a tool that the step does not declare; `read_misused`: with
arguments that are not in its schema; `read_refused`: policy refused it; `too_many_reads`: more
often than a step may.
"""


def absent(value: object) -> bool:
    """Whether a field says nothing, so that outputs from before it existed keep their form."""
    return value is None


class FallBack(BaseModel):
    """What was chosen for the step and why rules did it instead."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    chosen: Executor
    because: FallBackReason


class Provenance(BaseModel):
    """Where an output comes from; nothing that is not configured is pretended.

    `delayed` are sources that did not answer when they were asked first. `fresh_as_of` is when the
    oldest of the inputs was true. `prompt_version` names the prompt, its version and its hash.
    `repaired`: the model was asked once more since its first answer broke the schema.
    `reads` are the tools by which we read for the model while it did the step, in their order.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    generated_at: datetime
    method: Literal["rules", "model", "person", "registry"]
    model: str | None = None
    prompt_version: str | None = None
    rules_version: str | None = None
    inputs_hash: str
    sources: list[str]
    confidence: str | None = None
    not_configured: list[str] = Field(default_factory=list)
    delayed: list[str] = Field(default_factory=list)
    executor: Executor | None = Field(None, exclude_if=absent)
    fall_back: FallBack | None = Field(None, exclude_if=absent)
    fresh_as_of: datetime | None = Field(None, exclude_if=absent)
    repaired: bool | None = Field(None, exclude_if=absent)
    reads: list[str] | None = Field(None, exclude_if=absent)

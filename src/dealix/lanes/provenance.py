"""Where an output on which people decide comes from: by what, out of what, how sure."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Provenance(BaseModel):
    """Where an output comes from; nothing that is not configured is pretended.

    `delayed` are sources that did not answer when they were asked first.
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

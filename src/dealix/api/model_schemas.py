"""Answers about models: who does which step, what it took, what of personal data may leave."""

from datetime import date, datetime
from typing import Any, Literal

from dealix.api.schemas import Shown
from dealix.lanes.provenance import Executor


class ModelDay(Shown):
    """A day of UTC: what model steps took; `cost` is a decimal string."""

    day: date
    calls: int
    tokens: int
    cost: str
    currency: str


class ModelStepView(Shown):
    """A step that may use a model; `chosen`: by its own name, not by the choice for all."""

    name: str
    executor: Executor
    chosen: bool
    prompt: str
    seconds: float


class ModelUseView(Shown):
    """Who does model steps, which kinds of models there are, what of personal data may leave."""

    settings: dict[str, Any]
    steps: list[ModelStepView]
    configured: list[Literal["model", "openclaw"]]
    personal_data: Literal["nothing", "masked", "as_is"]
    usage: list[ModelDay]


class ProcessingView(Shown):
    """An activity of the register of processing."""

    activity: str
    categories: list[str]
    basis: str
    months: int | None
    abroad: bool
    leaves: Literal["nothing", "masked", "as_is"]
    agreement: str | None
    set_by: str | None
    set_at: datetime | None

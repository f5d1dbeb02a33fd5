"""What the dashboard answers."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Shown(BaseModel):
    """Nothing unknown goes out."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Figure(Shown):
    """One metric; with `no_data` nothing feeds it, or there is nothing yet.

    Of money `amounts` holds decimal strings by currency; of a share it is `part` of `whole`, and
    `share` lies between 0 and 1.
    """

    key: str
    name: str
    name_ar: str
    definition: str
    definition_ar: str
    unit: Literal["money", "share"]
    status: Literal["ok", "no_data"]
    amounts: dict[str, str] = Field(default_factory=dict)
    part: int | None = None
    whole: int | None = None
    share: str | None = None


class Month(Shown):
    """Revenue of one month in SAR; `month` is `YYYY-MM`."""

    month: str
    amount: str


class Dashboard(Shown):
    """Every metric for one period; `ms` is how long that took."""

    period: str
    since: datetime
    until: datetime
    metrics: list[Figure]
    months: list[Month]
    ms: float

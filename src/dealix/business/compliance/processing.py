"""The processing register: which activities process personal data, on what basis, by whom."""

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

FILE = Path(__file__).with_name("processing_register.yaml")


class Processor(BaseModel):
    """Who processes for us; known by the setting with its address. `outside`: of the Kingdom."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    setting: str
    outside: bool | None


class Activity(BaseModel):
    """One entry; `retention` says in words what no number of months can."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    data: list[str]
    legal_basis: str | None
    retention_months: int | None = Field(ge=1)
    retention: str | None = None
    processors: list[Processor]

    @property
    def lacks(self) -> list[str]:
        """What the entry does not say and must."""
        kept = self.retention_months or self.retention
        said = {"data": self.data, "legal_basis": self.legal_basis, "retention": kept}
        return [name for name, value in said.items() if not value]


@cache
def activities() -> tuple[Activity, ...]:
    """Every entry of the register."""
    entries = yaml.safe_load(FILE.read_text("utf-8"))["activities"]
    return tuple(Activity.model_validate(each) for each in entries)

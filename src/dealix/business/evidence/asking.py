"""What a pack may be asked about: one run, or the time between two days."""

from datetime import date, timedelta
from typing import Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from dealix.i18n import N_

PackKind = Literal["deal_closure", "compliance_audit", "board_report", "incident_response"]
OF_A_RUN = frozenset({"deal_closure", "incident_response"})
"""Kinds of packs that are about one run; the others are about a time."""
WIDE = frozenset({"compliance_audit", "board_report", "incident_response"})
"""Kinds of packs that show more than the run that anybody may follow."""
WIDE_RIGHT = "evidence.read_wide"
LONGEST = timedelta(days=366)
USUAL = timedelta(days=90)


class EvidencePackInput(BaseModel):
    """What starts the assembly of a pack."""

    model_config = ConfigDict(extra="forbid")

    type: PackKind = Field(title=N_("Kind of pack"))
    run: str | None = Field(
        None,
        title=N_("Run that it is about"),
        description=N_("For a deal closure or an incident."),
        max_length=80,
        pattern=r"^run_[0-9A-Za-z_-]+$",
        validate_default=True,
    )
    begins: date | None = Field(
        None,
        title=N_("First day"),
        description=N_("For a compliance audit or a board report; left empty: 90 days back."),
    )
    ends: date | None = Field(None, title=N_("Last day"), description=N_("Left empty: today."))

    @field_validator("run", "begins", "ends", mode="before")
    @classmethod
    def _empty_is_none(cls, given: Any) -> Any:
        return given or None

    @field_validator("run", mode="after")
    @classmethod
    def _fits_kind(cls, run: str | None, info: ValidationInfo) -> str | None:
        kind = info.data.get("type")
        if kind in OF_A_RUN and run is None:
            raise PydanticCustomError("pack_needs_run", "name the run")
        if kind is not None and kind not in OF_A_RUN and run is not None:
            raise PydanticCustomError("pack_needs_days", "name its days")
        return run

    @field_validator("begins", "ends", mode="after")
    @classmethod
    def _of_a_time(cls, day: date | None, info: ValidationInfo) -> date | None:
        if day is not None and info.data.get("type") in OF_A_RUN:
            raise PydanticCustomError("pack_needs_run", "leave the days empty")
        return day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        first, last = self.begins, self.ends
        if first and last and not timedelta(0) <= last - first <= LONGEST:
            raise PydanticCustomError("pack_days", "out of order or too long")
        return self


class PackScope(BaseModel):
    """What a pack is about, as its run keeps it: identifiers and days."""

    model_config = ConfigDict(frozen=True)

    type: PackKind
    run: str | None = None
    begins: date | None = None
    ends: date | None = None

    @classmethod
    def of(cls, asked: EvidencePackInput, today: date) -> "PackScope":
        """What was asked for, with the days that were left empty filled in.

        Raises:
            ValueError: the days lie in the future, or out of order.
        """
        if asked.type in OF_A_RUN:
            return cls(type=asked.type, run=asked.run)
        last = asked.ends or today
        first = asked.begins or last - USUAL
        if last > today or not timedelta(0) <= last - first <= LONGEST:
            raise ValueError
        return cls(type=asked.type, begins=first, ends=last)

"""The company's working days: a month, single days of which it knows better, its settings."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Query
from pydantic import Field, model_validator

from dealix.api.bodies import Body, Written
from dealix.api.deps import Parts, Who, problems
from dealix.api.schemas import CalendarDay, CalendarMonth
from dealix.lanes.working_time.service import DayChange, hours_belong
from dealix.lanes.working_time.settings import Span, WorkingSettings

router = APIRouter(prefix="/calendar", tags=["calendar"])

Month = Annotated[str | None, Query(pattern=r"^\d{4}-\d{2}$", description="Such as 2026-03.")]
Rehearsal = Annotated[bool, Query(description="As rehearsals have it, where that differs.")]
Name = Annotated[str, Field(max_length=120)]


class SetDay(Body):
    """What one day is; `usual` takes an earlier word on it back."""

    date: Annotated[date, Written]
    kind: Literal["holiday", "working", "hours", "usual"]
    name: Name | None = None
    name_ar: Name | None = None
    hours: Span | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        hours_belong(self.kind, self.hours)
        return self


@router.get("", responses={200: {"model": CalendarMonth}, **problems(401, 403, 422)})
def calendar(
    actor: Who, services: Parts, *, month: Month = None, rehearsal: Rehearsal = False
) -> dict[str, Any]:
    """A month with weekends, holidays, Ramadan, hours and Hijri dates; else the present one."""
    shown = month or services.calendar.today(actor).strftime("%Y-%m")
    year, number = shown.split("-")
    return services.calendar.month(actor, int(year), int(number), rehearsal=rehearsal)


@router.put("", responses={200: {"model": CalendarDay}, **problems(401, 403, 404, 422)})
def set_day(body: SetDay, actor: Who, services: Parts) -> dict[str, Any]:
    """Say what a day is: a holiday, a working day, other hours; or take that back."""
    if body.kind == "usual":
        return services.calendar.clear_day(actor, body.date)
    given = body.model_dump(exclude={"date"})
    return services.calendar.set_day(actor, DayChange(day=body.date, **given))


@router.get("/settings", responses={200: {"model": WorkingSettings}, **problems(401, 403)})
def settings(actor: Who, services: Parts) -> dict[str, Any]:
    """Hours, quiet hours, what each priority allows, daily limits."""
    return services.calendar.settings(actor)


@router.put("/settings", responses={200: {"model": WorkingSettings}, **problems(401, 403, 422)})
def change_settings(body: WorkingSettings, actor: Who, services: Parts) -> dict[str, Any]:
    """Set all of them; what is left out gets its default."""
    return services.calendar.change_settings(actor, body)

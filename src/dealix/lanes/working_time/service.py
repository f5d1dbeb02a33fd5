"""The calendar as people see and change it: a month's days, overrides and settings, audited."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date
from typing import Any, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.errors import InvalidInput, NotFound
from dealix.lanes.working_time.book import calendar_of, forget, set_settings, settings_of
from dealix.lanes.working_time.calendar import Day, Kind, WorkingCalendar
from dealix.lanes.working_time.models import DayOverride
from dealix.lanes.working_time.settings import Frozen, Span, WorkingSettings
from dealix.records import audit
from dealix.store.session import Database, tenant_of

FIRST_YEAR, LAST_YEAR = 2000, 2099


class DayChange(Frozen):
    """What a person says of one day; `hours` only and always with other hours."""

    day: date
    kind: Kind
    name: str | None = Field(default=None, max_length=120)
    name_ar: str | None = Field(default=None, max_length=120)
    hours: Span | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        hours_belong(self.kind, self.hours)
        return self


def hours_belong(kind: str, hours: Span | None) -> None:
    """Refuse other hours without hours, and hours of anything else."""
    if (kind == "hours") != (hours is not None):
        raise PydanticCustomError("hours_missing", "other hours have a begin and an end")


class CalendarService:
    """The doors' way to a tenant's calendar. `permit(actor, right)` raises."""

    def __init__(self, database: Database, permit: Callable[[Actor, str], None]) -> None:
        self.database = database
        self.permit = permit

    def month(
        self, actor: Actor, year: int, month: int, *, rehearsal: bool = False
    ) -> dict[str, Any]:
        """Every day of a month, with the country, its clocks and the settings in force.

        `rehearsal`: by the settings that rehearsals have.
        """
        self.permit(actor, "calendar.read")
        if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12):
            raise InvalidInput("calendar_month", first=FIRST_YEAR, last=LAST_YEAR)
        with self.database.tenant(actor.tenant_id) as session:
            calendar = calendar_of(session, rehearsal=rehearsal)
        length = monthrange(year, month)[1]
        days = [calendar.day(date(year, month, n + 1)) for n in range(length)]
        return {
            "month": f"{year:04}-{month:02}",
            "country": calendar.country,
            "time_zone": calendar.zone.key,
            "days": [shown(day) for day in days],
            "settings": calendar.settings.model_dump(mode="json"),
        }

    def today(self, actor: Actor) -> date:
        """The date on the tenant's clocks."""
        with self.database.tenant(actor.tenant_id) as session:
            return clock.real_now().astimezone(calendar_of(session).zone).date()

    def set_day(self, actor: Actor, change: DayChange) -> dict[str, Any]:
        """Say what a day is; answers the day as it is now."""
        self.permit(actor, "calendar.write")
        values = _values(actor, change)
        with self.database.tenant(actor.tenant_id) as session:
            session.execute(
                insert(DayOverride)
                .values(tenant_id=tenant_of(session), day=change.day, **values)
                .on_conflict_do_update(index_elements=["tenant_id", "day"], set_=values)
            )
            data = {"kind": change.kind, "hours": str(change.hours) if change.hours else None}
            audit.append(session, actor.user_id, "calendar.day_set", change.day.isoformat(), data)
            return shown(_fresh(session).day(change.day))

    def clear_day(self, actor: Actor, day: date) -> dict[str, Any]:
        """Take an override back; `NotFound` when there is none."""
        self.permit(actor, "calendar.write")
        with self.database.tenant(actor.tenant_id) as session:
            gone = session.execute(
                delete(DayOverride).where(DayOverride.day == day).returning(DayOverride.kind)
            ).scalar_one_or_none()
            if gone is None:
                raise NotFound("not_found")
            audit.append(
                session, actor.user_id, "calendar.day_cleared", day.isoformat(), {"kind": gone}
            )
            return shown(_fresh(session).day(day))

    def settings(self, actor: Actor) -> dict[str, Any]:
        """The tenant's clock as it is set."""
        self.permit(actor, "calendar.read")
        with self.database.tenant(actor.tenant_id) as session:
            return settings_of(session).model_dump(mode="json")

    def change_settings(self, actor: Actor, settings: WorkingSettings) -> dict[str, Any]:
        """Set the tenant's clock; requests that are open keep the moments they were given."""
        self.permit(actor, "calendar.write")
        with self.database.tenant(actor.tenant_id) as session:
            before = settings_of(session).model_dump(mode="json")
            after = settings.model_dump(mode="json")
            set_settings(session, settings, actor.user_id)
            changed = {name: after[name] for name in after if after[name] != before[name]}
            audit.append(
                session, actor.user_id, "calendar.settings_changed", actor.tenant_id, changed
            )
        return after


def shown(day: Day) -> dict[str, Any]:
    """A day for programs and pages, with its Hijri date where one is known."""
    from dealix.i18n.formats import hijri_of

    hours = day.hours
    return {
        "date": day.date.isoformat(),
        "hijri": hijri_of(day.date),
        "working": hours is not None,
        "hours": None if hours is None else hours.model_dump(mode="json"),
        "weekend": day.weekend,
        "holiday": day.holiday.en if day.holiday else None,
        "holiday_ar": day.holiday.ar if day.holiday else None,
        "ramadan": day.ramadan,
        "override": day.override,
    }


def _values(actor: Actor, change: DayChange) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "name": change.name or None,
        "name_ar": change.name_ar or None,
        "begins": change.hours.begins if change.hours else None,
        "ends": change.hours.ends if change.hours else None,
        "set_by": actor.user_id,
        "set_at": clock.real_now(),
    }


def _fresh(session: Session) -> WorkingCalendar:
    session.flush()
    session.expire_all()
    forget(session)
    return calendar_of(session)

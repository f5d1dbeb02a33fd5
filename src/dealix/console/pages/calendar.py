"""The calendar: a month of working days with both dates, and what the company says of its days."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import ValidationError

from dealix.console.door import PageRoute, Sent, back_to, checked, first, signed_in
from dealix.console.field_errors import KINDS
from dealix.console.render import page
from dealix.console.visit import Visit
from dealix.errors import InvalidInput, NotFound
from dealix.i18n import N_, sentence_of
from dealix.lanes.working_time.service import DayChange
from dealix.lanes.working_time.settings import CHANNELS, PRIORITIES, WorkingSettings
from dealix.trust.access.rights import may

router = APIRouter(route_class=PageRoute, include_in_schema=False)

WEEKDAYS = (
    N_("Sunday"),
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
)
SPANS = ("day", "ramadan", "quiet")


@router.get("/calendar")
def calendar(visit: Annotated[Visit, Depends(signed_in)], month: str = "") -> Response:
    """One month."""
    return _page(visit, month)


@router.post("/calendar/day")
def set_day(
    visit: Annotated[Visit, Depends(signed_in)], sent: Annotated[Sent, Depends(checked)]
) -> Response:
    """Say what a day is, or take that back."""
    month = first(sent, "day")[:7]

    def keep() -> None:
        if first(sent, "kind") == "usual":
            visit.services.calendar.clear_day(visit.who, _day(first(sent, "day")))
        else:
            visit.services.calendar.set_day(visit.who, DayChange.model_validate(_change(sent)))

    return _kept(visit, month, keep, "day_set", sent)


@router.post("/calendar/settings")
def change_settings(
    visit: Annotated[Visit, Depends(signed_in)], sent: Annotated[Sent, Depends(checked)]
) -> Response:
    """Set hours, quiet hours, what each priority allows, and daily limits."""

    def keep() -> None:
        given = WorkingSettings.model_validate(_settings(sent))
        visit.services.calendar.change_settings(visit.who, given)

    return _kept(visit, first(sent, "month"), keep, "settings_kept", sent)


def _kept(visit: Visit, month: str, keep: Callable[[], None], done: str, sent: Sent) -> Response:
    """Do it, or show the page again with what is wrong."""
    try:
        keep()
    except ValidationError as wrong:
        kind = str(wrong.errors()[0]["type"])
        problem = visit.speech.plain(KINDS.get(kind, KINDS["value_error"]))
        return _page(visit, month, problem, 422, sent)
    except (InvalidInput, NotFound) as refusal:
        problem = sentence_of(refusal, visit.speech.locale)
        return _page(visit, month, problem, refusal.status, sent)
    return back_to(f"/calendar?month={_month(visit, month):%Y-%m}", done)


def _page(
    visit: Visit, month: str, problem: str = "", status: int = 200, sent: Sent | None = None
) -> Response:
    visit.section = "calendar"
    begin = _month(visit, month)
    shown = visit.services.calendar.month(visit.who, begin.year, begin.month)
    days = [_seen(visit, day) for day in shown["days"]]
    return page(
        visit,
        "calendar.html",
        status=status,
        days=days,
        blanks=(begin.weekday() + 1) % 7,
        weekdays=WEEKDAYS,
        month=begin,
        before=(begin - timedelta(days=1)).strftime("%Y-%m"),
        after=(begin + timedelta(days=31)).strftime("%Y-%m"),
        settings=shown["settings"],
        priorities=PRIORITIES,
        channels=CHANNELS,
        may_write=may(visit.who, "calendar.write"),
        problem=problem,
        kept={name: values[0] for name, values in (sent or {}).items()},
    )


def _seen(visit: Visit, day: dict[str, Any]) -> dict[str, Any]:
    on = date.fromisoformat(day["date"])
    arabic = visit.speech.locale == "ar"
    hours = day["hours"]
    return {
        **day,
        "on": on,
        "holiday": day["holiday_ar"] if arabic else day["holiday"],
        "hours": f"{hours['begins'][:5]}–{hours['ends'][:5]}" if hours else "",
        "today": on == visit.services.calendar.today(visit.who),
    }


def _month(visit: Visit, month: str) -> date:
    """The first day of the month that is asked for, else of the present one."""
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        today: date = visit.services.calendar.today(visit.who)
        return today.replace(day=1)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("invalid_input") from None


def _change(sent: Sent) -> dict[str, Any]:
    hours = {name: first(sent, name) for name in ("begins", "ends") if first(sent, name)}
    given: dict[str, Any] = {
        name: first(sent, name) or None for name in ("day", "kind", "name", "name_ar")
    }
    return {**given, "hours": hours or None}


def _settings(sent: Sent) -> dict[str, Any]:
    spans = {
        name: {end: first(sent, f"{name}_{end}") for end in ("begins", "ends")} for name in SPANS
    }
    quiet = spans.pop("quiet") if first(sent, "has_quiet") == "true" else None
    return {
        **spans,
        "quiet": quiet,
        "allowed": {each: int(_number(sent, f"allowed_{each}") * 60) for each in PRIORITIES},
        "daily": {each: int(_number(sent, f"daily_{each}")) for each in CHANNELS},
    }


def _number(sent: Sent, name: str) -> float:
    try:
        return float(first(sent, name))
    except ValueError:
        raise InvalidInput("invalid_input") from None

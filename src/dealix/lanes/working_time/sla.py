"""When a waiting person is reminded and when the wait escalates, on the working clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dealix.lanes.working_time.calendar import WorkingCalendar
from dealix.lanes.working_time.settings import Priority

REMINDER, BREACH, LEVEL3 = 0.75, 1.0, 1.5
Stop = tuple[datetime, datetime | None]
"""An interval in which the clock stood; None: it still stands."""


@dataclass(frozen=True)
class SlaTimes:
    """Reminder at 75 %, breach at 100 %, level 3 at 150 % of the working time that is allowed.

    None: the clock stands before that moment, so it cannot be named yet.
    """

    reminder_at: datetime | None
    breach_at: datetime | None
    level3_at: datetime | None


def sla(
    calendar: WorkingCalendar,
    opened_at: datetime,
    priority: Priority,
    stopped: Iterable[Stop] = (),
) -> SlaTimes:
    """The three moments of a request opened then, without the intervals in which it stood."""
    allowed = calendar.settings.allowed.of(priority)
    stops = sorted(stopped, key=lambda stop: stop[0])
    reminder, breach, level3 = (
        _after(calendar, opened_at, allowed * share, stops) for share in (REMINDER, BREACH, LEVEL3)
    )
    return SlaTimes(reminder, breach, level3)


def running(
    calendar: WorkingCalendar, opened_at: datetime, now: datetime, stopped: Iterable[Stop] = ()
) -> timedelta:
    """How much of the allowed working time has run by `now`."""
    ran, cursor = timedelta(0), opened_at
    for begins, ends in sorted(stopped, key=lambda stop: stop[0]):
        ran += calendar.elapsed(cursor, min(begins, now))
        cursor = max(cursor, ends or now)
    return ran + calendar.elapsed(cursor, now)


def _after(
    calendar: WorkingCalendar, opened_at: datetime, working: timedelta, stops: list[Stop]
) -> datetime | None:
    left, cursor = working, opened_at
    for begins, ends in stops:
        if ends is not None and ends <= cursor:
            continue
        ran = calendar.elapsed(cursor, begins)
        if ran >= left:
            break
        left -= ran
        if ends is None:
            return None
        cursor = ends
    return calendar.add(cursor, left)

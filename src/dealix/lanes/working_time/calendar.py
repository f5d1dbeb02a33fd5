"""Working time in one country: what each day is, moments after working time, time between moments.

Moments are aware and answers are in UTC. A year is laid out once as windows of work; adding and
measuring walk over the windows, so that nothing is lost or counted twice at an edge.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from dealix.errors import InvariantBroken
from dealix.lanes.working_time.countries import Named, holidays_of, in_ramadan, weekends_of
from dealix.lanes.working_time.settings import Span, WorkingSettings

Kind = Literal["holiday", "working", "hours"]
Window = tuple[datetime, datetime]
NOTHING = timedelta(0)
LONGEST_REST = 3
"""Years without any work after which a calendar is taken to be wrong."""


@dataclass(frozen=True)
class Override:
    """What a tenant says of one day: a holiday, a working day, or a day with other hours."""

    day: date
    kind: Kind
    name: Named | None = None
    hours: Span | None = None


@dataclass(frozen=True)
class Day:
    """A day as a calendar shows it; `hours` is None when nobody works."""

    date: date
    hours: Span | None
    weekend: bool
    holiday: Named | None
    ramadan: bool
    override: Kind | None


class WorkingCalendar:
    """The working clock of one tenant; safe to share between threads once it is made."""

    def __init__(
        self,
        country: str,
        zone: str,
        overrides: Iterable[Override] = (),
        settings: WorkingSettings | None = None,
    ) -> None:
        self.country = country
        self.zone = ZoneInfo(zone)
        self.settings = settings or WorkingSettings()
        self._overrides = {override.day: override for override in overrides}
        self._years: dict[int, list[Window]] = {}

    # -- days --------------------------------------------------------------------------------

    def day(self, day: date) -> Day:
        """Everything about a day."""
        override = self._overrides.get(day)
        kind = override.kind if override else None
        weekend = day.weekday() in weekends_of(self.country, day.year)
        holiday = self._holiday(day, override)
        ramadan = in_ramadan(day)
        usual = self.settings.ramadan if ramadan else self.settings.day
        if kind == "hours" and override is not None:
            hours: Span | None = override.hours or usual
        elif kind == "working":
            hours = usual
        else:
            hours = None if weekend or holiday else usual
        return Day(day, hours, weekend, holiday, ramadan, kind)

    def hours_of(self, day: date) -> Span | None:
        """The hours in which people work on a day; None when nobody does."""
        return self.day(day).hours

    def holiday_name(self, day: date, locale: str) -> str | None:
        """What is celebrated on a day, in the reader's language."""
        holiday = self.day(day).holiday
        return holiday.said(locale) if holiday else None

    def _holiday(self, day: date, override: Override | None) -> Named | None:
        known = holidays_of(self.country, day.year).get(day)
        if override is None:
            return known
        if override.kind == "holiday":
            return override.name or known or Named("Holiday", "عطلة")
        return None

    # -- time --------------------------------------------------------------------------------

    def is_working(self, moment: datetime) -> bool:
        """Whether people work at a moment; the end of the day is no longer work."""
        year = self._year(moment.astimezone(self.zone).year)
        place = bisect_right(year, moment, key=lambda window: window[0]) - 1
        return place >= 0 and moment < year[place][1]

    def add(self, start: datetime, working: timedelta) -> datetime:
        """The moment at which `working` has been worked since `start`.

        Raises:
            ValueError: `working` is negative, or `start` has no time zone.
            InvariantBroken: nobody works for years.
        """
        if working < NOTHING:
            raise ValueError("working time goes forward")
        left, moment = working, _in_utc(start)
        if left == NOTHING:
            return moment
        for begins, ends in self._windows(moment):
            begin = max(begins, moment)
            if left <= ends - begin:
                return begin + left
            left -= ends - begin
        raise InvariantBroken("invariant_broken", what=f"nobody works after {start.isoformat()}")

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """How much was worked between two moments; nothing when `end` is not after `start`."""
        since, until = _in_utc(start), _in_utc(end)
        worked = NOTHING
        if until <= since:
            return worked
        for begins, ends in self._windows(since, until):
            worked += min(ends, until) - max(begins, since)
        return worked

    def quiet_until(self, moment: datetime, zone: ZoneInfo | None = None) -> datetime | None:
        """When people outside may be written to again; None when they may now.

        `zone` is that of their clocks, where they are not the tenant's.
        """
        if self.settings.quiet is None:
            return None
        over = self.settings.quiet.over(moment.astimezone(zone or self.zone))
        return over.astimezone(UTC) if over else None

    def local_day(self, moment: datetime) -> tuple[datetime, datetime]:
        """The begin and the end of the local day in which a moment lies."""
        today = moment.astimezone(self.zone).date()
        midnight = [
            datetime.combine(today + timedelta(days=n), datetime.min.time(), self.zone)
            for n in (0, 1)
        ]
        return midnight[0].astimezone(UTC), midnight[1].astimezone(UTC)

    def _windows(self, since: datetime, until: datetime | None = None) -> Iterator[Window]:
        """Windows that end after `since` and begin before `until`, in order."""
        year = since.astimezone(self.zone).year
        last = until.astimezone(self.zone).year if until else year + LONGEST_REST
        for each in range(year, min(last, date.max.year - 1) + 1):
            windows = self._year(each)
            first = bisect_right(windows, since, key=lambda window: window[1])
            for window in windows[first:]:
                if until is not None and window[0] >= until:
                    return
                yield window

    def _year(self, year: int) -> list[Window]:
        known = self._years.get(year)
        if known is None:
            known = self._years[year] = list(self._laid_out(year))
        return known

    def _laid_out(self, year: int) -> Iterator[Window]:
        day, end = date(year, 1, 1), date(year, 12, 31)
        while day <= end:
            hours = self.hours_of(day)
            if hours is not None:
                yield self._moment(day, hours.begins), self._moment(day, hours.ends)
            day += timedelta(days=1)

    def _moment(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone).astimezone(UTC)


@lru_cache(maxsize=128)
def calendar_for(
    country: str, zone: str, overrides: tuple[Override, ...], settings: WorkingSettings
) -> WorkingCalendar:
    """A calendar that is kept with its years: the same facts give the same calendar."""
    return WorkingCalendar(country, zone, overrides, settings)


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment has a time zone")
    return moment.astimezone(UTC)

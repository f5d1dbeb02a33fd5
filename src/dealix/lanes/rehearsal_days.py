"""A company's days as its door shows them: when a story begins, and whether people work then.

Nothing here reckons with the working clock of the lanes, whose moments a rehearsal judges.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dealix.lanes.scenarios import Opening

Json = dict[str, Any]
ONE_DAY = timedelta(days=1)
FARTHEST = 380
"""Days within which a holiday of either calendar comes once."""
APART = 10
"""Days of a holiday of one name that lie nearer than this to one another are the same one."""
HEADWAY = timedelta(hours=1)
"""How far a beginning lies ahead at least, so that it is still ahead when the run is started."""


@dataclass(frozen=True)
class Begin:
    """A story's beginning, and the first and last day of the holiday that it comes before."""

    at: datetime
    first: date
    last: date


class Days:
    """The company's days; `month` answers one such as 2027-03 with its days and `time_zone`."""

    def __init__(self, month: Callable[[str], Json]) -> None:
        self._ask = month
        self._months: dict[str, Json] = {}

    def local(self, moment: datetime) -> datetime:
        """A moment on the company's clocks."""
        return moment.astimezone(self._zone(moment.date()))

    def said(self, moment: datetime) -> str:
        """The weekday and the time on the company's clocks, with their place."""
        local = self.local(moment)
        return f"{local:%A %H:%M}, {_place(self._zone(moment.date()))}"

    def works(self, moment: datetime) -> bool:
        """Whether people work at a moment, the last one of their day included."""
        local = self.local(moment)
        hours = self._day(local.date())["hours"]
        if hours is None:
            return False
        begins, ends = (time.fromisoformat(hours[edge]) for edge in ("begins", "ends"))
        return begins <= local.time() <= ends

    def beginning(self, opening: Opening, now: datetime) -> Begin | None:
        """When a story begins that comes before a holiday: the next one that is far enough ahead.

        None where no holiday of this name comes.
        """
        for first, last in self._holidays(opening.before, self.local(now).date()):
            at = self._before(first, opening)
            if at > now + HEADWAY:
                return Begin(at, first, last)
        return None

    def _holidays(self, name: str, since: date) -> Iterator[tuple[date, date]]:
        """First and last day of each holiday with these words in its name, from a day on."""
        around = [since + n * ONE_DAY for n in range(-APART, FARTHEST + APART)]
        words = name.casefold()
        named = [day for day in around if words in (self._day(day)["holiday"] or "").casefold()]
        firsts = [day for n, day in enumerate(named) if not n or (day - named[n - 1]).days > APART]
        for first in firsts:
            if first >= since:
                yield first, max(day for day in named if (day - first).days <= APART)

    def _before(self, first: date, opening: Opening) -> datetime:
        day, left = first, opening.working_days
        while left:
            day -= ONE_DAY
            left -= self._day(day)["hours"] is not None
        return datetime.combine(day, opening.at, self._zone(day)).astimezone(UTC)

    def _zone(self, day: date) -> ZoneInfo:
        return ZoneInfo(self._month(day)["time_zone"])

    def _day(self, day: date) -> Json:
        found: Json = self._month(day)["days"][day.day - 1]
        return found

    def _month(self, day: date) -> Json:
        key = f"{day:%Y-%m}"
        if key not in self._months:
            self._months[key] = self._ask(key)
        return self._months[key]


def _place(zone: ZoneInfo) -> str:
    return zone.key.rpartition("/")[2].replace("_", " ")

"""What a country decides about a day: its clocks, weekend, public holidays, and Ramadan."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

ZONES: dict[str, str] = {
    "SA": "Asia/Riyadh",
    "AE": "Asia/Dubai",
    "BH": "Asia/Bahrain",
    "KW": "Asia/Kuwait",
    "QA": "Asia/Qatar",
    "OM": "Asia/Muscat",
    "EG": "Africa/Cairo",
    "JO": "Asia/Amman",
    "MA": "Africa/Casablanca",
}
"""Every country whose calendar is known, with the clocks that it goes by."""

RAMADAN = 9
FIRST_HIJRI, LAST_HIJRI = 1343, 1500


@dataclass(frozen=True)
class Named:
    """A holiday's name in both languages."""

    en: str
    ar: str

    def said(self, locale: str) -> str:
        """The name in the reader's language."""
        return self.ar if locale == "ar" else self.en


@lru_cache(maxsize=256)
def holidays_of(country: str, year: int) -> Mapping[date, Named]:
    """The public holidays of a year, compensation days included, as `holidays` knows them.

    Days of the Hijri year are announced by sight of the moon: a tenant's override has the last
    word on them.
    """
    import holidays

    known = holidays.country_holidays(country, years=[year])
    english, arabic = (_language(known.supported_languages, wanted) for wanted in ("en", "ar"))
    in_english = holidays.country_holidays(country, years=[year], language=english)
    in_arabic = holidays.country_holidays(country, years=[year], language=arabic)
    return {day: Named(name, in_arabic.get(day) or name) for day, name in in_english.items()}


@lru_cache(maxsize=256)
def weekends_of(country: str, year: int) -> frozenset[int]:
    """The weekdays (Monday is 0) on which a country rests in a year."""
    import holidays

    known = holidays.country_holidays(country)
    return frozenset(n for n in range(7) if known.is_weekend(_last(year, n)))


@lru_cache(maxsize=256)
def ramadan_of(year: int) -> tuple[tuple[date, date], ...]:
    """First and last day of each Ramadan that touches a Gregorian year, by Umm al-Qura.

    The table of `hijridate` covers 1343 to 1500 AH; for other years nobody knows it here, so there
    is none.
    """
    from hijridate import Hijri

    around = (year - 622) * 33 // 32
    known = range(max(around - 1, FIRST_HIJRI), min(around + 2, LAST_HIJRI) + 1)
    months = [Hijri(each, RAMADAN, 1) for each in known]
    spans = [(date(*month.to_gregorian().datetuple()), month.month_length()) for month in months]
    whole = [(first, first + timedelta(days=length - 1)) for first, length in spans]
    return tuple((first, last) for first, last in whole if year in (first.year, last.year))


def in_ramadan(day: date) -> bool:
    """Whether a day lies in Ramadan."""
    return any(first <= day <= last for first, last in ramadan_of(day.year))


def _last(year: int, weekday: int) -> date:
    """The last such weekday of a year: what a country changed in its course holds at its end."""
    end = date(year, 12, 31)
    return end - timedelta(days=(end.weekday() - weekday) % 7)


def _language(supported: tuple[str, ...], wanted: str) -> str:
    return next(name for name in supported if name.partition("_")[0] == wanted)

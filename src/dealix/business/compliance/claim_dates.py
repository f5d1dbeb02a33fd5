"""Days as people write them: in figures, in English, in Arabic, and by the Hijri calendar."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from dealix.language.normal import plain

GREGORIAN = range(1900, 2200)
HIJRI = range(1343, 1501)
"""The years that a number of four figures can be; for others no table is known here."""

LOCALES = ("en", "ar", "ar_SY", "ar_MA", "ar_DZ")
"""Languages and countries whose names of the months are known."""

HIJRI_MONTHS: tuple[str, ...] = (
    r"muharram|(?:ال)?محرم",
    r"safar|صفر",
    r"rabi'?[ -]*(?:al|ul)[ -]*awwal|rabi'? i\b|ربيع الاول",
    r"rabi'?[ -]*(?:al|ul)[ -]*(?:thani|akhir)|rabi'? ii\b|ربيع (?:الثاني|الاخر)",
    r"jumada[ -]*(?:al|ul)[ -]*(?:ula|awwal)|jumada i\b|جمادي الاولي?",
    r"jumada[ -]*(?:al|ul)[ -]*(?:akhirah?|thani(?:yah?)?)|jumada ii\b|جمادي (?:الاخره?|الثانيه?)",
    r"rajab|رجب",
    r"sha'?ban|شعبان",
    r"ramadh?an|رمضان",
    r"shawwal|شوال",
    r"dhu[ -]*(?:al|ul|l)[ -]*qa'?da?h|ذ[وي] القعده",
    r"dhu[ -]*(?:al|ul|l)[ -]*hijja?h|ذ[وي] الحجه",
)
"""The months of the Hijri year, as `language.normal.plain` spells them."""


@dataclass(frozen=True)
class WrittenDay:
    """A day with its place in the text; a Hijri one may be off by one, the moon decides."""

    day: date
    hijri: bool
    starts: int
    ends: int


def days_in(text: str) -> list[WrittenDay]:
    """Every day that a text in plain spelling names, in its order.

    `03/04/2027` may be two days and is none; a day that the calendar does not have is none either.
    """
    if not any(char.isdigit() for char in text):
        return []
    found: list[WrittenDay] = []
    for one in sorted(_written(text), key=lambda one: one.starts):
        if not found or one.starts >= found[-1].ends:
            found.append(one)
    return found


def _written(text: str) -> Iterator[WrittenDay]:
    by_name, name_first = _named()
    for pattern in (by_name, name_first):
        for match in pattern.finditer(text):
            hijri, month = _month(match["month"])
            yield from _day(match, int(match["year"]), month, int(match["day"]), hijri=hijri)
    for match in _YEAR_FIRST.finditer(text):
        yield from _figures(match)
    for match in _YEAR_LAST.finditer(text):
        one, two, year = int(match["one"]), int(match["two"]), int(match["year"])
        hijri = year in HIJRI
        if hijri or one > 12 or one == two:
            yield from _day(match, year, two, one, hijri=hijri)
        elif two > 12:
            yield from _day(match, year, one, two, hijri=False)


_YEAR_FIRST = re.compile(
    r"(?<![\d/-])(?P<year>\d{4})(?P<sep>[-/])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})(?![\d/-])"
)
_YEAR_LAST = re.compile(
    r"(?<![\d/.-])(?P<one>\d{1,2})(?P<sep>[-/.])(?P<two>\d{1,2})(?P=sep)(?P<year>\d{4})(?!\d)"
)


def _figures(match: re.Match[str]) -> Iterator[WrittenDay]:
    year = int(match["year"])
    yield from _day(match, year, int(match["month"]), int(match["day"]), hijri=year in HIJRI)


def _day(
    match: re.Match[str], year: int, month: int, day: int, *, hijri: bool
) -> Iterator[WrittenDay]:
    from hijridate import Hijri

    if year not in (HIJRI if hijri else GREGORIAN):
        return
    try:
        found = (
            date(*Hijri(year, month, day).to_gregorian().datetuple())
            if hijri
            else date(year, month, day)
        )
    except (ValueError, OverflowError):
        return
    yield WrittenDay(found, hijri, match.start(), match.end())


@cache
def _named() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A day with the name of its month: `1 April 2027` and `April 1, 2027`."""
    names = sorted(_gregorian(), key=len, reverse=True)
    month = rf"(?P<month>{'|'.join([*HIJRI_MONTHS, *map(re.escape, names)])})"
    day = r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th)?"
    year = r"(?P<year>\d{4})(?!\d)"
    return (
        re.compile(rf"{day}(?:\s+(?:of|من))?[\s-]+{month}\.?[,،]?[\s-]+(?:عام\s+|سنه\s+)?{year}"),
        re.compile(rf"(?<![a-z]){month}\.?\s+{day},?\s+{year}"),
    )


@cache
def _gregorian() -> dict[str, int]:
    """The number of each month by its names, in plain spelling."""
    from babel import Locale

    found = {"sept": 9}
    for name in LOCALES:
        months = Locale.parse(name).months["format"]
        for width in ("wide", "abbreviated"):
            found |= {plain(said).rstrip("."): number for number, said in months[width].items()}
    return found


@cache
def _month(name: str) -> tuple[bool, int]:
    """Whether a month is one of the Hijri year, and its number."""
    if name in _gregorian():
        return False, _gregorian()[name]
    number = next(n for n, each in enumerate(HIJRI_MONTHS, 1) if re.fullmatch(each, name))
    return True, number

"""Amounts as people write them: lengths of time, percentages, messages, money, hours of a day."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

HOUR, DAY = 3600.0, 86400.0
UNITS: dict[str, tuple[str, float]] = {
    r"(?:working|business) hours?|ساع(?:ه|ات) عمل": ("working", HOUR),
    r"(?:working|business) days?|يوما? عمل|ايام عمل": ("working", 8 * HOUR),
    r"s|secs?|seconds?|ثانيه|ثواني": ("seconds", 1),
    r"mins?|minutes?|دقيقه|دقايق": ("seconds", 60),
    r"hours?|ساعه|ساعات": ("seconds", HOUR),
    r"days?|يوما?|ايام": ("seconds", DAY),
    r"weeks?|اسبوعا?|اسابيع": ("seconds", 7 * DAY),
    r"months?|شهرا?|اشهر|شهور": ("seconds", 365 * DAY / 12),
    r"years?|سنه|سنوات|عاما?|اعوام": ("seconds", 365 * DAY),
    r"%|percent|per cent|بالمايه|في المايه|بالميه|في الميه|٪": ("percent", 1),
    r"(?:\w+ )?(?:messages?|e-?mails?)|رساله|رسايل": ("messages", 1),
}
"""A unit, the measure that it is one of, and how much of that it is; working time has no nights."""

TWO: dict[str, tuple[str, float]] = {
    r"دقيقتي?ن|دقيقتان": ("seconds", 120),
    r"ساعتي?ن|ساعتان": ("seconds", 2 * HOUR),
    r"يومين|يومان": ("seconds", 2 * DAY),
    r"اسبوعين|اسبوعان": ("seconds", 14 * DAY),
    r"شهرين|شهران": ("seconds", 2 * 365 * DAY / 12),
    r"سنتين|سنتان|عامين|عامان": ("seconds", 2 * 365 * DAY),
}
"""Two of a unit, which Arabic says in one word."""

CURRENCIES: dict[str, str] = {
    "QAR": r"qar|qatari riyals?|ريالا? قطريا?",
    "OMR": r"omr|omani ri(?:y)?als?|ريالا? عمانيا?",
    "SAR": r"sar|sr|saudi riyals?|riyals?|ريالا?(?: سعوديا?)?|ريالات(?: سعوديه)?|ر\.?\s?س\.?",
    "AED": r"aed|dirhams?|درهما?(?: اماراتيا?)?|دراهم",
    "KWD": r"kwd|kuwaiti dinars?|دينارا? كويتيا?",
    "BHD": r"bhd|bahraini dinars?|دينارا? بحرينيا?",
    "EGP": r"egp|egyptian pounds?|جنيها?(?: مصريا?)?",
    "USD": r"usd|us\$|\$|(?:us )?dollars?|دولارا?(?: امريكيا?)?",
}
"""Currencies by code, a name of several words before one that it holds."""

MANY: dict[str, float] = {
    r"k|thousand|الف|الاف": 1e3,
    r"m|mn|million|مليون|ملايين": 1e6,
    r"bn|billion|مليار": 1e9,
}
THREE_PLACES = frozenset({"OMR", "KWD", "BHD"})
LETTER = r"[a-z\u0621-\u064a]"
NUMBER = r"\d{1,3}(?:[,\u066c]\d{3})+(?:[.\u066b]\d+)?|\d{1,12}(?:[.\u066b]\d+)?"
_BEFORE = rf"(?<![\d.,\u066b\u066c])(?<!{LETTER})"
_QUANTITY = re.compile(rf"{_BEFORE}({NUMBER})\s*-?\s*({'|'.join(UNITS)})(?!{LETTER})")
_TWO = re.compile(rf"(?<!{LETTER})({'|'.join(TWO)})(?!{LETTER})")
_CURRENCY, _MANY = "|".join(CURRENCIES.values()), "|".join(MANY)
_MONEY = re.compile(
    rf"(?<!{LETTER})(?P<first>{_CURRENCY})\s*(?P<one>{NUMBER})(?:\s*(?P<much>{_MANY})(?!{LETTER}))?"
    rf"|{_BEFORE}(?P<two>{NUMBER})\s*(?:(?P<many>{_MANY})\s*)?(?P<last>{_CURRENCY})(?!{LETTER})"
)
_RANGE = re.compile(r"\d\s*%?\s*(?:-|–|—|to|الي|حتي)\s*$|between \d\S*(?: \w+)? and\s*$")
_CLOCK = r"(\d{1,2})(?::(\d{2}))?\s*(am|pm|a\.m\.|p\.m\.|صباحا|مساء|ظهرا)?"
_HOURS = re.compile(
    rf"(?<![\d:]){_CLOCK}\s*(?:to|until|till|and|-|–|—|الي|حتي|و)\s*(?:الساعه\s*)?{_CLOCK}(?![\d:%])"
)


@dataclass(frozen=True)
class Amount:
    """So much of a measure, or of a currency; `unit` is the word that it was written with."""

    measure: str
    value: float
    unit: str
    starts: int
    ends: int


def amounts_in(text: str, *, ranges: bool = False) -> list[Amount]:
    """Every amount of a text in plain spelling, in its order; the end of a range where asked."""
    found = sorted([*_money(text), *_quantities(text), *_twos(text)], key=lambda one: one.starts)
    return [one for one in found if ranges or not _RANGE.search(text[: one.starts])]


def hours_in(text: str) -> str | None:
    """The first span of a day, as `21:00-08:00`; what says neither minutes nor half is none."""
    for match in _HOURS.finditer(text):
        begins, ends = _minutes(*match.groups()[:3]), _minutes(*match.groups()[3:])
        if begins is not None and ends is not None:
            return f"{_shown(begins)}-{_shown(ends)}"
    return None


def measured(number: str, unit: str) -> tuple[str, float]:
    """The measure of a unit and how much of it that many are."""
    for pattern, (measure, much) in UNITS.items():
        if re.fullmatch(pattern, unit):
            return measure, _number(number) * much
    raise LookupError(unit)


def _quantities(text: str) -> Iterator[Amount]:
    for match in _QUANTITY.finditer(text):
        measure, value = measured(match[1], match[2])
        yield Amount(measure, value, match[2], match.start(), match.end())


def _twos(text: str) -> Iterator[Amount]:
    for match in _TWO.finditer(text):
        measure, value = next(much for each, much in TWO.items() if re.fullmatch(each, match[1]))
        yield Amount(measure, value, match[1], match.start(), match.end())


def _money(text: str) -> Iterator[Amount]:
    for match in _MONEY.finditer(text):
        said = match["first"] or match["last"]
        currency = next(code for code, each in CURRENCIES.items() if re.fullmatch(each, said))
        many = match["much"] or match["many"]
        times = next((by for each, by in MANY.items() if many and re.fullmatch(each, many)), 1.0)
        figures = match["one"] or match["two"]
        if currency not in THREE_PLACES and re.fullmatch(r"\d{1,3}\.\d{3}", figures):
            figures = figures.replace(".", "")
        yield Amount(currency, _number(figures) * times, currency, match.start(), match.end())


def _number(figures: str) -> float:
    return float(re.sub(r"[,\u066c]", "", figures).replace("\u066b", "."))


def _minutes(hour: str, minute: str | None, half: str | None) -> int | None:
    """Minutes since midnight; None where the hour may be of morning or evening, or is none."""
    if minute is None and half is None:
        return None
    hours = int(hour) % 12 if half else int(hour)
    if half in {"pm", "p.m.", "مساء", "ظهرا"}:
        hours += 12
    minutes = hours * 60 + int(minute or 0)
    return minutes if minutes < 24 * 60 and int(minute or 0) < 60 else None


def _shown(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"

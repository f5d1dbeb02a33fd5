"""Dates, durations, numbers and money as people read them, in Latin digits in both languages.

Arabic month names come from Babel. Patterns are our own, so that no invisible direction mark hides
inside a date: the console isolates values itself.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from dealix.i18n.catalogue import ntranslate

_DATE = {"ar": "d MMMM y", "en": "d MMMM y"}
_MOMENT = {"ar": "d MMMM y، HH:mm", "en": "d MMMM y, HH:mm"}


def moment_of(value: datetime | str | None) -> datetime | None:
    """A moment from RFC 3339 text or a datetime; None stays None, naive text is UTC."""
    if value is None or value == "":
        return None
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def show_moment(locale: str, value: datetime | str, zone: ZoneInfo) -> str:
    """Day, month by name, year and minute, on the clocks of `zone`."""
    return _formatted(locale, value, zone, _MOMENT)


def show_date(locale: str, value: datetime | str, zone: ZoneInfo) -> str:
    """Day, month by name and year, on the calendar of `zone`."""
    return _formatted(locale, value, zone, _DATE)


def show_month(locale: str, day: date) -> str:
    """Month by name and year."""
    from babel.dates import format_date

    return format_date(day, "MMMM y", locale=locale)


def show_hijri(locale: str, day: date) -> str:
    """The Hijri date of a day by Umm al-Qura, such as `1 Ramadan 1447 AH`; empty where unknown."""
    from hijridate import Gregorian

    try:
        hijri = Gregorian(day.year, day.month, day.day).to_hijri()
    except OverflowError:
        return ""
    if locale == "ar":
        return f"{hijri.day} {hijri.month_name('ar')} {hijri.year} {hijri.notation('ar')}"
    return f"{hijri.day} {hijri.month_name('en')} {hijri.year} {hijri.notation('en')}"


def hijri_of(day: date) -> str | None:
    """The Hijri date of a day as numbers, `1447-09-01`; None outside the years 1343 to 1500."""
    from hijridate import Gregorian

    try:
        return Gregorian(day.year, day.month, day.day).to_hijri().isoformat()
    except OverflowError:
        return None


def show_duration(locale: str, length: timedelta) -> str:
    """A length in a whole unit that keeps it readable: seconds, minutes, hours or days."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 60:
        return ntranslate(locale, "{count} second", "{count} seconds", seconds)
    minutes = seconds // 60
    if minutes < 60:
        return ntranslate(locale, "{count} minute", "{count} minutes", minutes)
    if minutes < 48 * 60:
        return ntranslate(locale, "{count} hour", "{count} hours", minutes // 60)
    return ntranslate(locale, "{count} day", "{count} days", minutes // (24 * 60))


def show_working(locale: str, length: timedelta) -> str:
    """A length of working time in hours, or in minutes below one: no day of it has 24 hours."""
    minutes = max(0, int(length.total_seconds()) // 60)
    if minutes < 60:
        return ntranslate(locale, "{count} working minute", "{count} working minutes", minutes)
    return ntranslate(locale, "{count} working hour", "{count} working hours", minutes // 60)


def show_number(locale: str, value: object) -> str:
    """A number with grouped digits; what is no number comes back as it is.

    An amount of money is a decimal string of two places: it keeps both, unless it is whole.
    """
    from babel.numbers import format_decimal

    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    money = str(value)[-3:-2] == "." and number != number.to_integral_value()
    pattern = "#,##0.00" if money and not isinstance(value, float) else None
    return str(format_decimal(number, pattern, locale, numbering_system="latn"))


def _formatted(locale: str, value: datetime | str, zone: ZoneInfo, patterns: dict[str, str]) -> str:
    from babel.dates import format_datetime

    moment = moment_of(value)
    if moment is None:
        return ""
    return format_datetime(moment.astimezone(zone), patterns[locale], locale=locale)

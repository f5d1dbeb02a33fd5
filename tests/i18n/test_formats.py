"""Dates, lengths and numbers: Arabic month names, Latin digits, no hidden marks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dealix.i18n.formats import (
    hijri_of,
    moment_of,
    show_date,
    show_duration,
    show_hijri,
    show_moment,
    show_number,
)

RIYADH = ZoneInfo("Asia/Riyadh")
LATE = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)


def test_a_moment_is_said_on_the_companys_clocks():
    assert show_moment("ar", LATE, RIYADH) == "25 نوفمبر 2026، 01:30"
    assert show_moment("en", LATE, RIYADH) == "25 November 2026, 01:30"


def test_a_date_has_no_hidden_direction_mark():
    text = show_date("ar", "2026-11-24T22:30:00Z", RIYADH)
    assert text == "25 نوفمبر 2026"
    assert not set(text) & set("\u200e\u200f\u061c")


@pytest.mark.parametrize(
    ("length", "arabic", "english"),
    [
        (timedelta(seconds=5), "5 ثوانٍ", "5 seconds"),
        (timedelta(minutes=2), "دقيقتان", "2 minutes"),
        (timedelta(hours=47), "47 ساعة", "47 hours"),
        (timedelta(days=14), "14 يومًا", "14 days"),
        (-timedelta(days=1), "0 ثانية", "0 seconds"),
    ],
)
def test_lengths(length, arabic, english):
    assert show_duration("ar", length) == arabic
    assert show_duration("en", length) == english


def test_numbers_are_grouped_in_latin_digits_in_both_languages():
    assert show_number("ar", "1234567.5") == show_number("en", "1234567.5") == "1,234,567.5"
    assert show_number("ar", "no number") == "no number"
    assert show_number("en", "139414.50") == "139,414.50"
    assert show_number("en", "48000.00") == "48,000"


def test_moments_are_read_from_rfc_3339():
    assert moment_of("2026-11-24T22:30:00Z") == LATE
    assert moment_of("") is None
    assert moment_of(datetime(2026, 1, 1)) == datetime(2026, 1, 1, tzinfo=UTC)  # noqa: DTZ001


def test_a_hijri_date_is_said_in_both_languages_and_left_out_where_nobody_knows_it():
    assert show_hijri("ar", date(2026, 2, 18)) == "1 رمضان 1447 هـ"
    assert show_hijri("en", date(2026, 2, 18)) == "1 Ramadan 1447 AH"
    assert hijri_of(date(2026, 2, 18)) == "1447-09-01"
    assert show_hijri("ar", date(2090, 1, 1)) == ""
    assert hijri_of(date(1900, 1, 1)) is None

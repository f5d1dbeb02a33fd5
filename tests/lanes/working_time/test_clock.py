"""Working time is exact at every edge, in every country, over the Eids and in Ramadan."""

import random
from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest

from dealix.errors import InvariantBroken
from dealix.lanes.working_time import Override, Span, WorkingCalendar, WorkingSettings, sla
from dealix.lanes.working_time.countries import ZONES, Named, in_ramadan, ramadan_of
from dealix.lanes.working_time.settings import Quiet
from dealix.lanes.working_time.sla import running

RIYADH, DUBAI = ZoneInfo("Asia/Riyadh"), ZoneInfo("Asia/Dubai")
SAUDI = WorkingCalendar("SA", "Asia/Riyadh")
EMIRATI = WorkingCalendar("AE", "Asia/Dubai")
HOUR = timedelta(hours=1)


def riyadh(month, day, hour=0, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=RIYADH)


def test_a_saudi_week_runs_from_sunday_to_thursday_and_an_emirati_one_to_friday():
    days = [date(2026, 4, n) for n in range(5, 12)]  # a Sunday to a Saturday
    assert [SAUDI.hours_of(day) is not None for day in days] == [True] * 5 + [False] * 2
    assert [EMIRATI.hours_of(day) is not None for day in days] == [False] + [True] * 5 + [False]


@pytest.mark.parametrize("country", ZONES)
def test_every_market_has_its_holidays_in_both_languages(country):
    calendar = WorkingCalendar(country, ZONES[country])
    eid = next(date(2026, 3, n) for n in range(18, 23) if calendar.day(date(2026, 3, n)).holiday)
    assert "Eid al-Fitr" in calendar.holiday_name(eid, "en")
    assert "عيد الفطر" in calendar.holiday_name(eid, "ar")
    assert calendar.hours_of(eid) is None
    assert calendar.hours_of(date(2026, 4, 7)) is not None


def test_civil_holidays_are_free():
    assert SAUDI.holiday_name(date(2026, 9, 23), "ar") == "اليوم الوطني"
    assert SAUDI.hours_of(date(2026, 2, 22)) is None  # Founding Day
    assert EMIRATI.hours_of(date(2026, 12, 2)) is None


def test_ramadan_has_shorter_hours():
    assert SAUDI.hours_of(date(2026, 2, 17)) == Span(begins=time(9), ends=time(17))
    assert SAUDI.hours_of(date(2026, 2, 18)) == Span(begins=time(10), ends=time(16))
    assert SAUDI.hours_of(date(2026, 3, 18)) == Span(begins=time(10), ends=time(16))


def test_a_year_may_have_two_ramadans_and_one_outside_the_tables_has_none():
    assert len(ramadan_of(2030)) == 2
    assert in_ramadan(date(2030, 1, 10))
    assert in_ramadan(date(2031, 1, 10))
    assert ramadan_of(1900) == ramadan_of(2090) == ()
    far = WorkingCalendar("SA", "Asia/Riyadh").day(date(2090, 1, 3))
    assert not far.ramadan
    assert len(ramadan_of(2077)) == 1  # 1500 AH, the last that is known


def test_a_start_outside_hours_counts_from_the_next_working_hour():
    four = timedelta(hours=4)
    assert SAUDI.add(riyadh(4, 6, 7), four) == riyadh(4, 6, 13)
    assert SAUDI.add(riyadh(4, 6, 18), four) == riyadh(4, 7, 13)
    assert SAUDI.add(riyadh(4, 9, 16), four) == riyadh(4, 12, 12)  # over a Saudi weekend
    assert SAUDI.add(riyadh(4, 10, 3), four) == riyadh(4, 12, 13)  # from inside the weekend
    assert SAUDI.add(riyadh(9, 23, 11), four) == riyadh(9, 24, 13)  # from a holiday


def test_a_day_that_is_worked_whole_ends_at_its_end_and_not_next_morning():
    assert SAUDI.add(riyadh(4, 6, 9), 8 * HOUR) == riyadh(4, 6, 17)
    assert SAUDI.add(riyadh(4, 6, 17), timedelta(0)) == riyadh(4, 6, 17)
    assert SAUDI.add(riyadh(4, 6, 17), timedelta(seconds=1)) == riyadh(4, 7, 9) + timedelta(
        seconds=1
    )


def test_an_eid_is_passed_over():
    begun = riyadh(3, 18, 15)  # the last Wednesday of Ramadan, one hour of work left
    assert SAUDI.add(begun, 3 * HOUR) == riyadh(3, 25, 11)
    assert SAUDI.elapsed(begun, riyadh(3, 25, 9)) == HOUR


def test_the_edges_of_a_working_day():
    assert not SAUDI.is_working(riyadh(4, 6, 8, 59))
    assert SAUDI.is_working(riyadh(4, 6, 9))
    assert SAUDI.is_working(riyadh(4, 6, 16, 59))
    assert not SAUDI.is_working(riyadh(4, 6, 17))
    assert not SAUDI.is_working(riyadh(4, 10, 12))
    assert not SAUDI.is_working(riyadh(1, 1, 3))  # before the first window of its year


def test_nothing_is_worked_backwards():
    assert SAUDI.elapsed(riyadh(4, 7), riyadh(4, 6)) == timedelta(0)
    with pytest.raises(ValueError, match="forward"):
        SAUDI.add(riyadh(4, 6), timedelta(seconds=-1))
    with pytest.raises(ValueError, match="time zone"):
        SAUDI.add(riyadh(4, 6).replace(tzinfo=None), HOUR)


@pytest.mark.parametrize("country", ["SA", "AE", "EG", "MA"])
def test_what_was_added_is_what_has_elapsed(country):
    calendar = WorkingCalendar(country, ZONES[country])
    dice = random.Random(country)
    for _ in range(400):
        start = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=dice.randrange(1_500_000))
        working = timedelta(seconds=dice.choice((0, 1, dice.randrange(400_000))))
        end = calendar.add(start, working)
        assert calendar.elapsed(start, end) == working
        middle = start + (end - start) * dice.random()
        assert calendar.elapsed(start, middle) + calendar.elapsed(middle, end) == working


def test_an_override_has_the_last_word():
    day = date(2026, 3, 25)
    told = [
        Override(date(2026, 3, 19), "working"),
        Override(day, "holiday", Named("Eid, a day more", "يوم إضافي للعيد")),
        Override(date(2026, 3, 26), "hours", hours=Span(begins=time(11), ends=time(12))),
        Override(date(2026, 3, 27), "working"),  # a Friday
    ]
    calendar = WorkingCalendar("SA", "Asia/Riyadh", told)
    assert calendar.hours_of(date(2026, 3, 19)) == Span(begins=time(10), ends=time(16))
    assert calendar.holiday_name(date(2026, 3, 19), "en") is None
    assert calendar.hours_of(day) is None
    assert calendar.holiday_name(day, "ar") == "يوم إضافي للعيد"
    assert calendar.elapsed(riyadh(3, 26), riyadh(3, 27)) == HOUR
    assert calendar.hours_of(date(2026, 3, 27)) is not None


def test_a_calendar_in_which_nobody_works_says_so():
    start = date(2026, 1, 1)
    rest = [Override(start + timedelta(days=n), "holiday") for n in range(365 * 5)]
    with pytest.raises(InvariantBroken):
        WorkingCalendar("SA", "Asia/Riyadh", rest).add(riyadh(2, 1), HOUR)


def test_a_question_costs_microseconds_once_the_year_is_known():
    SAUDI.add(riyadh(4, 6), 40 * HOUR)
    began = perf_counter()
    for n in range(1000):
        SAUDI.add(riyadh(4, 6) + n * HOUR, 40 * HOUR)
    assert perf_counter() - began < 1


# -- sla -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("priority", "breach"),
    [
        ("critical", riyadh(4, 6, 13)),
        ("high", riyadh(4, 6, 17)),
        ("normal", riyadh(4, 7, 17)),
        ("low", riyadh(4, 12, 17)),
    ],
)
def test_each_priority_has_its_working_time(priority, breach):
    assert sla(SAUDI, riyadh(4, 6, 9), priority).breach_at == breach


def test_reminder_breach_and_third_level_come_in_order_over_an_eid():
    times = sla(SAUDI, riyadh(3, 18, 10), "high")  # a six-hour day before the Eid
    assert times.reminder_at == riyadh(3, 18, 16)
    assert times.breach_at == riyadh(3, 25, 11)
    assert times.level3_at == riyadh(3, 25, 15)


def test_the_clock_stands_while_it_is_stopped():
    opened = riyadh(4, 6, 9)
    stopped = [(riyadh(4, 6, 11), riyadh(4, 7, 11)), (riyadh(4, 6, 12), riyadh(4, 6, 13))]
    times = sla(SAUDI, opened, "critical", stopped)
    assert times.reminder_at == riyadh(4, 7, 12)
    assert times.breach_at == riyadh(4, 7, 13)
    assert running(SAUDI, opened, riyadh(4, 7, 12), stopped) == 3 * HOUR


def test_what_lies_behind_an_open_stop_cannot_be_named():
    times = sla(SAUDI, riyadh(4, 6, 9), "critical", [(riyadh(4, 6, 12, 30), None)])
    assert times.reminder_at == riyadh(4, 6, 12)
    assert times.breach_at is None
    assert times.level3_at is None


def test_a_tenant_changes_what_a_priority_allows():
    settings = WorkingSettings.model_validate({"allowed": {"critical": 60}})
    calendar = WorkingCalendar("SA", "Asia/Riyadh", settings=settings)
    assert sla(calendar, riyadh(4, 6, 9), "critical").breach_at == riyadh(4, 6, 10)


# -- quiet hours ---------------------------------------------------------------------------------


def test_quiet_hours_end_in_the_morning():
    assert SAUDI.quiet_until(riyadh(4, 6, 21)) == riyadh(4, 7, 8)
    assert SAUDI.quiet_until(riyadh(4, 7, 3)) == riyadh(4, 7, 8)
    assert SAUDI.quiet_until(riyadh(4, 7, 8)) is None
    assert SAUDI.quiet_until(riyadh(4, 7, 20, 59)) is None
    assert EMIRATI.quiet_until(datetime(2026, 4, 6, 17, tzinfo=UTC)) == datetime(
        2026, 4, 7, 8, tzinfo=DUBAI
    )


def test_quiet_hours_may_be_of_one_day_or_none():
    noon = WorkingSettings(quiet=Quiet(begins=time(12), ends=time(14)))
    assert WorkingCalendar("SA", "Asia/Riyadh", settings=noon).quiet_until(
        riyadh(4, 6, 13)
    ) == riyadh(4, 6, 14)
    never = WorkingCalendar("SA", "Asia/Riyadh", settings=WorkingSettings(quiet=None))
    assert never.quiet_until(riyadh(4, 6, 3)) is None

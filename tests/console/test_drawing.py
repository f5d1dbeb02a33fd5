"""The drawing of a run: where its waits lie, whose they are, and that Arabic reads it mirrored."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from markupsafe import Markup

from dealix.business.partners.course import Picture, Span
from dealix.console.drawing import LEAST, WIDE, Shape, drawn, shares
from dealix.console.speech import Speech

BEGUN = datetime(2027, 3, 1, 8, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Riyadh")
ENGLISH, ARABIC = Speech("en", ZONE), Speech("ar", ZONE)
DAY = timedelta(days=1)


def at(days: float) -> datetime:
    return BEGUN + days * DAY


def span(name="manager_approval", holder="approvers", since=0.0, until=None, breach=None) -> Span:
    return Span(
        name,
        holder,
        at(since),
        None if until is None else at(until),
        timedelta(hours=8),
        "apr_1",
        None,
        None if breach is None else at(breach),
    )


def picture(*spans: Span, now=10.0, ended=None, stage="manager", pauses=()) -> Picture:
    return Picture(
        BEGUN,
        at(now),
        None if ended is None else at(ended),
        None,
        stage,
        frozenset({"manager"}),
        spans,
        tuple((at(a), None if b is None else at(b)) for a, b in pauses),
    )


def draw(speech: Speech, made: Picture, outcome=None):
    return drawn(speech, made, outcome, lambda _span: Markup("Fahad"))


def kinds(bar) -> list[str]:
    return [shape.kind for shape in bar.shapes]


def test_a_wait_lies_where_its_time_lies_and_arabic_mirrors_it():
    made = picture(span(since=2, until=5))
    [english], [arabic] = (draw(speech, made)["bars"] for speech in (ENGLISH, ARABIC))
    assert english.shapes[0] == Shape(200, 300, "approvers")
    assert arabic.shapes[0] == Shape(500, 300, "approvers")


def test_a_short_wait_is_still_seen_and_nothing_leaves_the_track():
    made = picture(span(since=9.999, until=10), span(since=0, until=0))
    for speech in (ENGLISH, ARABIC):
        for bar in draw(speech, made)["bars"]:
            for shape in bar.shapes:
                assert shape.width >= LEAST
                assert 0 <= shape.x <= shape.x + shape.width <= WIDE


def test_what_lasts_says_for_whom_and_by_when_and_the_track_reaches_its_sla():
    [bar] = draw(ENGLISH, picture(span(since=0, breach=20), now=10))["bars"]
    assert (bar.lasts, bar.people) == (True, "Fahad")
    assert "to be decided by" in bar.due
    assert bar.shapes[0] == Shape(0, 500, "approvers")
    assert kinds(bar) == ["approvers", "due"]


def test_a_far_sla_does_not_shrink_what_has_happened():
    [bar] = draw(ENGLISH, picture(span(since=0, breach=90), now=10))["bars"]
    assert bar.shapes == [Shape(0, 500, "approvers")]
    assert "to be decided by" in bar.due


def test_what_is_over_its_sla_is_drawn_and_said_so():
    [bar] = draw(ENGLISH, picture(span(since=0, breach=6), now=10))["bars"]
    assert "overdue since" in bar.due
    assert kinds(bar) == ["approvers", "late", "due"]
    assert bar.shapes[1] == Shape(600, 400, "late")


def test_a_pause_is_drawn_over_the_wait_in_which_it_fell():
    made = picture(span(since=2, until=8), pauses=((4, 6), (9, None)))
    [bar] = draw(ENGLISH, made)["bars"]
    assert kinds(bar) == ["approvers", "stood"]
    assert bar.shapes[1] == Shape(400, 200, "stood")


def test_rounds_of_one_gate_share_a_row_and_add_up():
    made = picture(
        span(since=0, until=1), span(holder="requester", since=1, until=2), span(since=2, until=3)
    )
    [bar] = draw(ENGLISH, made)["bars"]
    assert kinds(bar) == ["approvers", "requester", "approvers"]
    assert [str(length.striptags()) for _, length in bar.lengths] == [
        "16 working hours",
        "8 working hours",
    ]


@pytest.mark.parametrize(
    ("ended", "outcome", "states"),
    [
        (None, None, ["now", "ahead", "ahead", "ahead", "ahead"]),
        (10.0, "rejected", ["bad", "ahead", "ahead", "ahead", "ahead"]),
        (10.0, "activated", ["done", "ahead", "ahead", "ahead", "ahead"]),
    ],
)
def test_each_stage_says_how_it_stands(ended, outcome, states):
    made = picture(span(), ended=ended, stage="ended" if ended else "manager")
    assert [stage["state"] for stage in draw(ENGLISH, made, outcome)["stages"]] == states


def test_whose_time_it_took_is_shared_out_and_mirrored():
    ours, theirs = timedelta(hours=3), timedelta(hours=1)
    assert shares(ENGLISH, ours, theirs) == [Shape(0, 750, "approvers"), Shape(750, 250, "partner")]
    assert shares(ARABIC, ours, theirs) == [Shape(250, 750, "approvers"), Shape(0, 250, "partner")]
    assert shares(ENGLISH, ours, timedelta(0)) == [Shape(0, 1000, "approvers")]
    assert shares(ENGLISH, timedelta(0), timedelta(0)) == []

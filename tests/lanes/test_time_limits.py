"""Moments and lengths that no run can have: a clear code, and nothing has changed."""

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, select
from tests.lanes.flow_stage import TENANT
from tests.lanes.test_waits import deeds

from dealix.errors import Conflict, DealixError, InvalidInput
from dealix.lanes.models import Pause
from dealix.lanes.runs import FURTHEST

FAR = timedelta(days=1) * FURTHEST
LAST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.fixture(scope="module")
def waiting(stage):
    run = stage.start()
    stage.at_gate(run)
    return run


def pauses(stage, run):
    with stage.database.tenant(TENANT) as session:
        query = select(func.count()).select_from(Pause).where(Pause.run_id == run)
        return session.execute(query).scalar_one()


def state(stage, run):
    row = stage.run(run)
    return row.deadline, row.status, row.paused_at, row.skipped, row.ended_at


@pytest.mark.parametrize(
    ("until", "code"),
    [
        pytest.param(LAST, "deadline_too_far", id="the year 9999"),
        pytest.param(
            LAST.replace(tzinfo=timezone(timedelta(hours=-12))), "deadline_too_far", id="beyond it"
        ),
        pytest.param(datetime(2099, 1, 1, tzinfo=UTC), "deadline_too_far", id="2099"),
        pytest.param(datetime(2001, 1, 1, tzinfo=UTC), "deadline_past", id="past"),
        pytest.param(
            datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), "deadline_past", id="year 1"
        ),
        pytest.param(datetime(2027, 1, 1), "invalid_input", id="no zone"),  # noqa: DTZ001
    ],
)
def test_no_run_gets_a_deadline_that_cannot_be(stage, waiting, until, code):
    before, told = state(stage, waiting), deeds(stage, waiting, "run.extended")
    with pytest.raises(InvalidInput) as refusal:
        stage.runs.extend(stage.noura, waiting, until)
    assert refusal.value.code == code
    assert (state(stage, waiting), deeds(stage, waiting, "run.extended")) == (before, told)


def test_a_deadline_before_the_present_one_is_told_from_one_that_is_past(stage, waiting):
    sooner = stage.run(waiting).deadline - timedelta(minutes=5)
    with pytest.raises(InvalidInput) as refusal:
        stage.runs.extend(stage.noura, waiting, sooner)
    assert refusal.value.code == "deadline_not_later"


def test_the_last_moment_that_may_be_is_taken_in_any_zone(stage, waiting):
    now = stage.run(waiting).now()
    with pytest.raises(InvalidInput):
        stage.runs.extend(stage.noura, waiting, now + FAR + timedelta(minutes=5))
    riyadh = timezone(timedelta(hours=3))
    until = (now + FAR - timedelta(minutes=5)).astimezone(riyadh)
    stage.runs.extend(stage.noura, waiting, until)
    assert stage.run(waiting).deadline == until


def test_an_ended_run_neither_stops_nor_goes_on(stage):
    run = stage.start()
    stage.decide(stage.at_gate(run))
    stage.end(run)
    before = state(stage, run)
    for ask in (
        lambda: stage.runs.pause(stage.noura, run),
        lambda: stage.runs.resume(stage.noura, run),
        lambda: stage.runs.extend(stage.noura, run, datetime(2099, 1, 1, tzinfo=UTC)),
        lambda: stage.runs.fast_forward(stage.noura, run, timedelta(days=1)),
        lambda: stage.runs.event(stage.noura, run, "partner_answer", {}),
    ):
        with pytest.raises(Conflict) as refusal:
            ask()
        assert refusal.value.code == "run_ended"
    assert (state(stage, run), pauses(stage, run)) == (before, 0)


def test_of_pauses_in_the_same_instant_one_counts_and_so_of_resumes(stage):
    run = stage.start()
    stage.at_gate(run)
    with pytest.raises(Conflict) as refusal:
        stage.runs.resume(stage.noura, run)
    assert refusal.value.code == "not_paused"
    for ask, other in ((stage.runs.pause, "already_paused"), (stage.runs.resume, "not_paused")):
        barrier, ends = threading.Barrier(4), []

        def one(ask=ask, barrier=barrier, ends=ends):
            barrier.wait()
            try:
                ask(stage.noura, run)
                ends.append("done")
            except DealixError as failure:
                ends.append(failure.code)

        threads = [threading.Thread(target=one) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(ends) == sorted(["done", other, other, other])
    assert pauses(stage, run) == 1
    assert stage.run(run).paused_at is None
    assert (deeds(stage, run, "run.paused"), deeds(stage, run, "run.resumed")) == (1, 1)


@pytest.mark.parametrize(
    ("length", "code"),
    [
        (timedelta(0), "invalid_input"),
        (timedelta(days=-1), "invalid_input"),
        (timedelta.max, "invalid_input"),
        (timedelta.min, "invalid_input"),
        (timedelta(days=401), "invalid_input"),
        (timedelta(days=1), "not_a_rehearsal"),
    ],
)
def test_the_clock_of_a_real_run_does_not_jump_and_no_length_is_endless(
    stage, waiting, length, code
):
    before = state(stage, waiting)
    with pytest.raises(DealixError) as refusal:
        stage.runs.fast_forward(stage.noura, waiting, length)
    assert refusal.value.code == code
    assert state(stage, waiting) == before

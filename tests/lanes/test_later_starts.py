"""A rehearsal that begins later by its own clock: at once, wholly, whatever broke off before."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from tests.lanes.flow_stage import GATE, TENANT

from dealix import clock
from dealix.errors import Conflict, DealixError
from dealix.lanes import bridge
from dealix.lanes.models import Run
from dealix.lanes.runs import LONGEST_JUMP
from dealix.proof.rig import until

SLACK = timedelta(seconds=10)
AHEAD = timedelta(days=100)


def begin(stage, at, key=None):
    return stage.runs.start(stage.noura, "waits", {}, key, rehearsal=True, starts_at=at)


def opened_at(stage, run):
    assert until(lambda: stage.run(run).waiting_for == GATE, 20)
    [request] = stage.approvals.list(stage.noura, "open", run)
    return datetime.fromisoformat(request["opened_at"])


def test_it_begins_on_its_day_and_everything_is_reckoned_from_there(stage):
    at = clock.real_now() + AHEAD
    view, created = begin(stage, at)
    assert created
    run = stage.run(view["id"])
    assert run.started_at == at
    assert run.deadline == at + timedelta(days=1)
    assert timedelta(0) <= run.now() - at < SLACK
    assert run.requested_at < clock.real_now()
    assert timedelta(0) <= opened_at(stage, run.id) - at < SLACK
    with stage.database.tenant(TENANT) as session:
        query = text("SELECT at FROM audit_records WHERE chain = :chain")
        dates = session.execute(query, {"chain": run.chain}).scalars().all()
    assert dates
    assert all(timedelta(0) <= each - at < SLACK for each in dates)
    moved = stage.runs.fast_forward(stage.noura, run.id, timedelta(hours=5))
    assert abs(datetime.fromisoformat(moved["now"]) - at - timedelta(hours=5)) < SLACK


def test_a_start_that_broke_off_before_its_clock_had_moved_is_finished_by_the_sweep(
    stage, monkeypatch
):
    async def killed(*_):
        raise RuntimeError("the process is gone")

    at = clock.real_now() + AHEAD
    with monkeypatch.context() as patched:
        patched.setattr(bridge, "_arrive", killed)
        run = begin(stage, at)[0]["id"]
    assert stage.run(run).engine_started_at is None
    assert stage.run(run).waiting_for is None
    assert until(lambda: stage.sweeps.start_stored_runs() > 0, 5)
    assert timedelta(0) <= opened_at(stage, run) - at < SLACK
    skipped = stage.run(run).skipped
    assert stage.courier.start(TENANT, run)
    assert stage.run(run).skipped == skipped


def test_a_key_belongs_to_its_beginning_too(stage):
    at = clock.real_now() + AHEAD
    first = begin(stage, at, "later-1")[0]["id"]
    again, created = begin(stage, at, "later-1")
    assert (again["id"], created) == (first, False)
    with pytest.raises(Conflict) as refusal:
        begin(stage, at + timedelta(days=1), "later-1")
    assert refusal.value.code == "key_reused"


@pytest.mark.parametrize(
    ("ahead", "rehearsal", "code"),
    [
        (timedelta(minutes=-5), True, "invalid_input"),
        (LONGEST_JUMP + timedelta(minutes=5), True, "invalid_input"),
        (AHEAD, False, "not_a_rehearsal"),
    ],
)
def test_no_other_run_and_no_other_moment(stage, ahead, rehearsal, code):
    def count():
        with stage.database.tenant(TENANT) as session:
            return session.query(Run).count()

    before = count()
    with pytest.raises(DealixError) as refusal:
        stage.runs.start(
            stage.noura, "waits", {}, rehearsal=rehearsal, starts_at=clock.real_now() + ahead
        )
    assert refusal.value.code == code
    assert count() == before

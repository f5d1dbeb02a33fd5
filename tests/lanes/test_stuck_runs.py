"""A workflow whose task fails again and again is found, told of, and let go when it goes on."""

import asyncio

import pytest
from tests.lanes.faults import broken
from tests.lanes.flow_stage import TENANT
from tests.lanes.test_waits import deeds, every_case, refused, terminate

from dealix.proof.rig import until


@pytest.fixture(autouse=True)
def whole():
    broken.clear()
    yield
    broken.clear()


def seen_stuck(stage, run):
    """Sweep until the run is found, as the scheduler does."""

    def found():
        stage.sweeps.watch_runs()
        return [one for one in every_case(stage, run) if one.status == "open"]

    assert until(found, 30), stage.bridge.watch(stage.run(run))
    return found()


def test_a_flow_that_fails_at_each_attempt_needs_attention_and_goes_back_by_itself(stage):
    run = stage.start()
    approval = stage.at_gate(run)
    broken.set()
    stage.decide(approval)
    [case] = seen_stuck(stage, run)
    assert (case.kind, case.step) == ("stuck", "workflow")
    assert case.reason == "workflow_worker_unhandled_failure"
    assert stage.run(run).status == "attention"
    for _ in range(3):
        stage.sweeps.watch_runs()
    assert len(every_case(stage, run)) == 1
    assert deeds(stage, run, "run.attention") == 1
    view = next(one for one in stage.cases.list(stage.amal, "open") if one["id"] == case.id)
    assert view["resolutions"] == []
    broken.clear()
    assert stage.end(run) == ("completed", "activated")
    stage.sweeps.watch_runs()
    [case] = every_case(stage, run)
    assert (case.status, case.resolution) == ("resolved", "recovered")
    assert deeds(stage, run, "run.recovered") == 1


def test_while_it_is_stuck_nothing_is_lost_and_a_cancel_takes_back_afterwards(stage):
    run = stage.start()
    approval = stage.at_gate(run)
    broken.set()
    stage.decide(approval)
    seen_stuck(stage, run)
    stage.runs.cancel(stage.noura, run)
    assert stage.run(run).ended_at is None
    broken.clear()
    assert until(lambda: stage.run(run).ended_at is not None, 30)
    assert all(one.status == "resolved" for one in every_case(stage, run))


def test_one_that_is_terminated_is_told_of_as_ended_and_can_be_taken_back(stage):
    run = stage.start()
    approval = stage.at_gate(run)
    broken.set()
    stage.decide(approval)
    seen_stuck(stage, run)
    asyncio.run(terminate(stage, run))
    stage.sweeps.watch_runs()
    ended = stage.case(run, "ended_behind")
    assert {one.kind: one.status for one in every_case(stage, run)} == {
        "stuck": "resolved",
        "ended_behind": "open",
    }
    stage.cases.resolve(stage.amal, ended["id"], "retry", "take it back")
    assert stage.end(run) == ("cancelled", "cancelled")
    assert stage.provider.undone == 1


def test_a_run_that_only_waits_is_none(stage):
    run = stage.start()
    stage.at_gate(run)
    assert stage.bridge.watch(stage.run(run)).stuck is None
    stage.sweeps.watch_runs()
    assert (stage.run(run).status, every_case(stage, run)) == ("waiting", [])


def test_one_whose_other_case_is_open_stays_in_attention(stage):
    run = stage.start(undo_answers=[refused()])
    stage.at_gate(run)
    with stage.database.tenant(TENANT) as session:
        from dealix.lanes import run_book
        from dealix.records.case_book import open_case

        row = run_book.get(session, run, lock=True)
        told = {"run_id": run, "step": "workflow", "reason": "x", "at": row.now()}
        open_case(session, kind="stuck", subject=row.engine_id, **told)
        open_case(session, kind="late_answer", subject=f"{run}:write", **told)
        run_book.attention(session, row, "stuck")
    stage.sweeps.watch_runs()
    assert stage.run(run).status == "attention"
    by_kind = {one.kind: one.status for one in every_case(stage, run)}
    assert by_kind == {"stuck": "resolved", "late_answer": "open"}

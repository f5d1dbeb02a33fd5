"""What cancels, extensions and answers do to a run at each place where it can wait."""

import asyncio
import time
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from tests.lanes.flow_stage import TENANT, refused

from dealix.errors import Conflict, InvalidInput, OutcomeUnknown, ProviderUnavailable
from dealix.lanes import signals, sweeps
from dealix.lanes.models import Signal
from dealix.proof.rig import until
from dealix.records.models import Case


def unknown():
    return OutcomeUnknown("outcome_unknown", provider="crm", operation="write")


def away():
    return ProviderUnavailable("provider_unavailable", provider="crm")


def deeds(stage, run, action):
    with stage.database.tenant(TENANT) as session:
        query = "SELECT count(*) FROM audit_records WHERE action = :action AND subject = :run"
        return session.execute(text(query), {"action": action, "run": run}).scalar_one()


def every_case(stage, run):
    with stage.database.tenant(TENANT) as session:
        return list(session.execute(select(Case).where(Case.run_id == run)).scalars())


def test_approved_it_ends_well_and_takes_nothing_back(stage):
    run = stage.start()
    assert stage.decide(stage.at_gate(run))["delivered"]
    assert stage.end(run) == ("completed", "activated")
    assert (stage.provider.done, stage.provider.undone) == (1, 0)


def test_cancelled_at_a_gate_it_takes_back_what_is_outside(stage):
    run = stage.start()
    approval = stage.at_gate(run)
    stage.runs.cancel(stage.noura, run)
    assert stage.end(run) == ("cancelled", "cancelled")
    assert (stage.provider.done, stage.provider.undone) == (1, 1)
    assert stage.approvals.get(stage.noura, approval)["status"] == "closed"
    assert every_case(stage, run) == []


@pytest.mark.parametrize(("word", "undone"), [("happened", 1), ("send_again", 0)])
def test_cancelled_in_doubt_it_asks_before_it_takes_back(stage, word, undone):
    run = stage.start(unknown())
    case = stage.case(run, "in_doubt")
    stage.runs.cancel(stage.noura, run)
    assert until(lambda: stage.run(run).undo_begun_at is not None, 20)
    assert stage.run(run).ended_at is None
    stage.cases.resolve(stage.amal, case["id"], word, None)
    assert stage.end(run) == ("cancelled", "cancelled")
    assert (stage.provider.done, stage.provider.undone) == (0, undone)


def test_cancelled_between_two_tries_it_ends_at_once(stage):
    run = stage.start(*(away() for _ in range(50)))
    assert until(lambda: len(stage.provider.answers) < 49, 20)
    stage.runs.cancel(stage.noura, run)
    assert stage.end(run) == ("cancelled", "cancelled")
    assert (stage.provider.done, stage.provider.undone) == (0, 0)


def test_an_undo_whose_provider_is_away_for_a_while_is_tried_again_and_asks_nobody(stage):
    run = stage.start(undo_answers=[away(), away()])
    stage.at_gate(run)
    stage.runs.cancel(stage.noura, run)
    assert stage.end(run) == ("cancelled", "cancelled")
    assert (stage.provider.undo_answers, stage.provider.undone) == ([], 1)
    assert every_case(stage, run) == []


def test_a_second_cancel_changes_nothing_not_even_while_an_undo_waits_for_a_person(stage):
    run = stage.start(undo_answers=[refused()])
    stage.at_gate(run)
    first = stage.runs.cancel(stage.noura, run)
    case = stage.case(run, "undo_failed")
    second = stage.runs.cancel(stage.amal, run)
    assert first["id"] == second["id"]
    assert stage.run(run).cancel_requested_by == stage.noura.user_id
    time.sleep(0.5)
    assert stage.run(run).status == "attention"
    stage.cases.resolve(stage.amal, case["id"], "retry", "repaired")
    assert stage.end(run) == ("cancelled", "cancelled")
    assert stage.provider.undone == 1
    assert deeds(stage, run, "run.cancel_requested") == 1
    with pytest.raises(Conflict) as late:
        stage.runs.cancel(stage.noura, run)
    assert late.value.code == "run_ended"


def test_a_decision_that_a_cancel_overtook_has_no_effect_and_asks_nobody(stage):
    run = stage.start()
    approval = stage.at_gate(run)
    assert not stage.decide(approval, delivered=False)["delivered"]
    stage.runs.cancel(stage.noura, run)
    assert stage.end(run) == ("cancelled", "cancelled")
    stage.sweeps.deliver_stored_signals()
    with stage.database.tenant(TENANT) as session:
        assert signals.undelivered(session, run) == 0
    assert every_case(stage, run) == []
    assert deeds(stage, run, "decision.overtaken") == 1
    assert stage.provider.undone == 1


def test_a_decision_that_was_not_delivered_is_delivered_by_the_sweep(stage):
    run = stage.start()
    stage.decide(stage.at_gate(run), delivered=False)
    time.sleep(1.1)  # the sweep leaves the door a second
    assert stage.sweeps.deliver_stored_signals() == 1
    assert stage.end(run) == ("completed", "activated")


def short(stage, length):
    return stage.service(stage.bridge, lasts=timedelta(seconds=length))


def test_past_its_deadline_a_run_expires_and_is_taken_back(stage):
    run = stage.start(runs=short(stage, 3))
    stage.at_gate(run)
    assert stage.end(run) == ("compensated", "expired")
    assert stage.run(run).warned_at is not None
    assert stage.provider.undone == 1


def test_an_extended_deadline_ends_the_run_later_and_the_old_one_does_not(stage):
    run = stage.start(runs=short(stage, 3))
    approval = stage.at_gate(run)
    old = stage.run(run).deadline
    with pytest.raises(InvalidInput):
        stage.runs.extend(stage.noura, run, old)
    stage.runs.extend(stage.noura, run, old + timedelta(hours=1))
    time.sleep(3.2)
    assert stage.run(run).ended_at is None
    assert stage.run(run).deadline == old + timedelta(hours=1)
    assert deeds(stage, run, "run.extended") == 1
    stage.decide(approval)
    assert stage.end(run) == ("completed", "activated")


async def terminate(stage, run):
    engines = await stage.connected()
    await engines.runs.get_workflow_handle(stage.run(run).engine_id).terminate("behind our back")


def test_between_the_answer_and_the_undo_workflow_the_sweep_opens_no_second_case(stage):
    run = stage.start()
    stage.at_gate(run)
    asyncio.run(terminate(stage, run))
    stage.sweeps.watch_runs()
    case = stage.case(run, "ended_behind")
    assert stage.run(run).status == "attention"
    stage.cases.after = lambda *_: False  # the answer is stored, its delivery has not begun
    try:
        stage.cases.resolve(stage.amal, case["id"], "retry", "take it back")
    finally:
        stage.cases.after = stage.courier.deliver
    stage.sweeps.watch_runs()
    assert [one.status for one in every_case(stage, run)] == ["resolved"]
    assert stage.courier.deliver(TENANT, f"sig_case_{case['id']}")
    assert stage.end(run) == ("cancelled", "cancelled")
    assert stage.provider.undone == 1
    assert len(every_case(stage, run)) == 1


def test_a_run_that_ended_is_found_at_once_however_many_are_open(stage, monkeypatch):
    monkeypatch.setattr(sweeps, "IN_TURN", 0)  # as where thousands are open: no turn comes to it
    run, other = stage.start(), stage.start()
    stage.at_gate(run), stage.at_gate(other)
    stage.sweeps.watch_runs()
    assert stage.run(run).status == "waiting"
    asyncio.run(terminate(stage, run))
    end = time.monotonic() + 10
    while stage.run(run).status == "waiting" and time.monotonic() < end:
        stage.sweeps.watch_runs()
    assert stage.run(run).status == "attention"
    assert stage.case(run, "ended_behind")["status"] == "open"
    assert stage.run(other).status == "waiting"


@pytest.mark.parametrize("restarted", [False, True])
def test_a_run_that_ended_while_nobody_looked_is_found_by_the_first_look(
    stage, monkeypatch, restarted
):
    monkeypatch.setattr(sweeps, "IN_TURN", 0)
    monkeypatch.setattr(sweeps, "LATELY", timedelta(seconds=1))
    run = stage.start()
    stage.at_gate(run)
    watched = sweeps.Sweeps(stage.database, stage.bridge, stage.courier)
    watched.watch_runs()
    asyncio.run(terminate(stage, run))
    time.sleep(2.5)
    if restarted:
        watched = sweeps.Sweeps(stage.database, stage.bridge, stage.courier)
    end = time.monotonic() + 10
    while stage.run(run).status == "waiting" and time.monotonic() < end:
        watched.watch_runs()
    assert stage.run(run).status == "attention"


def test_a_look_that_failed_is_made_good_by_the_next(stage, monkeypatch):
    asked = []

    def ended_since(moment):
        asked.append(moment)
        if len(asked) == 2:
            raise OSError
        return set()

    monkeypatch.setattr(stage.bridge, "ended_since", ended_since)
    watched = sweeps.Sweeps(stage.database, stage.bridge, stage.courier)
    for _ in range(3):
        watched.watch_runs()
    assert asked[1] - asked[0] > sweeps.FIRST_LOOK - sweeps.LATELY - timedelta(minutes=1)
    assert asked[2] == asked[1]


def test_each_open_run_has_its_turn(stage, monkeypatch):
    monkeypatch.setattr(sweeps, "IN_TURN", 1)
    monkeypatch.setattr(stage.bridge, "ended_since", lambda _moment: set())
    asked = []
    monkeypatch.setattr(stage.sweeps, "_watch", lambda _tenant, run: asked.append(run) or False)
    runs = {stage.start(), stage.start(), stage.start()}
    stage.sweeps.looked.clear()
    for run in runs:
        stage.at_gate(run)
    for _ in range(200):
        stage.sweeps.watch_runs()
        if runs <= set(asked):
            break
    assert runs <= set(asked)
    assert len(asked) == len(set(asked)), "nobody comes twice before all had their turn"


def test_what_is_delivered_twice_is_heard_once(stage):
    run = stage.start()
    stage.decide(stage.at_gate(run), delivered=False)
    with stage.database.tenant(TENANT) as session:
        [signal] = session.execute(select(Signal.id).where(Signal.run_id == run)).scalars()
    assert stage.courier.deliver(TENANT, signal)
    assert stage.courier.deliver(TENANT, signal)
    assert stage.end(run) == ("completed", "activated")

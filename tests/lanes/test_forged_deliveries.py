"""Somebody holds the codec's key and delivers at will: what names nothing real moves nothing."""

import asyncio
import time
from datetime import timedelta

import pytest
from tests.lanes.flow_stage import refused
from tests.lanes.test_waits import deeds, unknown

from dealix.lanes.schemas import Delivery
from dealix.proof.rig import until

MANY = 5
FAR_MORE = 400
"""Events that a history would soon have if its workflow ran in a circle."""


def forge(stage, run, kind, reference):
    """Deliver what nobody stored, as a holder of our key does; each heard by the workflow."""
    for number in range(MANY):
        forged = Delivery(id=f"sig_{kind}_forged_{number}", kind=kind, reference=reference)
        told = stage.bridge.deliver(stage.run(run), forged, timedelta(seconds=5))
        assert told == "delivered"


def events(stage, run):
    """How long the history is."""

    async def ask():
        engines = await stage.connected()
        handle = engines.runs.get_workflow_handle(stage.run(run).engine_id)
        return (await handle.describe()).history_length

    return asyncio.run(ask())


def rests(stage, run):
    """The workflow waits: its history has stopped growing."""
    time.sleep(1)
    first = events(stage, run)
    time.sleep(1)
    return events(stage, run) == first < FAR_MORE


def test_a_case_that_nobody_settled_is_asked_about_once_for_each_forgery(stage):
    run = stage.start(unknown())
    case = stage.case(run, "in_doubt")
    forge(stage, run, "case", case["id"])
    assert rests(stage, run)
    assert stage.run(run).status == "attention"
    stage.cases.resolve(stage.amal, case["id"], "happened", "seen there")
    stage.decide(stage.at_gate(run))
    assert stage.end(run) == ("completed", "activated")


def test_an_undo_that_waits_for_a_person_goes_on_waiting(stage):
    run = stage.start(undo_answers=[refused()])
    stage.at_gate(run)
    stage.runs.cancel(stage.noura, run)
    case = stage.case(run, "undo_failed")
    forge(stage, run, "case", case["id"])
    assert rests(stage, run)
    assert (stage.provider.undone, stage.run(run).ended_at) == (0, None)
    stage.cases.resolve(stage.amal, case["id"], "retry", "repaired")
    assert stage.end(run) == ("cancelled", "cancelled")
    assert stage.provider.undone == 1


def test_nobody_but_the_requester_answers_requested_changes(stage):
    run = stage.start()
    approval = stage.at_gate(run)
    view = stage.approvals.get(stage.noura, approval)
    stage.decide(approval, "request_changes", changes=["a lower share"])
    forge(stage, run, "resubmission", approval)
    assert rests(stage, run)
    rounds = stage.approvals.list(stage.noura, "all", run)
    assert [(one["id"], one["status"]) for one in rounds] == [(approval, "changes_requested")]
    stage.approvals.resubmit(stage.noura, approval, "lowered", {})

    def asked_again():
        open_ = [o for o in stage.approvals.list(stage.noura, "all", run) if o["status"] == "open"]
        return open_[0]["id"] if open_ else None

    assert until(asked_again, 20)
    assert asked_again() != view["id"]
    stage.decide(asked_again())
    assert stage.end(run) == ("completed", "activated")


@pytest.mark.parametrize("kind", ["event", "extend", "pause", "decision"])
def test_other_words_are_looked_up_and_change_nothing(stage, kind):
    run = stage.start()
    approval = stage.at_gate(run)
    before = stage.run(run)
    forge(stage, run, kind, approval)
    assert rests(stage, run)
    now = stage.run(run)
    assert (now.status, now.deadline, now.paused_at) == ("waiting", before.deadline, None)
    assert deeds(stage, run, "approval.decided") == 0
    stage.decide(approval)
    assert stage.end(run) == ("completed", "activated")

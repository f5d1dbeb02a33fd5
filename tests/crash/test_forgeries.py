"""Somebody reaches Temporal's address without our keys: nothing is decided, doubled or stopped."""

import asyncio

import pytest
from temporalio.api.common.v1 import Payload, Payloads, WorkflowExecution
from temporalio.api.workflowservice.v1 import SignalWorkflowExecutionRequest
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.contrib.pydantic import pydantic_data_converter

from dealix.lanes.codec import data_converter
from dealix.lanes.delivery import flow_start
from dealix.lanes.schemas import Delivery, FlowStart
from dealix.lanes.temporal import connect
from dealix.proof.cast import CANCELLED, HAPPY, TENANT
from dealix.proof.rig import until
from dealix.proof.rounds import verdict
from dealix.proof.trials import EXECUTIVE, LEGAL, MANAGER

pytestmark = [pytest.mark.journey, pytest.mark.slow]


async def stranger(trials) -> Client:
    """A client with the address, and nothing else."""
    settings = trials.made.settings
    return await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        data_converter=pydantic_data_converter,
    )


def status_of(trials, play):
    return trials.cast.door.get(trials.cast.starter, f"/runs/{play.run}")["status"]


def cases_of(trials, play, **query):
    return trials.cast.door.get(trials.cast.keeper, "/cases", run=play.run, **query)


def ends_well(trials, play, story=HAPPY):
    play.story = story
    trials.cast.play_on()
    finding = verdict(trials.cast, play)
    assert finding.good, finding
    return finding


async def tell(trials, run, delivery):
    handle = (await stranger(trials)).get_workflow_handle(run.engine_id)
    await handle.execute_update("deliver", delivery)


@pytest.mark.parametrize("kind", ["decision", "case", "event", "extend"])
def test_an_update_that_was_not_encrypted_by_us_is_refused(trials, kind):
    play = trials._at(MANAGER)
    approval = trials._open(play, MANAGER)
    forged = Delivery(id=f"sig_{kind}_forged", kind=kind, reference=approval["id"])
    with pytest.raises(WorkflowUpdateFailedError):
        asyncio.run(tell(trials, trials._run(play), forged))
    assert trials._open(play, MANAGER)["status"] == "open"
    trials._say(play, MANAGER, "approve")
    trials._wait_for(play, LEGAL)
    ends_well(trials, play)


BAD = {
    "plain": Payload(metadata={"encoding": b"json/plain"}, data=b'{"id":"x"}'),
    "broken": Payload(
        metadata={
            "encoding": b"binary/encrypted",
            "encryption-key-id": b"k1",
            "encryption-tenant": TENANT.encode(),
        },
        data=b"0" * 64,
    ),
    "of nobody": Payload(metadata={"encoding": b"binary/encrypted"}, data=b"x"),
    "not utf-8": Payload(
        metadata={"encoding": b"binary/encrypted", "encryption-tenant": b"\xff"}, data=b"x"
    ),
}


async def signal(trials, run, name, payload):
    client = await stranger(trials)
    await client.workflow_service.signal_workflow_execution(
        SignalWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=run.engine_id),
            signal_name=name,
            input=Payloads(payloads=[payload]),
        )
    )


def test_no_signal_stops_a_run(trials):
    """A signal lies in the history for good: could it fail a task, the run would never go on."""
    play = trials._at(MANAGER)
    for payload in BAD.values():
        for name in ("deliver", "cancel", "noise"):
            asyncio.run(signal(trials, trials._run(play), name, payload))
    trials._say(play, MANAGER, "approve")
    trials._wait_for(play, LEGAL)
    ends_well(trials, play)


async def cancel(trials, workflow_id):
    await (await stranger(trials)).get_workflow_handle(workflow_id).cancel()


def test_a_cancel_at_the_engine_takes_everything_back_and_people_are_told(trials):
    play = trials._at(EXECUTIVE)
    trials.cast.settles = False
    asyncio.run(cancel(trials, trials._run(play).engine_id))
    assert until(lambda: status_of(trials, play) == "attention", 20)
    assert until(lambda: trials._run(play).ended_at is not None, 20)
    [case] = cases_of(trials, play, status="open")
    assert (case["kind"], case["resolutions"]) == ("cancelled_behind", ["done_by_hand"])
    trials.cast.settles = True
    trials.cast.settle_cases()
    ends_well(trials, play, CANCELLED)
    assert status_of(trials, play) == "cancelled"


async def start(client: Client, workflow_id: str, given: FlowStart):
    handle = await client.start_workflow(
        "partner_approval", given, id=workflow_id, task_queue="dealix"
    )
    await asyncio.sleep(1)
    await handle.cancel()
    await asyncio.sleep(2)
    await handle.terminate()


@pytest.mark.parametrize("reason", [None, "ended_behind"])
@pytest.mark.parametrize("sealed", [False, True])
def test_a_workflow_started_beside_ours_ends_nothing_and_takes_nothing_back(trials, sealed, reason):
    """Also with an input copied from our own history, which the engine shows encrypted."""
    play = trials._at(EXECUTIVE)
    run = trials._run(play)

    async def attack():
        settings = trials.made.settings
        ours = await connect(settings, data_converter(trials.made.secrets, settings))
        client = ours.runs if sealed else await stranger(trials)
        given = flow_start(run).model_copy(update={"reason": reason})
        await start(client, f"{run.engine_id}.forged", given)

    asyncio.run(attack())
    assert trials._open(play, EXECUTIVE)["status"] == "open"
    assert trials._run(play).undo_begun_at is None
    ends_well(trials, play)

"""A real server's own database file holds nothing that our code wrote into a payload."""

import asyncio
import base64
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionExecutionStartWorkflow,
    ScheduleActionStartWorkflow,
    ScheduleSpec,
    WorkflowFailureError,
    WorkflowHistory,
    WorkflowUpdateFailedError,
)
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter
from temporalio.service import RPCError
from temporalio.worker import Replayer, Worker, WorkflowReplayResult
from tests.lanes import leaky
from tests.lanes.leaky import MARK, Answer, Buggy, Leaky, LeakyChild, Order
from tests.lanes.temporal_server import dev_server

from dealix.connectors.secrets import LocalSecrets
from dealix.errors import InvariantBroken
from dealix.lanes.codec import data_converter
from dealix.settings import Settings

KEY = base64.b64encode(b"k" * 32).decode()
OTHER_KEY = base64.b64encode(b"x" * 32).decode()
QUEUE = "leaky"


def encrypted(**keys: str) -> DataConverter:
    ring = json.dumps(keys or {"k1": KEY})
    secrets = LocalSecrets(environment={"DEALIX_SECRET_CODEC_KEYS": ring})
    return data_converter(secrets, Settings())


async def exercise(address: str, converter: DataConverter) -> None:
    client = await Client.connect(address, data_converter=converter)
    with ThreadPoolExecutor(4) as threads:
        worker = Worker(
            client,
            task_queue=QUEUE,
            workflows=[Leaky, LeakyChild, Buggy],
            activities=[leaky.echo, leaky.explode, leaky.beat_and_hang],
            activity_executor=threads,
            max_heartbeat_throttle_interval=timedelta(milliseconds=10),
        )
        async with worker:
            await asyncio.gather(good(client), bad(client), buggy(client), scheduled(client))


async def good(client: Client) -> None:
    handle = await client.start_workflow(
        Leaky.run,
        Order(text=f"{MARK}-input"),
        id="rawabi-sa/leaky/good",
        task_queue=QUEUE,
        memo={"note": f"{MARK}-memo"},
        static_summary=f"{MARK}-summary",
        static_details=f"{MARK}-static-details",
    )
    assert (await handle.query(Leaky.look, Order(text=f"{MARK}-query"))).text.startswith(MARK)
    for fail in ("rejected", "accepted"):
        with pytest.raises(WorkflowUpdateFailedError) as caught:
            await handle.execute_update(Leaky.tell, Order(text=f"{MARK}-update-arg", fail=fail))
        assert MARK in str(caught.value.cause)
    await handle.signal(Leaky.hear, Order(text=f"{MARK}-signal-arg"))
    answer = await handle.execute_update(Leaky.tell, Order(text=f"{MARK}-update-arg"))
    assert answer == Answer(text=f"{MARK}-update-result")
    assert await handle.result() == Answer(text=f"{MARK}-result")
    described = await handle.describe()
    assert await described.memo() == {"kept": f"{MARK}-memo-kept"}


async def bad(client: Client) -> None:
    handle = await client.start_workflow(
        Leaky.run,
        Order(text=f"{MARK}-input", fail="yes"),
        id="rawabi-sa/leaky/bad",
        task_queue=QUEUE,
        start_signal="hear",
        start_signal_args=[Order(text=f"{MARK}-start-signal")],
    )
    await handle.execute_update(Leaky.tell, Order(text=f"{MARK}-update-arg"))
    with pytest.raises(WorkflowFailureError) as caught:
        await handle.result()
    assert f"{MARK}-workflow-failure" in str(caught.value.cause)


async def buggy(client: Client) -> None:
    handle = await client.start_workflow(
        Buggy.run, Order(text=f"{MARK}-input"), id="rawabi-sa/buggy/one", task_queue=QUEUE
    )
    for _ in range(100):
        if "EVENT_TYPE_WORKFLOW_TASK_FAILED" in (await handle.fetch_history()).to_json():
            break
        await asyncio.sleep(0.05)
    else:
        pytest.fail("the bug was never reported")
    await handle.terminate(f"{MARK}-terminated-details", reason="by hand")


async def scheduled(client: Client) -> object:
    action = ScheduleActionStartWorkflow(
        LeakyChild.run,
        Order(text=f"{MARK}-scheduled"),
        id="rawabi-sa/leaky_child/scheduled",
        task_queue=QUEUE,
        memo={"note": f"{MARK}-schedule-action-memo"},
    )
    schedule = await client.create_schedule(
        "rawabi-sa/schedule", Schedule(action=action, spec=ScheduleSpec())
    )
    await schedule.trigger()
    for _ in range(100):
        recent = (await schedule.describe()).info.recent_actions
        if recent:
            started = recent[0].action
            assert isinstance(started, ScheduleActionExecutionStartWorkflow)
            return await client.get_workflow_handle(started.workflow_id).result()
        await asyncio.sleep(0.05)
    pytest.fail("the schedule started nothing")


def test_no_plaintext_reaches_the_server(tmp_path: Path) -> None:
    with dev_server(tmp_path) as (address, file):
        asyncio.run(exercise(address, encrypted()))
        assert found(file) == set()


def test_the_search_sees_what_a_plain_converter_leaks(tmp_path: Path) -> None:
    with dev_server(tmp_path) as (address, file):
        asyncio.run(exercise(address, pydantic_data_converter))
        seen = found(file)
    places = (
        "input again result memo memo-upserted memo-kept summary static-details signal-arg "
        "start-signal update-arg update-result update-failure activity-result activity-summary "
        "last-heartbeat failure details cause child-input child-result child-memo child-summary "
        "child-failure timer-summary workflow-failure workflow-details bug scheduled "
        "schedule-action-memo terminated-details"
    )
    assert {f"{MARK}-{place}" for place in places.split()} <= seen


def test_a_workflow_of_no_tenant_cannot_start(tmp_path: Path) -> None:
    async def start(address: str) -> None:
        client = await Client.connect(address, data_converter=encrypted())
        for workflow_id in ("leaky", "rawabi-sa/leaky", "/leaky/key"):
            with pytest.raises(InvariantBroken, match="payload_unbound"):
                await client.start_workflow(
                    Leaky.run, Order(text=MARK), id=workflow_id, task_queue=QUEUE
                )
            with pytest.raises(RPCError, match="not found"):
                await client.get_workflow_handle(workflow_id).describe()

    with dev_server(tmp_path) as (address, _):
        asyncio.run(start(address))


def test_history_replays_after_rotation_and_not_without_its_key(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def record(address: str) -> WorkflowHistory:
        await exercise(address, encrypted())
        client = await Client.connect(address)
        return await client.get_workflow_handle("rawabi-sa/leaky/bad").fetch_history()

    with dev_server(tmp_path) as (address, _):
        history = WorkflowHistory.from_json(
            "rawabi-sa/leaky/bad", asyncio.run(record(address)).to_json()
        )
    assert asyncio.run(replay(history, k1=KEY, k2=OTHER_KEY)).replay_failure is None
    with pytest.raises(RuntimeError, match="activation completion failed"):
        asyncio.run(replay(history, k2=OTHER_KEY))
    assert "key_unknown" in caplog.text


async def replay(history: WorkflowHistory, **keys: str) -> WorkflowReplayResult:
    replayer = Replayer(workflows=[Leaky], data_converter=encrypted(**keys))
    return await replayer.replay_workflow(history)


def found(file: Path) -> set[str]:
    """Every marked text in the server's database, write-ahead log included."""
    content = b"".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*"))
    return {text.decode() for text in re.findall(rb"PLANTED-[a-z]+(?:-[a-z]+)*", content)}

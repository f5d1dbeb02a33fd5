"""The second of four undos fails: it becomes a case, the others go on, a person settles it."""

import asyncio
import threading
from datetime import timedelta

import pytest
from pydantic import BaseModel
from tests.crash.four_steps import FourActivities, FourSteps

from dealix.bootstrap import services, thread_pool
from dealix.errors import NotEntitled
from dealix.lanes.bridge import Bridge
from dealix.lanes.cases import CaseService
from dealix.lanes.codec import data_converter
from dealix.lanes.delivery import Courier
from dealix.lanes.kinds import Prepared, WorkflowKind
from dealix.lanes.run_activities import RunActivities
from dealix.lanes.runs import RunService
from dealix.lanes.temporal import connect
from dealix.lanes.worker import durable_worker
from dealix.proof.rig import until
from dealix.trust.access.rights import permit
from dealix.trust.approvals.activities import ApprovalActivities

QUEUE = "four-steps"


class Nothing(BaseModel):
    pass


class NoWindows:
    def approvals(self, _session, _run_id):
        return []

    def evidence(self, _session, run_ids):
        return {run_id: [] for run_id in run_ids}


class Stage:
    """A worker of the test's own and the services that start and settle its runs."""

    def __init__(self, rig, cast):
        self.made = services(rig.settings())
        self.steps = FourActivities(self.made.database)
        self.bridge = Bridge(self.connected, QUEUE)
        courier = Courier(self.made.database, self.bridge)
        kind = WorkflowKind(
            key="four_steps",
            input_model=Nothing,
            prepare=lambda *_: Prepared({}),
            examples=lambda _: {},
            longest=timedelta(days=1),
        )
        self.runs = RunService(
            self.made.database,
            {kind.key: kind},
            frozenset({kind.key}),
            courier,
            self.bridge,
            lambda *_: None,
            NoWindows(),
            self.made.vault.blind_index,
        )
        self.cases = CaseService(self.made.database, permit, courier.deliver)
        self.starter = self.made.access.actor_of(cast.starter.token)
        self.second = self.made.access.actor_of(cast.keeper.token)
        self.stop = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.work()))
        self.thread.start()

    async def connected(self):
        converter = data_converter(self.made.secrets, self.made.settings)
        return await connect(self.made.settings, converter)

    async def work(self):
        engines = await self.connected()
        groups = (
            RunActivities(self.made.database),
            ApprovalActivities(self.made.database, self.made.approvals),
            self.steps,
        )
        methods = [getattr(group, name) for group in groups for name in dir(type(group))]
        steps = [m for m in methods if hasattr(m, "__temporal_activity_definition")]
        with thread_pool() as threads:
            worker = durable_worker(
                engines.runs, QUEUE, flows=[FourSteps], steps=steps, threads=threads
            )
            async with worker:
                await asyncio.to_thread(self.stop.wait)

    def close(self):
        self.stop.set()
        self.thread.join()
        self.bridge.close()
        self.made.close()

    def play(self, *broken):
        """Start a run whose named undos fail. Answers it with the case that this opens."""
        self.steps.broken, self.steps.undone = set(broken), []
        run, _ = self.runs.start(self.starter, "four_steps", {})
        assert until(lambda: self.case_of(run) is not None, 20)
        assert until(lambda: len(self.steps.undone) == 4 - len(broken), 20)
        return run, self.case_of(run)

    def case_of(self, run):
        cases = self.cases.list(self.second, "open")
        return next((case for case in cases if case["run"] == run["id"]), None)

    def end_of(self, run):
        assert until(lambda: self.runs.get(self.starter, run["id"])["ended_at"] is not None, 20)
        return self.runs.get(self.starter, run["id"])


@pytest.fixture(scope="module")
def stage(rig, cast):
    stage = Stage(rig, cast)
    yield stage
    stage.close()


@pytest.mark.slow
def test_the_other_undos_go_on_in_strict_reverse_and_the_run_needs_attention(stage):
    run, case = stage.play("back_third")
    assert stage.steps.undone == ["back_fourth", "back_second", "back_first"]
    assert (case["kind"], case["step"], case["reason"]) == (
        "undo_failed",
        "back_third",
        "provider_refused",
    )
    assert case["resolutions"] == ["done_by_hand", "retry", "waive"]
    seen = stage.runs.get(stage.starter, run["id"])
    assert (seen["status"], seen["ended_at"]) == ("attention", None)
    preview = stage.runs.undo_preview(stage.starter, run["id"])
    assert [undo["action"] for undo in preview["undo"]] == ["back_third"]
    stage.steps.broken = set()
    stage.cases.resolve(stage.second, case["id"], "retry", "repaired")
    assert stage.end_of(run)["status"] == "compensated"
    assert stage.steps.undone == ["back_fourth", "back_second", "back_first", "back_third"]


@pytest.mark.slow
def test_a_retry_that_fails_again_asks_again(stage):
    run, case = stage.play("back_third")
    stage.cases.resolve(stage.second, case["id"], "retry", "too early")
    assert until(lambda: stage.case_of(run) is not None, 20)
    again = stage.case_of(run)
    assert again["id"] != case["id"]
    stage.cases.resolve(stage.second, again["id"], "done_by_hand", "called them")
    ended = stage.end_of(run)
    assert ended["status"] == "compensated"
    statuses = [e["status"] for e in ended["timeline"] if e["name"] == "back_third"]
    assert statuses == ["by_hand"]
    assert "back_third" not in stage.steps.undone


@pytest.mark.slow
def test_a_waiver_needs_a_second_person(stage):
    run, case = stage.play("back_third")
    with pytest.raises(NotEntitled) as refused:
        stage.cases.resolve(stage.starter, case["id"], "waive", "never mind")
    assert refused.value.code == "second_person_needed"
    stage.cases.resolve(stage.second, case["id"], "waive", "agreed")
    assert stage.end_of(run)["status"] == "compensated"

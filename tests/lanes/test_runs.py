"""Starting runs: once per key, stored before the engine hears, whatever the engine does then."""

import threading

import pytest
from sqlalchemy import func, select, text
from tests.lanes.flow_stage import QUEUE, TENANT

from dealix.actors import Actor
from dealix.errors import Conflict, InvalidInput, NotEntitled, NotFound
from dealix.lanes.bridge import Bridge
from dealix.lanes.codec import data_converter
from dealix.lanes.models import Run
from dealix.lanes.temporal import connect

OTHER = Actor("rawabi-ae", "stranger")


def count(stage, tenant=TENANT):
    with stage.database.tenant(tenant) as session:
        return session.execute(select(func.count()).select_from(Run)).scalar_one()


def bridge_of(stage, **changes):
    """A bridge to another place than the real one."""
    settings = stage.settings.model_copy(update=changes)

    async def connected():
        return await connect(settings, data_converter(stage.made.secrets, settings))

    return Bridge(connected, QUEUE)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"temporal_namespace": "nowhere"}, id="it refuses the call"),
        pytest.param({"temporal_address": "127.0.0.1:1"}, id="nobody is there"),
    ],
)
def test_when_the_engine_does_not_take_the_start_the_stored_run_is_answered(stage, changes):
    """… and the sweep starts it once the engine answers."""
    bridge = bridge_of(stage, **changes)
    try:
        view, created = stage.service(bridge).start(stage.noura, "waits", {})
    finally:
        bridge.close()
    assert (created, view["status"]) == (True, "running")
    assert stage.run(view["id"]).engine_started_at is None
    stage.courier.start(TENANT, view["id"])
    stage.decide(stage.at_gate(view["id"]))
    assert stage.end(view["id"]) == ("completed", "activated")


def test_a_started_run_is_stored_with_its_audit_and_its_input_only_as_a_keyed_hash(stage):
    run = stage.run(stage.start())
    assert run.engine_id == f"{TENANT}/waits/{run.id}"
    assert (run.started_by, run.chain, run.rehearsal) == (stage.noura.user_id, "main", False)
    with stage.database.tenant(TENANT) as session:
        query = "SELECT data FROM audit_records WHERE action = 'run.started' AND subject = :run"
        [data] = session.execute(text(query), {"run": run.id}).scalars()
    assert data == {
        "run_id": run.id,
        "workflow": "waits",
        "input": run.input_hash,
        "rehearsal": False,
    }


def test_of_starts_with_one_key_in_the_same_instant_one_run_comes(stage):
    before, barrier, ends = count(stage), threading.Barrier(6), []

    def start():
        barrier.wait()
        ends.append(stage.runs.start(stage.noura, "waits", {}, "order-1"))

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({view["id"] for view, _ in ends}) == 1
    assert sorted(created for _, created in ends) == [False] * 5 + [True]
    assert count(stage) == before + 1


def test_a_key_that_is_used_for_another_input_is_refused(stage, monkeypatch):
    stage.runs.start(stage.noura, "waits", {}, "order-2")
    monkeypatch.setattr(stage.runs, "fingerprint", lambda _: "another")
    with pytest.raises(Conflict) as caught:
        stage.runs.start(stage.noura, "waits", {}, "order-2")
    assert caught.value.code == "key_reused"


def test_what_cannot_start_leaves_nothing(stage):
    before = count(stage)
    for workflow, code in (("unheard_of", "unknown_workflow"), ("", "unknown_workflow")):
        with pytest.raises(InvalidInput) as caught:
            stage.runs.start(stage.noura, workflow, {})
        assert caught.value.code == code
    assert count(stage) == before


def test_whoever_may_not_is_refused_before_anything_is_stored(stage, monkeypatch):
    def no(_actor, right):
        raise NotEntitled("not_entitled", right=right)

    run, before = stage.start(), count(stage)
    monkeypatch.setattr(stage.runs, "permit", no)
    for ask in (
        lambda: stage.runs.start(stage.noura, "waits", {}),
        lambda: stage.runs.list(stage.noura),
        lambda: stage.runs.get(stage.noura, run),
        lambda: stage.runs.undo_preview(stage.noura, run),
        lambda: stage.runs.cancel(stage.noura, run),
        lambda: stage.runs.extend(stage.noura, run, stage.run(run).deadline),
    ):
        with pytest.raises(NotEntitled):
            ask()
    assert count(stage) == before
    assert stage.run(run).cancel_requested_at is None


def test_another_companys_run_does_not_exist(stage):
    run = stage.start()
    for ask in (stage.runs.get, stage.runs.undo_preview, stage.runs.cancel):
        with pytest.raises(NotFound):
            ask(OTHER, run)
    assert stage.runs.list(OTHER) == []


def test_a_list_goes_on_where_the_page_before_ended(stage):
    for _ in range(3):
        stage.start()
    whole = [view["id"] for view in stage.runs.list(stage.noura, limit=500)]
    first = [view["id"] for view in stage.runs.list(stage.noura, limit=2)]
    rest = [v["id"] for v in stage.runs.list(stage.noura, limit=500, before=first[-1])]
    assert first + rest == whole
    assert stage.runs.list(stage.noura, status="paused") == []

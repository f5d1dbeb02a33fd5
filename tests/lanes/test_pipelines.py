"""A pipeline's run is worked on by one worker at a time and comes to its end, whoever dies."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from pydantic import BaseModel, SecretStr
from sqlalchemy import text

from dealix import clock
from dealix.actors import Actor
from dealix.errors import (
    Conflict,
    DealixError,
    InvalidInput,
    OutcomeUnknown,
    ProviderRefused,
    ProviderUnavailable,
)
from dealix.lanes import leases
from dealix.lanes.cases import CaseService
from dealix.lanes.delivery import Courier
from dealix.lanes.kinds import Prepared, WorkflowKind
from dealix.lanes.medium import Bell
from dealix.lanes.pipeline_worker import PipelineWorker
from dealix.lanes.pipelines import MEDIUM, Made, Pipeline, pipeline, stage, stages_of
from dealix.lanes.retries import TRIES, back_off
from dealix.lanes.runs import RunService
from dealix.lanes.schemas import StepResult
from dealix.records import effects
from dealix.records.schemas import EffectSpec
from dealix.settings import Settings
from dealix.store.session import Database

TENANT, OTHER = "rawabi-sa", "rawabi-ae"
NOURA = Actor(TENANT, "user_noura", frozenset({"director"}))
AWAY = ProviderUnavailable("provider_unavailable", provider="wathq", reason="busy")
REFUSED = ProviderRefused("provider_refused", provider="wathq", reason="no")


def dies():
    raise SystemExit


class Nothing(BaseModel):
    """The pipeline's input says nothing."""


@dataclass
class Script:
    """What the steps do: each hook is taken once, an error is raised, a function is called."""

    hooks: dict = field(default_factory=dict)
    did: list = field(default_factory=list)
    superseded: list = field(default_factory=list)

    def plays(self, step, call):
        self.did.append((call.run_id, step))
        waiting = self.hooks.get(step, [])
        act = waiting.pop(0) if waiting else None
        if isinstance(act, DealixError | RuntimeError):
            raise act
        return act(call) if act is not None else None


@pipeline(name="tiny", outcome="made")
class Tiny(Pipeline):
    """Two steps of our own with a question outside between them."""

    def __init__(self, script):
        self.script = script

    @stage("first", method="upsert")
    def first(self, call):
        self.script.plays("first", call)
        return Made({"at": 1})

    @stage("ask", method="idempotency_header", system="wathq", on_started="resend")
    def ask(self, call, _guard):
        return self.script.plays("ask", call) or StepResult(data={})

    @stage("last", method="content_hash")
    def last(self, call):
        assert call.of("first") == {"at": 1}
        self.script.plays("last", call)
        return Made({"at": 2}, lambda session: session.execute(text("SELECT 1")))

    def supersede(self, _session, run):
        self.script.superseded.append(run.id)


class NoWindows:
    def approvals(self, _session, _run_id):
        return []

    def evidence(self, _session, run_ids):
        return {run_id: [] for run_id in run_ids}


class Stage:
    """Starts, works and ends runs of `tiny` on a real database, with no broker."""

    def __init__(self, database):
        self.database, self.script, self.rings = database, Script(), []
        courier = Courier(database, None, lambda: self.rings.append(1))
        kind = WorkflowKind(
            key="tiny",
            input_model=Nothing,
            prepare=lambda *_: Prepared({}),
            examples=lambda _: {},
            lane=MEDIUM,
        )
        known = frozenset({"tiny"})
        self.runs = RunService(
            database, {"tiny": kind}, known, courier, None, lambda *_: None, NoWindows(), str
        )
        self.cases = CaseService(database, lambda *_: None, courier.deliver)

    def worker(self, pause=lambda _tries: timedelta(0)):
        return PipelineWorker(self.database, {"tiny": Tiny(self.script)}, pause)

    def start(self, tenant=TENANT, **hooks):
        self.script.hooks |= {step: list(acts) for step, acts in hooks.items()}
        actor = Actor(tenant, "user_noura", frozenset({"director"}))
        return self.runs.start(actor, "tiny", {})[0]["id"]

    def lease(self, run):
        with self.database.tenant(TENANT) as session:
            found = text("SELECT * FROM run_leases WHERE run_id = :run")
            return session.execute(found, {"run": run}).one_or_none()

    def expire(self, run):
        """As if the worker that holds the run had not renewed for long."""
        with self.database.tenant(TENANT) as session:
            gone = text("UPDATE run_leases SET expires_at = now() - interval '1 s'")
            session.execute(gone)
        assert self.lease(run).owner

    def ledger(self, run):
        with self.database.tenant(TENANT) as session:
            return {row["step"]: row for row in effects.list_effects(session, run)}

    def seen(self, run):
        return self.runs.get(NOURA, run)


@pytest.fixture
def line(database: Database):
    stage = Stage(database)
    yield stage
    for tenant in (TENANT, OTHER):  # nothing of this test is due in the next one
        with database.tenant(tenant) as session:
            session.execute(text("DELETE FROM run_leases"))


def test_a_run_does_its_steps_once_in_their_order_and_ends(line):
    run = line.start()
    assert line.rings == [1]
    assert line.lease(run).owner is None
    assert line.worker().work_due() == 1
    seen = line.seen(run)
    assert (seen["status"], seen["outcome"], seen["lane"]) == ("completed", "made", "medium")
    steps = [(one["name"], one["status"], one["attempts"]) for one in seen["timeline"]]
    assert [name for name, *_ in steps] == ["first", "ask", "last"]
    assert {(status, tries) for _, status, tries in steps} == {("done", 1)}
    assert line.lease(run) is None
    assert line.worker().work_due() == 0


def test_the_same_key_is_the_same_run(line):
    first, new = line.runs.start(NOURA, "tiny", {}, "key-1")
    again, newer = line.runs.start(NOURA, "tiny", {}, "key-1")
    assert (first["id"], new, newer) == (again["id"], True, False)


def test_a_run_goes_on_at_its_first_unfinished_step(line):
    """The worker dies within `last`: its lease runs out, and nothing before is done again."""
    dead = line.worker()
    run = line.start(last=[lambda _call: dead.stopping.set() or dies()])
    with pytest.raises(SystemExit):
        dead.work_due()
    assert line.worker().work_due() == 0, "the dead worker's lease still runs"
    line.expire(run)
    assert line.worker().work_due() == 1
    assert [step for _, step in line.script.did] == ["first", "ask", "last", "last"]
    assert line.seen(run)["status"] == "completed"


def test_a_worker_whose_lease_was_taken_writes_nothing(line):
    """It was only slow: meanwhile another one has taken the run and finished it."""

    def slow(call):
        line.expire(call.run_id)
        assert line.worker().work_due() == 1
        assert line.seen(call.run_id)["status"] == "completed"

    run = line.start(last=[slow])
    line.worker().work_due()
    assert line.ledger(run)["last"]["attempts"] == 1
    assert line.seen(run)["status"] == "completed"


def test_a_late_worker_is_refused_while_its_successor_works(line):
    def slow(call):
        line.expire(call.run_id)
        with line.database.tenant(TENANT) as session:
            assert leases.take(session, call.run_id, "another") is not None

    run = line.start(first=[slow])
    line.worker().work_due()
    assert line.ledger(run) == {}, "its row, its result and its audit are gone"
    assert line.lease(run).owner == "another"


def test_many_workers_share_the_runs_and_none_is_worked_on_twice(line):
    runs = [line.start(tenant) for tenant in (TENANT, OTHER) for _ in range(6)]
    with ThreadPoolExecutor(4) as pool:
        worked = sum(pool.map(lambda _: line.worker().work_due(), range(4)))
    assert worked == len(runs)
    assert sorted(line.script.did) == sorted(
        (run, step) for run in runs for step in ("first", "ask", "last")
    )


def test_no_company_waits_behind_the_crowd_of_another(line):
    for _ in range(3):
        line.start()
    late = line.start(OTHER)
    order = [run for _, run in leases.due(line.database)]
    assert order.index(late) == 1


@pytest.mark.parametrize("failure", [AWAY, OutcomeUnknown("outcome_unknown", provider="wathq"),
                                     RuntimeError("a bug of this moment")])  # fmt: skip
def test_what_may_help_is_tried_again_after_a_rest(line, failure):
    run = line.start(ask=[failure, failure])
    line.worker(lambda _tries: timedelta(hours=1)).work_due()
    resting = line.lease(run)
    assert resting.owner is None
    assert resting.due_at > clock.real_now() + timedelta(minutes=50)
    assert leases.due(line.database) == []
    with line.database.tenant(TENANT) as session:
        leases.hurry(session, run)
    line.worker().work_due()
    assert [step for _, step in line.script.did] == ["first", "ask", "ask", "ask", "last"]
    assert line.seen(run)["outcome"] == "made"


def test_tries_are_bounded_and_rest_longer_each_time(line):
    run = line.start(ask=[AWAY] * (TRIES + 1))
    line.worker().work_due()
    assert [step for _, step in line.script.did].count("ask") == TRIES
    assert line.seen(run)["error"]["code"] == "provider_unavailable"
    rests = [back_off(tries).total_seconds() for tries in range(1, TRIES)]
    assert rests == sorted(rests)
    assert sum(rests) < 180


def test_a_step_that_kills_its_worker_again_and_again_fails_the_run(line):
    run = line.start()
    with line.database.tenant(TENANT) as session:
        session.execute(text("UPDATE run_leases SET tries = :many"), {"many": TRIES})
    line.worker().work_due()
    assert line.script.did == []
    assert line.seen(run)["error"] == {"code": "pipeline_interrupted", "step": "first"}


def test_a_step_that_fails_for_good_fails_the_run_with_a_case(line):
    run = line.start(last=[REFUSED])
    line.worker().work_due()
    seen, ledger = line.seen(run), line.ledger(run)
    assert (seen["status"], seen["outcome"]) == ("attention", "failed")
    error = {"code": "provider_refused", "step": "last", "provider": "wathq", "reason": "no"}
    assert seen["error"] == error
    assert (ledger["first"]["status"], ledger["first"]["reason"]) == ("undone", "superseded")
    assert (ledger["last"]["status"], ledger["last"]["reason"]) == ("failed", "provider_refused")
    assert line.script.superseded == [run]
    case = next(one for one in line.cases.list(NOURA, "open") if one["run"] == run)
    assert (case["kind"], case["step"], case["reason"]) == (
        "pipeline_failed", "last", "provider_refused",
    )  # fmt: skip
    line.cases.resolve(NOURA, case["id"], "done_by_hand", "seen")
    assert line.seen(run)["status"] == "failed"
    assert line.worker().work_due() == 0


def test_a_question_that_is_not_needed_is_left_out_and_on_record(line):
    run = line.start(ask=[lambda _call: StepResult(status="not_needed", reason="known")])
    line.worker().work_due()
    left_out = line.ledger(run)["ask"]
    assert (left_out["status"], left_out["reason"]) == ("waived", "known")
    assert line.seen(run)["outcome"] == "made"


@pytest.mark.parametrize("status", ["blocked", "changed", "failed", "in_doubt"])
def test_an_answer_that_a_pipeline_cannot_wait_for_fails_it(line, status):
    run = line.start(ask=[lambda _call: StepResult(status=status, reason="policy_denied")])
    line.worker().work_due()
    assert line.seen(run)["error"]["code"] == "policy_denied"


def test_a_cancel_stops_before_the_next_step(line):
    run = line.start(first=[lambda call: line.runs.cancel(NOURA, call.run_id, "no more")])
    line.worker().work_due()
    seen = line.seen(run)
    assert (seen["status"], seen["outcome"]) == ("cancelled", "cancelled")
    assert [step for _, step in line.script.did] == ["first"]
    assert line.ledger(run)["first"]["status"] == "undone"
    assert line.script.superseded == [run]
    with pytest.raises(Conflict, match="run_ended"):
        line.runs.cancel(NOURA, run)


def test_a_cancel_ends_the_rest_between_two_tries(line):
    run = line.start(ask=[AWAY])
    line.worker(lambda _tries: timedelta(hours=1)).work_due()
    line.runs.cancel(NOURA, run)
    assert len(line.rings) == 2
    line.worker().work_due()
    assert line.seen(run)["status"] == "cancelled"


def test_a_worker_that_is_told_to_stop_leaves_before_the_next_step(line):
    worker = line.worker()
    run = line.start(first=[lambda _call: worker.stopping.set()])
    worker.work_due()
    left = line.lease(run)
    assert (left.owner, left.tries, list(line.ledger(run))) == (None, 0, ["first"])
    line.worker().work_due()
    assert line.seen(run)["status"] == "completed"


def test_what_a_pipeline_never_does_is_refused(line):
    run = line.start()
    for change in (line.runs.pause, line.runs.resume):
        with pytest.raises(Conflict, match="pipeline_waits_for_nobody"):
            change(NOURA, run)
    for how in ({"rehearsal": True}, {"practice": True}):
        with pytest.raises(InvalidInput, match="pipeline_for_real_only"):
            line.runs.start(NOURA, "tiny", {}, **how)
    with pytest.raises(InvalidInput, match="deadline_not_later"):
        line.runs.extend(NOURA, run, clock.real_now() + timedelta(days=1))
    with pytest.raises(Conflict, match="not_a_rehearsal"):
        line.runs.fast_forward(NOURA, run, timedelta(days=1))


def test_a_lease_is_renewed_beside_the_work(line, monkeypatch):
    monkeypatch.setattr(leases, "RENEWED_EVERY", timedelta(milliseconds=5))
    renewed = threading.Event()
    given = leases.renew

    def renew(session, lease):
        given(session, lease)
        renewed.set()

    monkeypatch.setattr(leases, "renew", renew)
    line.start(first=[lambda _call: renewed.wait(10)])
    line.worker().work_due()
    assert renewed.is_set()


def test_a_broker_that_is_away_is_no_failure(line):
    run = line.start()
    nowhere = Settings(broker_url=SecretStr("redis://127.0.0.1:1/0"))
    assert Bell(nowhere, line.database).ring() is False
    assert Bell(Settings(), line.database).sweep() == 1
    assert line.worker().work_due() == 1
    assert line.seen(run)["status"] == "completed"


def test_a_message_is_never_declared_to_be_sent_again_blindly():
    with pytest.raises(TypeError, match="never sent again blindly"):
        stage("tell", method="message_id", system="email", on_started="resend")
    with pytest.raises(TypeError, match="is not stated"):
        stage("tell", method="upsert", system="crm")
    with pytest.raises(TypeError, match="has no steps"):
        stages_of(Pipeline)


def test_a_superseded_step_is_not_one_that_asked_outside_or_is_final(line):
    run = line.start()
    with line.database.tenant(TENANT) as session:
        for seq, (system, final) in enumerate([(None, True), ("wathq", False)]):
            spec = EffectSpec(
                run_id=run, seq=seq, step=f"s{seq}", key=f"{run}:s{seq}", system=system,
                kind="record", method="upsert", on_started="resend", at=clock.real_now(),
                final=final,
            )  # fmt: skip
            effects.once(session, spec, dict)
    line.runs.cancel(NOURA, run)
    line.worker().work_due()
    assert {row["status"] for row in line.ledger(run).values()} == {"done"}

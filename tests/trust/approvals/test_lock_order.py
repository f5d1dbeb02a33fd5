"""Transactions that lock the same rows take them in one order: none stands in a circle."""

import threading
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import text
from tests.trust.approvals.gate import TENANT, actor

from dealix import clock
from dealix.lanes import run_book
from dealix.lanes.schemas import StepCall
from dealix.proof.rig import until
from dealix.records import effects
from dealix.records.schemas import EffectSpec, Reply
from dealix.trust.approvals.activities import ApprovalActivities

AWAITED = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@pytest.fixture(scope="module")
def onlooker(database_urls, engines):
    """Sees who waits for whom, from outside."""
    name = database_urls.app.rsplit("/", 1)[1]
    address = f"{engines.superuser_url.rsplit('/', 1)[0]}/{name}"
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection


def race(gate, onlooker, hold, *works):
    """Let each work come to the lock that `hold` keeps, in this order, then let go of it.

    Answers what each raised, or None.
    """
    ends: list[Exception | None] = [None] * len(works)

    def run(place, work):
        try:
            work()
        except Exception as failure:  # noqa: BLE001 (what it is, the test judges)
            ends[place] = failure

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    with gate.session() as session:
        hold(session)
        for number, thread in enumerate(threads, 1):
            thread.start()
            assert until(lambda n=number: onlooker.execute(AWAITED).fetchone()[0] >= n, 10)
    for thread in threads:
        thread.join(20)
    return ends


def call_of(approval):
    return StepCall(
        tenant_id=TENANT,
        run_id=approval.run_id,
        rehearsal=False,
        seq=9,
        key=f"{approval.run_id}:close",
        at=clock.real_now(),
        data={},
    )


def closing(gate, approval):
    work = ApprovalActivities(gate.services.database, gate.services.approvals)
    return lambda: work.close_gates(call_of(approval))


def deciding(gate, approval):
    decide = gate.services.approvals.decide
    return lambda: decide(actor("fahad"), approval.id, "approve", None, approval.packet_hash)


def test_a_decision_and_the_end_of_the_run_stand_in_no_circle(gate, onlooker):
    approval = gate.opened()

    def hold(session):
        run_book.get(session, approval.run_id, lock=True)

    ends = race(gate, onlooker, hold, closing(gate, approval), deciding(gate, approval))
    assert ends[0] is None
    assert getattr(ends[1], "code", None) == "already_decided"
    assert gate.decisions(approval) == []


def test_an_answer_to_changes_and_the_end_of_the_run_stand_in_no_circle(gate, onlooker):
    approval = gate.opened()
    service = gate.services.approvals
    service.decide(
        actor("fahad"), approval.id, "request_changes", None, approval.packet_hash, ["cheaper"]
    )
    second = gate.opened(run=approval.run_id, gate="term_review")

    def hold(session):
        run_book.get(session, approval.run_id, lock=True)

    def answering():
        service.resubmit(actor("noura"), approval.id, "so be it", {})

    ends = race(gate, onlooker, hold, closing(gate, second), answering)
    assert ends[0] is None
    assert "DeadlockDetected" not in repr(ends[1])


def spec_for(run):
    return EffectSpec(
        run_id=run,
        seq=1,
        step="send_terms",
        key=f"{run}:send_terms",
        system="email",
        kind="email",
        method="message_id",
        on_started="ask",
        at=clock.real_now(),
        chain="main",
        payload_hash="h",
    )


def in_doubt(gate):
    """A run whose message nobody knows of. Answers its ledger row's spec and the case."""
    spec = spec_for(gate.opened().run_id)
    with gate.session() as session:
        effects.begin(session, spec)
    with gate.session() as session:
        row = effects.effect_of(session, spec.key)
        return spec, effects.doubt(session, spec, row, "no answer")


def test_a_person_and_a_receipt_that_settle_the_same_doubt_stand_in_no_circle(gate, onlooker):
    spec, case = in_doubt(gate)

    def receipt():
        with gate.session() as session:
            effects.finish(session, spec, Reply("provider-1"))

    def person():
        gate.services.cases.resolve(actor("amal"), case, "happened", "seen there")

    ends = race(gate, onlooker, lambda s: effects.effect_of(s, spec.key), receipt, person)
    assert ends[0] is None
    assert getattr(ends[1], "code", None) == "case_resolved"


def test_what_is_stored_for_a_run_does_not_wait_for_its_lock(gate):
    """A child row's foreign key looks at the run: a step that holds it must not be waited for."""
    spec, case = in_doubt(gate)
    with gate.session() as holder:
        run_book.get(holder, spec.run_id, lock=True)
        with gate.session() as session:
            session.execute(text("SET LOCAL lock_timeout = '2s'"))
            effects.finish(session, spec, Reply("provider-2"))
            other = replace(spec, key=f"{spec.run_id}:other")
            effects.begin(session, other)
    assert case

"""When a decision takes effect is known to the workflow too, should the database forget it."""

from datetime import timedelta
from functools import partial

from sqlalchemy import select, text
from tests.trust.approvals.gate import TENANT, actor
from tests.trust.approvals.test_lock_order import call_of

from dealix.records import audit
from dealix.trust.approvals import reading
from dealix.trust.approvals.activities import ApprovalActivities
from dealix.trust.approvals.models import Decision


def decision_of(gate, approval):
    with gate.session() as session:
        query = select(Decision).where(Decision.approval_id == approval.id)
        return session.execute(query).scalar_one()


def deeds(gate, run_id):
    with gate.session() as session:
        newest = audit.newest(session, run_id=run_id)
    return [entry.record.action for entry in newest if entry.record is not None]


def decided(gate):
    approval = gate.opened()
    decide = gate.services.approvals.decide
    decide(actor("fahad"), approval.id, "approve", None, approval.packet_hash)
    return approval


def test_a_look_tells_when_each_decision_took_effect_and_a_second_look_tells_the_same(gate):
    approval = decided(gate)
    work = ApprovalActivities(gate.services.database, gate.services.approvals)
    call = call_of(approval).model_copy(update={"data": {"approval_id": approval.id}})
    first = work.load_decision(call)
    later = call.model_copy(update={"at": call.at + timedelta(hours=1)})
    assert first.status == "approved"
    assert first.took == {decision_of(gate, approval).id: call.at}
    assert work.load_decision(later).took == first.took


def test_for_a_workflow_that_is_not_the_runs_nothing_takes_effect(gate):
    approval = decided(gate)
    hear = partial(reading.hear_at_once, gate.services.database, TENANT, approval.id)
    at = call_of(approval).at
    assert hear(at, "rawabi-sa/partner_approval/forged").took == {}
    assert decision_of(gate, approval).effective_at is None
    heard = hear(at, None)
    assert heard.took == {decision_of(gate, approval).id: at}
    later = hear(at + timedelta(hours=1), heard.engine_id)
    assert later == heard


def test_the_end_of_a_run_puts_back_what_the_database_forgot(gate):
    approval = decided(gate)
    work = ApprovalActivities(gate.services.database, gate.services.approvals)
    call = call_of(approval).model_copy(update={"data": {"approval_id": approval.id}})
    took = work.load_decision(call).took
    with gate.services.database.tenant(TENANT) as session:
        session.execute(
            text("UPDATE decisions SET effective_at = NULL WHERE id = :id"),
            {"id": decision_of(gate, approval).id},
        )
    told = {each: at.isoformat() for each, at in took.items()}
    work.close_gates(call.model_copy(update={"data": {"took": told}}))
    assert decision_of(gate, approval).effective_at == call.at
    assert "decision.overtaken" not in deeds(gate, approval.run_id)


def test_a_decision_of_which_no_workflow_has_heard_is_overtaken(gate):
    approval = decided(gate)
    work = ApprovalActivities(gate.services.database, gate.services.approvals)
    work.close_gates(call_of(approval))
    assert decision_of(gate, approval).effective_at is None
    assert deeds(gate, approval.run_id).count("decision.overtaken") == 1

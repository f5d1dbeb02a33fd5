"""Notices to our own people: stored with their cause, sent once, never in the way of a run."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from tests.trust.approvals.conftest import gate  # noqa: F401 (the stage is shared)
from tests.trust.approvals.gate import TENANT, Gate, actor, id_of, tokens_in

from dealix import clock
from dealix.errors import OutcomeUnknown, ProviderRefused
from dealix.lanes import run_book, run_views
from dealix.trust.access.models import User
from dealix.trust.approvals import links, outbox
from dealix.trust.outbound.notices import Herald
from dealix.trust.outbound.recipients import recipient_of

LATER = datetime(2031, 3, 1, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def quiet(gate: Gate):  # noqa: F811
    """Each test begins with an empty outbox and a mail server without faults."""
    gate.services.herald.sweep()
    yield
    gate.sandbox.client.delete("/_sandbox/faults")


def ledger(gate: Gate, approval) -> list[dict]:  # noqa: F811
    with gate.session() as session:
        query = text("SELECT status, open_attempt, system FROM effects WHERE run_id = :run")
        return [dict(row._mapping) for row in session.execute(query, {"run": approval.run_id})]


def test_an_approver_gets_one_mail_in_their_language_with_their_own_link(gate: Gate) -> None:  # noqa: F811
    approval = gate.opened("strategic", "executive_approval")
    assert {one.status for one in gate.notices(approval)} == {"queued"}
    assert gate.links_of(approval) == []  # a token exists only in the mail that carries it
    assert gate.services.herald.sweep() == 3
    assert gate.services.herald.sweep() == 0
    (arabic,), (english,) = gate.mails("sultan", approval), gate.mails("yousef", approval)
    for said in ("قرارك مطلوب", "نجد للتجارة", "400,000", "72 ساعة"):
        assert said in arabic["body"]["text"], said
    assert "Your decision is needed" in english["body"]["text"]
    assert "Najd Trading" in english["body"]["subject"]
    assert "400,000 Saudi riyal" in english["body"]["text"]
    own = [tokens_in(mail["body"]["text"]) for mail in (arabic, english)]
    assert all(len(found) == 1 for found in own)
    assert own[0] != own[1]
    visitor = gate.visitor("yousef")
    assert visitor.get(f"/d/{own[1][0]}").status == 200
    assert visitor.get(f"/d/{own[0][0]}").status == 403
    assert ledger(gate, approval) == [
        {"status": "done", "open_attempt": False, "system": "notice"}
    ] * len(ledger(gate, approval))


def test_two_schedulers_that_sweep_at_once_send_each_notice_once(gate: Gate) -> None:  # noqa: F811
    requests = [gate.opened("strategic", "executive_approval") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        sent = sum(pool.map(lambda _: gate.services.herald.sweep(), range(4)))
    assert sent == 12
    for approval in requests:
        assert len(gate.mails("sultan", approval)) == 1


def test_the_same_kind_is_stored_once_and_another_kind_goes_too(gate: Gate) -> None:  # noqa: F811
    approval = gate.opened()
    with gate.session() as session:
        for kind in ("opened", "reminder", "reminder"):
            outbox.enqueue(session, approval, kind, [id_of("fahad")])
    gate.services.herald.sweep()
    mails = gate.mails("fahad", approval)
    assert len(mails) == 2
    assert len({token for mail in mails for token in tokens_in(mail["body"]["text"])}) == 2
    assert sum("تذكير" in mail["body"]["subject"] for mail in mails) == 1


def test_a_decision_is_told_to_who_asked_and_changes_too(gate: Gate) -> None:  # noqa: F811
    done, back = gate.opened(), gate.opened()
    gate.services.herald.sweep()
    decide = gate.services.approvals.decide
    decide(actor("fahad"), done.id, "approve", None, done.packet_hash)
    decide(actor("fahad"), back.id, "request_changes", None, back.packet_hash, ["less"])
    gate.services.herald.sweep()
    (told,), (asked,) = gate.mails("noura", done), gate.mails("noura", back)
    assert "معتمد" in told["body"]["text"] or "اعتُمد" in told["body"]["text"]
    assert tokens_in(told["body"]["text"]) == tokens_in(asked["body"]["text"]) == []
    assert f"/approvals/{back.id}" in asked["body"]["text"]


def test_a_notice_that_is_overtaken_by_the_decision_is_dropped(gate: Gate) -> None:  # noqa: F811
    approval = gate.opened()
    gate.services.approvals.decide(
        actor("fahad"), approval.id, "approve", None, approval.packet_hash
    )
    gate.services.herald.sweep()
    states = {(one.kind, one.status) for one in gate.notices(approval)}
    assert states == {("opened", "dropped"), ("decided", "sent")}


def test_a_rehearsals_notices_go_to_the_sandbox_on_its_clock_apart_from_its_steps(
    gate: Gate,  # noqa: F811
) -> None:
    with clock.at(LATER):
        approval = gate.opened(rehearsal=True)
    assert gate.services.herald.sweep() == 1
    (mail,) = gate.mails("fahad", approval)
    assert datetime.fromisoformat(mail["at"]) == LATER
    rows = gate.sandbox.client.get("/_sandbox/effects", params={"scope": approval.run_id}).json()
    assert rows == []
    with gate.session() as session:
        run = run_book.get(session, approval.run_id)
        whole = run_views.whole(session, run, [], [])
    assert whole["timeline"] == []
    (link,) = gate.links_of(approval)
    assert (link.issued_at, link.expires_at) == (LATER, LATER + timedelta(hours=72))


def test_nothing_is_sent_while_a_rehearsals_clock_jumps_and_its_records_follow_that_clock(
    gate: Gate,  # noqa: F811
) -> None:
    approval = gate.opened(rehearsal=True)
    with gate.session() as jumping:
        run_book.hold_clock(jumping, approval.run_id)
        assert gate.services.herald.sweep() == 0
        assert [one.attempts for one in gate.notices(approval)] == [0]
    gate.pass_time(approval, timedelta(days=3))
    assert gate.services.herald.sweep() == 1
    with gate.session() as session:
        query = text(
            "SELECT action, at FROM audit_records WHERE data ->> 'run_id' = :run "
            "ORDER BY recorded_at"
        )
        rows = session.execute(query, {"run": approval.run_id}).all()
    said = {row.action: row.at for row in rows}
    assert {"approval.opened", "policy.judged", "effect.done"} <= set(said)
    assert [row.at for row in rows] == sorted(row.at for row in rows)
    assert said["effect.done"] - said["approval.opened"] >= timedelta(days=3)


def test_a_mail_server_that_is_away_is_asked_again_later(gate: Gate) -> None:  # noqa: F811
    approval = gate.opened()
    gate.sandbox.fault("smtp", "error_500", count=1)
    assert gate.services.herald.sweep() == 0
    (notice,) = gate.notices(approval)
    assert (notice.status, notice.attempts) == ("queued", 1)
    assert gate.services.herald.sweep() == 0  # not at once
    hurry(gate, approval)
    assert gate.services.herald.sweep() == 1
    assert len(gate.mails("fahad", approval)) == 1


def test_what_may_have_been_sent_is_not_sent_again_and_opens_no_case(gate: Gate) -> None:  # noqa: F811
    approval = gate.opened()
    herald = with_mailer(gate, OutcomeUnknown("outcome_unknown", provider="smtp", operation="send"))
    herald.sweep()
    (notice,) = gate.notices(approval)
    assert notice.status == "unknown"
    hurry(gate, approval)
    assert gate.services.herald.sweep() == 0
    assert cases(gate, approval) == 0
    page = gate.visitor("noura").get(f"/approvals/{approval.id}")
    assert "may not have reached" in page.text
    with gate.session() as session:  # the reminder repairs it
        outbox.enqueue(session, approval, "reminder", [id_of("fahad")])
    assert gate.services.herald.sweep() == 1
    page = gate.visitor("noura").get(f"/approvals/{approval.id}")
    assert "may not have reached" not in page.text


def test_a_crash_between_our_record_and_the_answer_sends_nothing_twice(gate: Gate) -> None:  # noqa: F811
    approval = gate.opened()
    herald = with_mailer(gate, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        herald.sweep()
    assert gate.services.herald.sweep() == 0  # another one's, for two minutes
    hurry(gate, approval)
    assert gate.services.herald.sweep() == 0
    assert [one.status for one in gate.notices(approval)] == ["unknown"]
    assert cases(gate, approval) == 0


def test_an_address_that_is_refused_or_missing_is_told_and_stops_nothing(gate: Gate) -> None:  # noqa: F811
    approval = gate.opened()
    herald = with_mailer(gate, ProviderRefused("provider_refused", provider="smtp", reason="550"))
    assert herald.sweep() == 0
    (notice,) = gate.notices(approval)
    assert (notice.status, notice.reason) == ("failed", "550")
    with gate.session() as session:
        query = text("SELECT count(*) FROM audit_records WHERE action = 'notice.failed'")
        assert session.execute(query).scalar_one() >= 1
    assert cases(gate, approval) == 0
    view = gate.services.approvals.decide(
        actor("fahad"), approval.id, "approve", None, approval.packet_hash
    )
    assert view["status"] == "approved"


@pytest.mark.parametrize("tables", [("approvals", "runs"), ("runs", "approvals")])
def test_sending_stands_in_no_circle_with_what_locks_request_and_run(
    gate: Gate,  # noqa: F811
    tables: tuple[str, str],
) -> None:
    approval = gate.opened()
    own = {"approvals": approval.id, "runs": approval.run_id}
    with ThreadPoolExecutor(1) as pool:
        with gate.session() as session:  # as a decision, or as a run's end
            session.execute(text("SET LOCAL lock_timeout = '5s'"))
            lock(session, tables[0], own)
            sweeping = pool.submit(gate.services.herald.sweep)
            waits_for_us(gate, sweeping)
            lock(session, tables[1], own)
        assert sweeping.result(20) == 1
    assert len(gate.mails("fahad", approval)) == 1


def lock(session, table: str, own: dict[str, str]) -> None:
    query = text(f"SELECT id FROM {table} WHERE id = :id FOR UPDATE")
    session.execute(query, {"id": own[table]}).one()


def waits_for_us(gate: Gate, sweeping) -> None:  # noqa: F811
    """Until the sweep stands before our lock; it must, before it has sent anything."""
    blocked = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with gate.session() as session:
            if session.execute(blocked).scalar_one():
                return
        assert not sweeping.done()
        time.sleep(0.02)
    raise AssertionError("the sweep waited for nothing")


def test_a_request_that_is_settled_meanwhile_gets_no_link(gate: Gate) -> None:  # noqa: F811
    approval = gate.opened()
    gate.close(approval)
    with gate.session() as session:
        assert links.mint(session, approval.id, id_of("fahad"), LATER) is None


def test_who_has_left_gets_nothing(gate: Gate) -> None:  # noqa: F811
    approval = gate.opened()
    with gate.session() as session:
        session.get_one(User, (TENANT, id_of("fahad"))).active = False
        assert recipient_of(session, gate.services.vault, id_of("fahad")) is None
    try:
        assert gate.services.herald.sweep() == 0
        assert [one.status for one in gate.notices(approval)] == ["failed"]
    finally:
        with gate.session() as session:
            session.get_one(User, (TENANT, id_of("fahad"))).active = True


def hurry(gate: Gate, approval) -> None:  # noqa: F811
    """Let the pause before the next try, or a crashed one's two minutes, be over."""
    with gate.session() as session:
        for one in gate.notices(approval):
            session.merge(one).next_try_at = clock.real_now() - timedelta(seconds=1)


def cases(gate: Gate, approval) -> int:  # noqa: F811
    with gate.session() as session:
        query = text("SELECT count(*) FROM cases WHERE run_id = :run")
        return int(session.execute(query, {"run": approval.run_id}).scalar_one())


def with_mailer(gate: Gate, failure: BaseException) -> Herald:  # noqa: F811
    """A herald whose mail server fails in one way that the sandbox does not play."""

    class Failing:
        def send(self, mail):
            raise failure

    own = gate.services.herald
    return Herald(
        own.database,
        own.vault,
        own.seating,
        own.gatekeeper,
        lambda _rehearsal: Failing(),  # type: ignore[arg-type,return-value]
        own.sender,
        own.public_url,
    )

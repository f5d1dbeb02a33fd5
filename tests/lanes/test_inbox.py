"""A delivery is verified, stored once, sealed, and given to the run whose message it answers."""

import base64
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from standardwebhooks.webhooks import Webhook
from tests.conftest import Urls

from dealix import clock
from dealix.actors import Actor, system
from dealix.connectors.inbound import read_mail
from dealix.connectors.secrets import Keyring, LocalSecrets
from dealix.errors import InvalidInput, NotFound, NotSignedIn
from dealix.lanes.attaching import GRACE, messages_of
from dealix.lanes.cases import CaseService
from dealix.lanes.inbox import Heard, Inbox
from dealix.lanes.inbox_models import InboundEvent
from dealix.lanes.models import Run
from dealix.lanes.sent_messages import expect_answers
from dealix.lanes.tenant_keys import TenantKeys
from dealix.records.case_book import open_case_of
from dealix.store.ids import new_id
from dealix.store.session import Database
from dealix.trust.privacy.vault import Vault

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
OLD_SECRET = "whsec_" + base64.b64encode(b"fedcba9876543210fedcba9876543210").decode()
RING = json.dumps({"k1": base64.b64encode(b"k" * 32).decode()})
SECRETS = LocalSecrets(
    environment={
        "DEALIX_SECRET_SMTP_WEBHOOK": f"{SECRET} {OLD_SECRET}",
        "DEALIX_SECRET_PERSON_KEK": RING,
        "DEALIX_SECRET_BLIND_INDEX": "blind",
    }
)
VAULT = Vault(SECRETS)
TENANT = "rawabi-sa"
ANSWER = "نعم، نقبل الشروط"


@pytest.fixture
def inbox(fresh_database: Database) -> Inbox:
    keys = TenantKeys(Keyring("codec.keys", {"k1": b"k" * 32}))
    return Inbox(fresh_database, keys, VAULT, SECRETS)


@pytest.fixture
def owner(fresh_urls: Urls) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(fresh_urls.owner, autocommit=True) as connection:
        yield connection


def payload(answers: str | None, **more: object) -> bytes:
    data: dict[str, object] = {
        "in_reply_to": answers,
        "references": [],
        "from": "sami@partner.example",
    }
    data |= {"subject": "Re: الشروط", "text": ANSWER, "sent_at": "2027-03-02T08:00:00Z"} | more
    return json.dumps({"type": "email.received", "data": data}, ensure_ascii=False).encode()


def signed(raw: bytes, delivery: str, secret: str = SECRET) -> dict[str, str]:
    moment = datetime.fromtimestamp(int(clock.real_now().timestamp()), UTC)
    return {
        "Webhook-Id": delivery,
        "Webhook-Timestamp": str(int(moment.timestamp())),
        "Webhook-Signature": Webhook(secret).sign(delivery, moment, raw.decode()),
    }


def sent(
    database: Database,
    message_id: str,
    *,
    tenant: str = TENANT,
    run: bool = True,
    person: str | None = "person_1",
    skipped: timedelta = timedelta(0),
) -> str | None:
    """A message of ours, with its run and person; answers the run's ID."""
    with database.tenant(tenant) as session:
        run_id = new_id("run") if run else None
        if run_id:
            session.add(a_run(tenant, run_id, skipped))
            session.flush()
        if person:
            VAULT.add(session, person, {"name": "سامي"})
        expect_answers(
            session, message_id=message_id, run_id=run_id, person_id=person, effect_key=message_id
        )
    return run_id


def a_run(tenant: str, run_id: str, skipped: timedelta) -> Run:
    return Run(
        tenant_id=tenant,
        id=run_id,
        workflow="partner_approval",
        lane="durable",
        key=run_id,
        input_hash="-",
        input={},
        status="waiting",
        started_by="user_1",
        rehearsal=bool(skipped),
        chain=f"rehearsal:{run_id}" if skipped else "main",
        requested_at=clock.real_now(),
        started_at=clock.real_now(),
        skipped=skipped,
        engine_id=f"{tenant}/partner_approval/{run_id}",
    )


def events(database: Database, tenant: str = TENANT) -> list[InboundEvent]:
    with database.tenant(tenant) as session:
        return list(session.execute(select(InboundEvent)).scalars())


def test_an_answer_reaches_its_run_as_a_message(inbox: Inbox, fresh_database: Database) -> None:
    run_id = sent(fresh_database, "<m1@dealix.example>")
    raw = payload("<m1@dealix.example>")
    receipt = inbox.receive("smtp", signed(raw, "d1"), raw)
    assert (receipt.repeated, receipt.tenant_id) == (False, TENANT)
    [event] = events(fresh_database)
    assert (event.id, event.status, event.attached_at) == (receipt.event_id, "new", None)
    assert inbox.sweep() == 1
    assert run_id is not None
    with fresh_database.tenant(TENANT) as session:
        [message] = messages_of(session, run_id)
        mail = inbox.read(session, message)
        actions = session.execute(text("SELECT action, subject FROM audit_records")).all()
    assert message.status == "attached"
    assert mail is not None
    assert (mail.sender, mail.text) == ("sami@partner.example", ANSWER)
    assert ("message.attached", run_id) in [tuple(row) for row in actions]
    assert inbox.sweep() == 0


def test_a_rehearsals_answer_carries_its_runs_time(inbox: Inbox, fresh_database: Database) -> None:
    sent(fresh_database, "<m1@dealix.example>", skipped=timedelta(days=60))
    raw = payload("<m1@dealix.example>")
    inbox.receive("smtp", signed(raw, "d1"), raw)
    inbox.sweep()
    [event] = events(fresh_database)
    assert event.attached_at is not None
    assert event.attached_at - event.received_at >= timedelta(days=60)
    with fresh_database.tenant(TENANT) as session:
        chains = session.execute(
            text("SELECT chain FROM audit_records WHERE action = 'message.attached'")
        ).scalars()
        assert list(chains) == [f"rehearsal:{event.run_id}"]


def test_twice_and_at_once_is_stored_once(inbox: Inbox, fresh_database: Database) -> None:
    sent(fresh_database, "<m1@dealix.example>")
    known, strange = payload("<m1@dealix.example>"), payload("<who@elsewhere.example>")
    with ThreadPoolExecutor(8) as threads:
        for raw, delivery in ((known, "d1"), (strange, "d2")):
            headers = signed(raw, delivery)
            receipts = list(
                threads.map(lambda _, r=raw, h=headers: inbox.receive("smtp", h, r), range(16))
            )
            assert [each.repeated for each in receipts].count(False) == 1
            assert len({each.event_id for each in receipts}) == 1
    assert len(events(fresh_database)) == 1


def test_the_same_webhook_a_hundred_times_at_once_is_stored_and_acted_on_once(
    inbox: Inbox, fresh_database: Database
) -> None:
    run_id = sent(fresh_database, "<m1@dealix.example>")
    raw = payload("<m1@dealix.example>")
    headers = signed(raw, "d1")

    def deliver(number: int) -> bool:
        receipt = inbox.receive("smtp", headers, raw)
        if number % 10 == 0:
            inbox.sweep()
        return receipt.repeated

    with ThreadPoolExecutor(8) as threads:
        repeated = list(threads.map(deliver, range(100)))
    inbox.sweep()
    assert repeated.count(False) == 1
    assert run_id is not None
    with fresh_database.tenant(TENANT) as session:
        assert len(messages_of(session, run_id)) == 1
        query = text("SELECT count(*) FROM audit_records WHERE action = 'message.attached'")
        assert session.execute(query).scalar_one() == 1


def test_one_that_comes_early_waits_for_its_message(
    inbox: Inbox, fresh_database: Database, owner: psycopg.Connection[tuple[object, ...]]
) -> None:
    raw = payload("<m1@dealix.example>")
    receipt = inbox.receive("smtp", signed(raw, "d1"), raw)
    assert receipt.tenant_id is None
    assert inbox.sweep() == 0
    [(kept,)] = owner.execute("SELECT sealed FROM unrouted_events").fetchall()
    assert isinstance(kept, bytes)
    assert ANSWER.encode() not in kept
    sent(fresh_database, "<m1@dealix.example>")
    assert inbox.sweep() == 1
    assert owner.execute("SELECT count(*) FROM unrouted_events").fetchone() == (0,)
    [event] = events(fresh_database)
    with fresh_database.tenant(TENANT) as session:
        mail = inbox.read(session, event)
    assert mail is not None
    assert mail.text == ANSWER
    again = inbox.receive("smtp", signed(raw, "d1"), raw)
    assert (again.repeated, again.event_id) == (True, event.id)


def test_sweeps_at_once_lose_and_double_nothing(inbox: Inbox, fresh_database: Database) -> None:
    for number in range(12):
        raw = payload(f"<m{number}@dealix.example>")
        inbox.receive("smtp", signed(raw, f"d{number}"), raw)
        sent(fresh_database, f"<m{number}@dealix.example>", person=f"person_{number}")
    with ThreadPoolExecutor(4) as threads:
        given = sum(threads.map(lambda _: inbox.sweep(), range(4))) + inbox.sweep()
    assert given == 12
    assert {event.status for event in events(fresh_database)} == {"attached"}


def test_without_a_run_it_waits_and_then_is_unmatched(
    inbox: Inbox, fresh_database: Database, owner: psycopg.Connection[tuple[object, ...]]
) -> None:
    sent(fresh_database, "<m1@dealix.example>", run=False, person=None)
    raw = payload("<m1@dealix.example>")
    inbox.receive("smtp", signed(raw, "d1"), raw)
    assert inbox.sweep() == 0
    [event] = events(fresh_database)
    assert event.status == "waiting"
    with fresh_database.tenant(TENANT) as session:
        mail = inbox.read(session, event)
    assert mail is not None
    assert event.sealed is not None
    assert ANSWER.encode() not in event.sealed
    owner.execute("UPDATE inbound_events SET received_at = received_at - %s", (GRACE,))
    assert inbox.sweep() == 0
    [event] = events(fresh_database)
    assert event.status == "unmatched"
    with fresh_database.tenant(TENANT) as session:
        assert open_case_of(session, "unmatched", event.id)


def test_an_answer_is_heard_once_with_its_person_in_the_transaction_that_stores_it(
    fresh_database: Database,
) -> None:
    heard: list[Heard] = []
    keys = TenantKeys(Keyring("codec.keys", {"k1": b"k" * 32}))
    inbox = Inbox(
        fresh_database, keys, VAULT, SECRETS, hearing=lambda _session, each: heard.append(each)
    )
    run_id = sent(fresh_database, "<m1@dealix.example>")
    raw = payload("<m1@dealix.example>", text="إيقاف")
    for _ in range(2):
        inbox.receive("smtp", signed(raw, "d1"), raw)
    assert heard == [Heard("person_1", run_id, "smtp", ("Re: الشروط", "إيقاف"))]
    early = payload("<m2@dealix.example>")
    inbox.receive("smtp", signed(early, "d2"), early)
    assert len(heard) == 1  # whose it is, is not known yet
    sent(fresh_database, "<m2@dealix.example>")
    inbox.sweep()
    assert heard[1].texts == ("Re: الشروط", ANSWER)


def test_references_find_the_message_too(inbox: Inbox, fresh_database: Database) -> None:
    run_id = sent(fresh_database, "<m1@dealix.example>")
    raw = payload(None, references=["<m1@dealix.example>", "<x@elsewhere.example>"])
    inbox.receive("smtp", signed(raw, "d1"), raw)
    inbox.sweep()
    [event] = events(fresh_database)
    assert event.run_id == run_id


def test_tenants_do_not_see_each_others_messages(inbox: Inbox, fresh_database: Database) -> None:
    sent(fresh_database, "<m1@dealix.example>", tenant="rawabi-ae")
    raw = payload("<m1@dealix.example>")
    assert inbox.receive("smtp", signed(raw, "d1"), raw).tenant_id == "rawabi-ae"
    inbox.sweep()
    assert len(events(fresh_database, "rawabi-ae")) == 1
    assert events(fresh_database, TENANT) == []
    with pytest.raises(ProgrammingError), fresh_database.nobody() as session:
        session.execute(text("SELECT * FROM unrouted_events"))


def test_erasing_a_person_closes_their_messages(inbox: Inbox, fresh_database: Database) -> None:
    run_id = sent(fresh_database, "<m1@dealix.example>")
    raw = payload("<m1@dealix.example>")
    inbox.receive("smtp", signed(raw, "d1"), raw)
    with fresh_database.tenant(TENANT) as session:
        VAULT.erase(session, system(TENANT), "person_1")
    later = inbox.receive("smtp", signed(raw, "d2"), raw)
    assert later.repeated is False
    assert inbox.sweep() == 2
    assert run_id is not None
    with fresh_database.tenant(TENANT) as session:
        first, second = messages_of(session, run_id)
        assert inbox.read(session, first) is None
        assert inbox.read(session, second) is None
        assert second.sealed is None


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
def test_both_secrets_of_a_rotation_are_taken(inbox: Inbox, secret: str) -> None:
    raw = payload("<m1@dealix.example>")
    assert inbox.receive("smtp", signed(raw, "d1", secret), raw).repeated is False


def test_only_the_raw_bytes_carry_the_signature(inbox: Inbox) -> None:
    raw = payload("<m1@dealix.example>")
    spaced = json.dumps(json.loads(raw), ensure_ascii=False, indent=1).encode()
    with pytest.raises(NotSignedIn, match="webhook_signature"):
        inbox.receive("smtp", signed(raw, "d1"), spaced)


@pytest.mark.parametrize(
    "change",
    [
        {"Webhook-Signature": "v1,bm90IGl0"},
        {"Webhook-Signature": "v1"},
        {"Webhook-Signature": "v1,%%%"},
        {"Webhook-Signature": "v2,bm90IGl0"},
        {"Webhook-Signature": ""},
        {"Webhook-Id": "d2"},
        {"Webhook-Id": ""},
        {"Webhook-Timestamp": "1"},
        {"Webhook-Timestamp": "99999999999"},
        {"Webhook-Timestamp": "nan"},
        {"Webhook-Timestamp": "soon"},
    ],
)
def test_a_bad_signature_is_401_and_stores_nothing(
    inbox: Inbox,
    owner: psycopg.Connection[tuple[object, ...]],
    change: dict[str, str],
) -> None:
    raw = payload("<m1@dealix.example>")
    with pytest.raises(NotSignedIn) as caught:
        inbox.receive("smtp", signed(raw, "d1") | change, raw)
    assert (caught.value.status, caught.value.code) == (401, "webhook_signature")
    assert owner.execute("SELECT count(*) FROM unrouted_events").fetchone() == (0,)


def test_no_headers_and_bytes_that_are_no_text(inbox: Inbox) -> None:
    for headers, raw in (({}, b"{}"), (signed(b"{}", "d1"), b"\xff\xfe")):
        with pytest.raises(NotSignedIn):
            inbox.receive("smtp", headers, raw)


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"null", b'{"data": 1}', b'{"data": null}'])
def test_a_signed_body_that_is_no_event_is_refused(inbox: Inbox, raw: bytes) -> None:
    with pytest.raises(InvalidInput):
        inbox.receive("smtp", signed(raw, "d1"), raw)


@pytest.mark.parametrize("odd", ["<a\x00b@x>", "\ud800", "<a\n@x>", "<a\u202e@x>"])
def test_a_strangers_references_break_no_query(inbox: Inbox, odd: str) -> None:
    """The provider signs whatever a stranger's mail holds; an error would be delivered for ever."""
    raw = json.dumps({"data": {"in_reply_to": odd, "references": [odd, "<who@x>"]}}).encode()
    assert not inbox.receive("smtp", signed(raw, "d1"), raw).repeated


def test_a_signed_body_without_a_bottom_is_refused(inbox: Inbox) -> None:
    raw = b'{"data":' * 100_000
    with pytest.raises(InvalidInput):
        inbox.receive("smtp", signed(raw, "d1"), raw)


def test_a_good_signature_opens_once_and_neither_late_nor_under_another_name(
    inbox: Inbox, fresh_database: Database
) -> None:
    sent(fresh_database, "<m1@dealix>")
    raw = payload("<m1@dealix>")
    headers = signed(raw, "d1")
    inbox.receive("smtp", headers, raw)
    assert all(inbox.receive("smtp", headers, raw).repeated for _ in range(3))
    long_ago = clock.real_now() - timedelta(minutes=6)
    old = {**headers, "Webhook-Timestamp": str(int(long_ago.timestamp()))}
    old["Webhook-Signature"] = Webhook(SECRET).sign("d1", long_ago, raw.decode())
    for replayed in (old, {**headers, "Webhook-Id": "d2"}):
        with pytest.raises(NotSignedIn):
            inbox.receive("smtp", replayed, raw)
    inbox.sweep()
    assert len(events(fresh_database)) == 1


def test_an_unknown_provider(inbox: Inbox) -> None:
    with pytest.raises(NotFound, match="webhook_unknown_provider"):
        inbox.receive("fax", {}, b"{}")


def test_odd_fields_do_not_break_reading() -> None:
    mail = read_mail(payload(None, text=None, subject=7))
    assert (mail.text, mail.subject) == ("", "7")


def test_the_gauge_tells_of_what_nobody_claims(
    inbox: Inbox, owner: psycopg.Connection[tuple[object, ...]]
) -> None:
    from dealix.observability import metrics

    raw = payload("<who@elsewhere.example>")
    inbox.receive("smtp", signed(raw, "d1"), raw)
    inbox.sweep()
    assert b"dealix_inbox_unrouted 0.0" in metrics.exposition()[0]
    owner.execute("UPDATE unrouted_events SET received_at = received_at - interval '2 hours'")
    inbox.sweep()
    assert b"dealix_inbox_unrouted 1.0" in metrics.exposition()[0]


@pytest.fixture
def tenants(owner: psycopg.Connection[tuple[object, ...]]) -> None:
    for tenant, day in ((TENANT, "2026-01-01Z"), ("rawabi-ae", "2026-01-02Z")):
        owner.execute(
            "INSERT INTO tenants VALUES (%s, %s, %s, 'SA', 'Asia/Riyadh', %s)",
            (tenant, tenant, tenant, day),
        )


def late_delivery(inbox: Inbox, owner: psycopg.Connection[tuple[object, ...]]) -> str:
    """A delivery that nobody claimed in time. Answers its ID."""
    raw = payload("<who@elsewhere.example>")
    receipt = inbox.receive("smtp", signed(raw, "d1"), raw)
    owner.execute("UPDATE unrouted_events SET received_at = received_at - interval '2 hours'")
    return receipt.event_id


def cases(database: Database, tenant: str) -> list[dict[str, object]]:
    actor = Actor(tenant, "usr_op", frozenset({"operator"}))
    return CaseService(database, lambda *_: None, lambda *_: True).list(actor)


def test_what_nobody_claims_becomes_one_case_of_the_operator_and_tells_no_content(
    inbox: Inbox,
    fresh_database: Database,
    owner: psycopg.Connection[tuple[object, ...]],
    tenants: None,
) -> None:
    event = late_delivery(inbox, owner)
    for _ in range(3):
        inbox.sweep()
    [case] = cases(fresh_database, TENANT)
    assert (case["kind"], case["key"], case["run"], case["status"]) == (
        "unrouted", event, None, "open",
    )  # fmt: skip
    assert ANSWER not in str(case)
    assert cases(fresh_database, "rawabi-ae") == []
    operator = Actor(TENANT, "usr_op", frozenset({"operator"}))
    desk = CaseService(fresh_database, lambda *_: None, lambda *_: True)
    desk.resolve(operator, str(case["id"]), "done_by_hand", "told the sender")
    assert owner.execute("SELECT count(*) FROM unrouted_events").fetchone() == (0,)
    inbox.sweep()
    assert [each["status"] for each in cases(fresh_database, TENANT)] == ["resolved"]


def test_a_setting_names_the_company_whose_operators_are_asked(
    fresh_database: Database, owner: psycopg.Connection[tuple[object, ...]], tenants: None
) -> None:
    keys = TenantKeys(Keyring("codec.keys", {"k1": b"k" * 32}))
    named = Inbox(fresh_database, keys, VAULT, SECRETS, operating_tenant="rawabi-ae")
    late_delivery(named, owner)
    named.sweep()
    assert len(cases(fresh_database, "rawabi-ae")) == 1
    assert cases(fresh_database, TENANT) == []


def test_a_case_settles_by_itself_when_the_message_becomes_known(
    inbox: Inbox,
    fresh_database: Database,
    owner: psycopg.Connection[tuple[object, ...]],
    tenants: None,
) -> None:
    late_delivery(inbox, owner)
    inbox.sweep()
    sent(fresh_database, "<who@elsewhere.example>", tenant="rawabi-ae")
    inbox.sweep()
    [case] = cases(fresh_database, TENANT)
    assert (case["status"], case["resolution"]) == ("resolved", "happened")
    assert len(events(fresh_database, "rawabi-ae")) == 1

"""Webhooks of WhatsApp: signed bytes taken apart, stored once, kept as receipts or as messages."""

import hashlib
import hmac
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from tests.lanes.test_inbox import RING, TENANT, a_run, events

from dealix import clock
from dealix.connectors.deliveries import Conversation
from dealix.connectors.secrets import Keyring, LocalSecrets
from dealix.connectors.whatsapp import webhooks
from dealix.errors import InvalidInput, NotEntitled, NotFound, NotSignedIn
from dealix.lanes import receipts, run_views
from dealix.lanes.attaching import messages_of
from dealix.lanes.inbox import ANSWERS_WITHIN, Inbox
from dealix.lanes.inbox_models import OutboundMessage, Receipt
from dealix.lanes.models import Run
from dealix.lanes.sent_messages import expect_answers, known_there_as
from dealix.lanes.tenant_keys import TenantKeys
from dealix.records import effects
from dealix.records.schemas import EffectSpec
from dealix.store.ids import new_id
from dealix.store.session import Database
from dealix.trust.privacy.vault import Vault

VECTORS = Path(__file__).parents[3] / "shared" / "signature_vectors.json"
SECRETS = LocalSecrets(
    environment={
        "DEALIX_SECRET_WHATSAPP_APP_SECRET": "app-secret old-secret",
        "DEALIX_SECRET_WHATSAPP_VERIFY_TOKEN": "verify-me",
        "DEALIX_SECRET_PERSON_KEK": RING,
        "DEALIX_SECRET_BLIND_INDEX": "blind",
    }
)
VAULT = Vault(SECRETS)
OURS, THEIRS = "100000000000001", "966501234567"
AT = datetime(2027, 3, 1, 8, tzinfo=UTC)
KEY = "run:send_whatsapp"


@pytest.fixture
def inbox(fresh_database: Database) -> Inbox:
    keys = TenantKeys(Keyring("codec.keys", {"k1": b"k" * 32}))
    return Inbox(fresh_database, keys, VAULT, SECRETS)


def signed(raw: bytes, secret: str = "app-secret") -> dict[str, str]:
    digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={digest}"}


def body(*values: dict[str, Any]) -> bytes:
    metadata = {"display_phone_number": "966110000000", "phone_number_id": OURS}
    changes = [
        {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata} | v}
        for v in values
    ]
    whole = {"object": "whatsapp_business_account", "entry": [{"id": "2", "changes": changes}]}
    return json.dumps(whole).replace("/", r"\/").encode()


def status(name: str, correlation: str | None = "wa.1", *, code: int | None = None) -> dict:
    one: dict[str, Any] = {"id": "wamid.A", "status": name, "recipient_id": THEIRS}
    one["timestamp"] = str(int(AT.timestamp()) + 1)
    one |= {"biz_opaque_callback_data": correlation} if correlation else {}
    return one | ({"errors": [{"code": code, "title": "t"}]} if code else {})


def message(words: str = "نعم، نقبل", own_id: str = "wamid.IN", **more: Any) -> dict[str, Any]:
    one = {"from": THEIRS, "id": own_id, "timestamp": "1800000000", "type": "text"}
    return {"messages": [one | {"text": {"body": words}} | more]}


def index_of(number: str = f"+{THEIRS}", ours: str = OURS) -> str:
    return VAULT.blind_index(Conversation("whatsapp", ours, number).name)


def sent(database: Database, correlation: str = "wa.1", **more: Any) -> str:
    """A message of ours on its way: begun in the ledger, its answer not known. Its run's ID."""
    run_id = new_id("run")
    with database.tenant(TENANT) as session:
        session.add(a_run(TENANT, run_id, more.get("skipped", timedelta(0))))
        VAULT.add(session, "person_1", {"name": "سامي", "phone": f"+{THEIRS}"})
        session.flush()
        effects.begin(session, spec(run_id))
        expect_answers(
            session,
            message_id=correlation,
            run_id=run_id,
            person_id="person_1",
            effect_key=f"{run_id}:w",
            channel="whatsapp",
            at=AT,
            address_index=index_of(ours=more.get("ours", OURS)),
        )
    return run_id


def spec(run_id: str) -> EffectSpec:
    return EffectSpec(
        run_id, 1, "w", f"{run_id}:w", "whatsapp", "whatsapp", "message_id", "look_up", AT,
        undo_action="retract_w", undo_system="whatsapp",
    )  # fmt: skip


def tell(inbox: Inbox, *names: str, code: int | None = None) -> None:
    for name in names:
        raw = body({"statuses": [status(name, code=code)]})
        inbox.receive("whatsapp", signed(raw), raw)
    inbox.sweep()


def row(database: Database, run_id: str) -> Any:
    with database.tenant(TENANT) as session:
        return effects.effect_of(session, f"{run_id}:w")


def timeline(database: Database, run_id: str) -> list[dict[str, Any]]:
    with database.tenant(TENANT) as session:
        run = session.get_one(Run, (TENANT, run_id))
        return run_views.whole(session, run, [], [])["timeline"]


def test_the_signature_of_the_published_vector_is_taken() -> None:
    if not VECTORS.exists():
        pytest.skip("the signature vectors are not beside this checkout")
    vectors = json.loads(VECTORS.read_text(encoding="utf-8"))
    one = next(each for each in vectors if each["provider"] == "meta_whatsapp")
    key = {"DEALIX_SECRET_WHATSAPP_APP_SECRET": one["secret"]}
    secrets, raw = LocalSecrets(environment=key), one["body"].encode()
    assert webhooks.verify(secrets, {one["header"]: one["signature"]}, raw) == ()
    rewritten = json.dumps(json.loads(raw), ensure_ascii=False).encode()
    with pytest.raises(NotSignedIn):
        webhooks.verify(secrets, {one["header"]: one["signature"]}, rewritten)


@pytest.mark.parametrize(
    "headers",
    [{}, {"X-Hub-Signature-256": ""}, {"X-Hub-Signature-256": "sha256=" + "0" * 64},
     {"X-Hub-Signature-256": "sha1=abc"}, {"X-Hub-Signature": "sha256=abc"}],
)  # fmt: skip
def test_a_forged_delivery_is_401_and_stores_nothing(
    inbox: Inbox, fresh_database: Database, headers: dict[str, str]
) -> None:
    sent(fresh_database)
    raw = body(message(), {"statuses": [status("read")]})
    with pytest.raises(NotSignedIn) as caught:
        inbox.receive("whatsapp", headers, raw)
    assert caught.value.status == 401
    assert events(fresh_database) == []


def test_both_secrets_of_a_rotation_are_taken(inbox: Inbox) -> None:
    raw = body(message())
    assert not inbox.receive("whatsapp", signed(raw, "old-secret"), raw).repeated


def test_a_replay_is_acknowledged_and_kept_once(inbox: Inbox, fresh_database: Database) -> None:
    sent(fresh_database)
    raw = body(message(), {"statuses": [status("sent"), status("read")]})
    first = inbox.receive("whatsapp", signed(raw), raw)
    again = inbox.receive("whatsapp", signed(raw), raw)
    assert (first.repeated, again.repeated) == (False, True)
    assert inbox.sweep() == 3
    assert len(events(fresh_database)) == 3
    with fresh_database.tenant(TENANT) as session:
        assert len(session.execute(select(Receipt)).scalars().all()) == 2


@pytest.mark.parametrize("told", ["a status", "a word"])
def test_the_same_webhook_a_hundred_times_at_once_is_stored_and_acted_on_once(
    inbox: Inbox, fresh_database: Database, told: str
) -> None:
    run_id = sent(fresh_database)
    raw = body({"statuses": [status("delivered")]} if told == "a status" else message())

    def deliver(number: int) -> bool:
        receipt = inbox.receive("whatsapp", signed(raw), raw)
        if number % 10 == 0:
            inbox.sweep()
        return receipt.repeated

    with ThreadPoolExecutor(8) as threads:
        repeated = list(threads.map(deliver, range(100)))
    inbox.sweep()
    assert repeated.count(False) == 1
    assert len(events(fresh_database)) == 1
    with fresh_database.tenant(TENANT) as session:
        kept = len(list(session.execute(select(Receipt)).scalars()))
        assert kept + len(messages_of(session, run_id)) == 1


def test_a_status_settles_a_message_whose_answer_was_lost(
    inbox: Inbox, fresh_database: Database
) -> None:
    run_id = sent(fresh_database)
    tell(inbox, "sent")
    effect = row(fresh_database, run_id)
    assert (effect.status, effect.reference) == ("done", "wamid.A")
    assert effect.result == {"message_id": "wa.1", "wamid": "wamid.A"}
    with fresh_database.tenant(TENANT) as session:
        assert session.execute(select(OutboundMessage.provider_id)).scalar_one() == "wamid.A"


@pytest.mark.parametrize(
    ("names", "stands"),
    [
        (["sent", "delivered", "read"], "read"),
        (["read", "delivered", "sent"], "read"),
        (["sent", "failed"], "failed"),
        (["failed", "sent"], "failed"),
        (["delivered", "failed"], "delivered"),
        (["failed", "delivered"], "delivered"),
        (["sent", "played"], "read"),
    ],
)
def test_receipts_stand_by_their_rank_whatever_their_order(
    inbox: Inbox, fresh_database: Database, names: list[str], stands: str
) -> None:
    run_id = sent(fresh_database)
    tell(inbox, *names)
    [shown] = [each for each in timeline(fresh_database, run_id) if each["kind"] == "message"]
    assert (shown["status"], shown["key"]) == (stands, f"{run_id}:w")
    assert THEIRS not in json.dumps(timeline(fresh_database, run_id))


def test_a_failure_before_delivery_means_that_it_never_happened(
    inbox: Inbox, fresh_database: Database
) -> None:
    run_id = sent(fresh_database)
    tell(inbox, "sent")
    tell(inbox, "failed", code=131047)
    effect = row(fresh_database, run_id)
    assert (effect.status, effect.reason) == ("failed", "whatsapp_131047")
    with fresh_database.tenant(TENANT) as session:
        undo = session.execute(text("SELECT status FROM undos")).scalar_one()
    assert undo == "not_needed"


def test_a_word_from_a_number_answers_our_last_message_to_it(
    inbox: Inbox, fresh_database: Database
) -> None:
    sent(fresh_database, "wa.1")
    run_id = sent(fresh_database, "wa.2")
    raw = body(message())
    inbox.receive("whatsapp", signed(raw), raw)
    assert inbox.sweep() == 1
    with fresh_database.tenant(TENANT) as session:
        [event] = messages_of(session, run_id)
        mail = inbox.read(session, event)
        stored = session.execute(text("SELECT * FROM inbound_events")).one()
        kept = session.execute(text("SELECT * FROM outbound_messages")).all()
    assert mail is not None
    assert (mail.sender, mail.text) == (f"+{THEIRS}", "نعم، نقبل")
    assert (event.in_reply_to, event.person_id) == ("wa.2", "person_1")
    assert THEIRS not in f"{stored} {kept}"


def test_a_quoted_message_is_the_one_that_is_answered(
    inbox: Inbox, fresh_database: Database
) -> None:
    first = sent(fresh_database, "wa.1")
    sent(fresh_database, "wa.2")
    with fresh_database.tenant(TENANT) as session:
        known_there_as(session, "wa.1", "wamid.A", index_of())
    raw = body(message(context={"id": "wamid.A", "from": "1"}))
    inbox.receive("whatsapp", signed(raw), raw)
    nameless = body(message(own_id="wamid.B", context={"id": "wamid.A"}, **{"from": "SA.bsuid"}))
    inbox.receive("whatsapp", signed(nameless), nameless)
    assert [event.run_id for event in events(fresh_database)] == [first, first]


def test_a_rehearsals_number_hears_nothing_of_a_real_one(
    inbox: Inbox, fresh_database: Database
) -> None:
    real = sent(fresh_database, "wa.1")
    sent(fresh_database, "wa.2", ours="100000000000002", skipped=timedelta(days=3))
    raw = body(message())
    inbox.receive("whatsapp", signed(raw), raw)
    assert [event.run_id for event in events(fresh_database)] == [real]


def test_a_word_long_after_our_last_message_answers_nothing(
    inbox: Inbox, fresh_database: Database
) -> None:
    sent(fresh_database)
    with fresh_database.tenant(TENANT) as session:
        message_row = session.execute(select(OutboundMessage)).scalar_one()
        message_row.recorded_at = clock.real_now() - ANSWERS_WITHIN - timedelta(minutes=1)
    raw = body(message())
    assert inbox.receive("whatsapp", signed(raw), raw).tenant_id is None
    assert events(fresh_database) == []


@pytest.mark.parametrize(
    "raw",
    [
        body(),
        body({"statuses": [status("sent", None)]}),
        body({"statuses": [status("deleted")]}),
        body({"statuses": [status("sent") | {"timestamp": "soon"}]}),
        body({"statuses": "none", "messages": [5, {}]}),
        b'{"object": "page", "entry": []}',
        b'{"object": "whatsapp_business_account", "entry": 5}',
        b"[]",
    ],
)
def test_what_is_about_nothing_of_ours_is_acknowledged_and_left(
    inbox: Inbox, fresh_database: Database, raw: bytes
) -> None:
    assert inbox.receive("whatsapp", signed(raw), raw).event_id == ""
    assert events(fresh_database) == []


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe"])
def test_a_signed_body_that_is_no_json_is_refused(inbox: Inbox, raw: bytes) -> None:
    with pytest.raises(InvalidInput):
        inbox.receive("whatsapp", signed(raw), raw)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"type": "button", "button": {"text": "موافق", "payload": "x"}}, "موافق"),
        ({"type": "interactive", "interactive": {"button_reply": {"title": "نعم"}}}, "نعم"),
        ({"type": "image", "image": {"id": "1", "caption": "العقد"}}, "العقد"),
        ({"type": "image", "image": {"id": "1"}}, "[image]"),
        ({"type": "sticker"}, "[sticker]"),
    ],
)
def test_a_message_of_any_type_is_read_as_words(part: dict[str, Any], words: str) -> None:
    raw = body(message(**part))
    [delivery] = webhooks.verify(SECRETS, signed(raw), raw)
    assert webhooks.read(delivery.raw).text == words


def test_the_handshake_answers_the_challenge_to_who_knows_the_token(inbox: Inbox) -> None:
    query = {"hub.mode": "subscribe", "hub.challenge": "123", "hub.verify_token": "verify-me"}
    assert inbox.handshake("whatsapp", query) == "123"
    for change in ({"hub.verify_token": "x"}, {"hub.mode": "y"}, {"hub.verify_token": ""}):
        with pytest.raises(NotEntitled, match="webhook_handshake"):
            inbox.handshake("whatsapp", query | change)
    with pytest.raises(NotFound):
        inbox.handshake("smtp", query)


def test_the_book_looks_a_moment_and_says_what_it_knows(
    inbox: Inbox, fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipts, "LOOK_SECONDS", 0.0)
    run_id = sent(fresh_database)
    book = receipts.ReceiptBook(fresh_database)
    assert book.look_up(TENANT, f"{run_id}:w") is None
    tell(inbox, "delivered")
    found = book.look_up(TENANT, f"{run_id}:w")
    assert found is not None
    assert found.reference == "wamid.A"

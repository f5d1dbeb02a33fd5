"""A WhatsApp message happens once: a lost answer is settled by a status, else by a person."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from tests.lanes.test_inbox import RING
from tests.sandbox.conftest import APP_SECRET, WHATSAPP_TOKEN, Receiver, Sandbox, wait_for
from tests.trust.outbound.staging import AT, RUN, TENANT, Policy, staged

from dealix.connectors.secrets import Keyring, LocalSecrets
from dealix.connectors.whatsapp import CloudWhatsApp, correlation_for
from dealix.connectors.whatsapp.webhooks import HEADER, OBJECT
from dealix.errors import OutcomeUnknown, ProviderUnavailable
from dealix.i18n.words import WORDS
from dealix.lanes import receipts, run_book
from dealix.lanes.attaching import messages_of
from dealix.lanes.inbox import Inbox
from dealix.lanes.receipts import ReceiptBook
from dealix.lanes.schemas import StepCall, StepResult
from dealix.lanes.steps import StepFacts
from dealix.lanes.tenant_keys import TenantKeys
from dealix.records import effects
from dealix.records.case_book import open_case
from dealix.records.models import Case, Effect, Undo
from dealix.settings import Settings
from dealix.store.session import Database
from dealix.trust.outbound.effects import PATIENCE, Post, WhatsAppLetter
from dealix.trust.outbound.governance import Governance
from dealix.trust.outbound.governance.schemas import ALLOWED, Verdict
from dealix.trust.outbound.service import Outbound
from dealix.trust.outbound.undoing import undo_outside
from dealix.trust.privacy.vault import Vault

SECRETS = LocalSecrets(
    environment={
        "DEALIX_SECRET_WHATSAPP_TOKEN": WHATSAPP_TOKEN,
        "DEALIX_SECRET_WHATSAPP_APP_SECRET": APP_SECRET,
        "DEALIX_SECRET_PERSON_KEK": RING,
        "DEALIX_SECRET_BLIND_INDEX": "blind",
    }
)
VAULT = Vault(SECRETS)
SEND = StepFacts("send_note", "whatsapp", "message_id", "retract_note", False, "look_up")
RETRACT = StepFacts("retract_note", "whatsapp", "message_id", None, True, "look_up", is_undo=True)


class Open(Governance):
    """Lets every message pass: these tests are about what happens after that."""

    def __init__(self) -> None:
        pass

    def judge(self, session: Any, message: Any, at: Any) -> Verdict:
        return ALLOWED


@dataclass
class World:
    """A run, the sandbox's WhatsApp, and our inbox, which hears what the sandbox tells."""

    database: Database
    sandbox: Sandbox
    receiver: Receiver
    key: str = field(default_factory=lambda: f"{RUN}:send_{secrets.token_hex(6)}")
    heard: int = 0
    number: str = field(default_factory=lambda: f"+96650{secrets.randbelow(9_000_000) + 1_000_000}")

    def __post_init__(self) -> None:
        self.whatsapp = CloudWhatsApp.of(
            Settings(sandbox_url=f"http://{self.sandbox.http_address}"), SECRETS
        )
        keys = TenantKeys(Keyring("codec.keys", {"k1": b"k" * 32}))
        self.inbox = Inbox(self.database, keys, VAULT, SECRETS)
        self.outbound = Outbound(self.database, Policy(), Open())
        unused: Any = None
        self.post = Post(
            unused,
            unused,
            "a@b.example",
            lambda _rehearsal: self.whatsapp,
            ReceiptBook(self.database),
            VAULT.blind_index,
            unused,
        )
        with self.database.tenant(TENANT) as session:
            VAULT.add(session, "person_1", {"name": "نورة", "phone": self.number})

    def call(self, key: str, after: timedelta = timedelta(0), **data: str) -> StepCall:
        return StepCall(
            tenant_id=TENANT,
            run_id=RUN,
            rehearsal=False,
            seq=1,
            key=key,
            at=AT + after,
            reason="cancelled",
            data=data,
        )

    def letter(self, template: str = "dealix_partner_terms") -> WhatsAppLetter:
        text_ = "السلام عليكم"
        return WhatsAppLetter(template, ("نورة",), text_, self.number, "ar", "person_1", "sha256:h")

    def attempt(self, after: timedelta = timedelta(0), template: str = "dealix_x") -> StepResult:
        call = self.call(self.key, after)
        effect = self.post.whatsapp(call, self.letter(template), "whatsapp.send", "send_note")
        return self.outbound.perform(SEND, call, effect)

    def take_back(self, template: str = "dealix_withdrawn") -> StepResult:
        call = self.call(f"undo:{self.key}", undo_id=self.undo().id)
        letter = self.letter(template)
        effect = self.post.whatsapp(call, letter, "whatsapp.retract", "retract_note")
        return undo_outside(self.outbound, RETRACT, call, effect)

    def hear(self, at_least: int = 1) -> None:
        """Take in what the sandbox has told since, of this message at least so much."""
        own = correlation_for(self.key).encode()
        wait_for(lambda: sum(own in raw for _, _, raw, _ in self.receiver.received) >= at_least)
        for _, headers, raw, _ in self.receiver.received[self.heard :]:
            self.inbox.receive("whatsapp", headers, raw)
            self.heard += 1
        self.inbox.sweep()

    def held(self) -> list[dict[str, Any]]:
        answer = self.sandbox.client.get(
            "/_sandbox/effects", params={"key": correlation_for(self.key)}
        )
        return answer.json()

    def row(self, key: str | None = None) -> Effect:
        with self.database.tenant(TENANT) as session:
            found = effects.effect_of(session, key or self.key)
            assert found is not None
            return found

    def undo(self) -> Undo:
        with self.database.tenant(TENANT) as session:
            return session.execute(select(Undo)).scalar_one()

    def cases(self) -> list[Case]:
        with self.database.tenant(TENANT) as session:
            return list(session.execute(select(Case).order_by(Case.id)).scalars())

    def signals(self) -> list[str]:
        with self.database.tenant(TENANT) as session:
            return list(session.execute(text("SELECT reference FROM signals")).scalars())

    def attempt_until_asked(self) -> str:
        """Wait in vain for as long as a status is waited for; the case that then asks."""
        with pytest.raises(OutcomeUnknown):
            self.attempt(timedelta(seconds=1))
        result = self.attempt(PATIENCE)
        assert result.status == "in_doubt"
        return str(result.case_id)

    def lose_the_answer(self, fault: str = "timeout_after") -> None:
        self.sandbox.fault("whatsapp", fault, match=correlation_for(self.key))
        with pytest.raises(OutcomeUnknown):
            self.attempt()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sandbox, Receiver]]:
    receiver = Receiver()
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox") / "home", receiver.url)
    sandbox.start()
    yield sandbox, receiver
    sandbox.stop()
    sandbox.client.close()
    receiver.close()


@pytest.fixture
def world(
    running: tuple[Sandbox, Receiver],
    fresh_database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[World]:
    monkeypatch.setattr(receipts, "LOOK_SECONDS", 0.0)
    for _ in staged(fresh_database):
        made = World(fresh_database, *running)
        made.heard = len(made.receiver.received)
        yield made
        made.whatsapp.close()
        running[0].client.delete("/_sandbox/faults")


def test_a_message_is_sent_once_and_its_receipts_are_kept(world: World) -> None:
    first, again = world.attempt(), world.attempt()
    assert first == again
    [held] = world.held()
    assert world.row().reference == held["reference"]
    assert first.data == {"message_id": correlation_for(world.key), "wamid": held["reference"]}
    world.hear(2)
    assert world.row().status == "done"
    assert len(world.held()) == 1


@pytest.mark.parametrize("fault", ["error_500_after", "timeout_after"])
def test_a_lost_answer_is_settled_by_a_status_and_not_sent_again(world: World, fault: str) -> None:
    world.lose_the_answer(fault)
    assert (world.row().status, world.row().open_attempt) == ("started", True)
    world.hear()
    result = world.attempt(timedelta(seconds=1))
    [held] = world.held()
    assert result.status == "done"
    assert result.data["wamid"] == held["reference"]
    assert world.cases() == []


@pytest.mark.parametrize("fault", ["rate_limited", "token_expired"])
def test_what_was_not_taken_is_sent_once_when_it_can_be(world: World, fault: str) -> None:
    world.sandbox.fault("whatsapp", fault, count=2, match=correlation_for(world.key))
    for _ in range(2):
        with pytest.raises(ProviderUnavailable):
            world.attempt()
        assert (world.row().status, world.row().open_attempt) == ("started", False)
    assert world.attempt().status == "done"
    assert len(world.held()) == 1
    assert world.cases() == []


def test_statuses_of_one_webhook_are_all_kept_and_the_furthest_counts(world: World) -> None:
    world.sandbox.fault("whatsapp", "batched_statuses", match=correlation_for(world.key))
    world.attempt()
    world.hear()
    with world.database.tenant(TENANT) as session:
        kept = receipts.of_effect(session, world.key)
        stands = receipts.standing(kept)
    assert stands is not None
    assert (stands.status, len(kept) >= 2) == ("read", True)
    assert (world.row().status, len(world.held())) == ("done", 1)


def test_a_person_with_another_id_is_heard_under_it(world: World) -> None:
    world.sandbox.fault("whatsapp", "other_wa_id", match=correlation_for(world.key))
    assert world.attempt().status == "done"
    world.hear(2)
    body = {"channel": "whatsapp", "from": world.number, "text": "موافقون"}
    assert world.sandbox.client.post("/_sandbox/messages/reply", json=body).status_code == 201
    wait_for(lambda: [r for r in world.receiver.received[world.heard :] if b'"contacts"' in r[2]])
    world.hear()
    with world.database.tenant(TENANT) as session:
        [event] = messages_of(session, RUN)
        mail = world.inbox.read(session, event)
    assert mail is not None
    assert (mail.sender != world.number, mail.text) == (True, "موافقون")
    assert (world.row().status, len(world.held())) == ("done", 1)


def test_without_a_status_it_waits_and_never_calls(world: World) -> None:
    world.sandbox.fault("whatsapp", "webhook_lost", count=9, match=correlation_for(world.key))
    world.lose_the_answer()
    for seconds in (1, 30, 119):
        with pytest.raises(OutcomeUnknown) as caught:
            world.attempt(timedelta(seconds=seconds))
        assert caught.value.params["retry_after"] == 5
    assert world.cases() == []
    result = world.attempt(PATIENCE)
    assert result.status == "in_doubt"
    assert [case.id for case in world.cases()] == [result.case_id]
    assert world.attempt(timedelta(days=1)).case_id == result.case_id
    assert len(world.held()) == 1


def test_a_status_after_the_case_settles_it_and_lets_the_run_go_on(world: World) -> None:
    world.sandbox.fault("whatsapp", "webhook_lost", count=1, match=correlation_for(world.key))
    world.lose_the_answer()
    case_id = world.attempt_until_asked()
    world.hear()
    assert (world.cases()[0].status, world.cases()[0].resolution) == ("resolved", "happened")
    assert world.signals() == [case_id]
    assert world.attempt(PATIENCE).status == "done"
    assert len(world.held()) == 1


@pytest.mark.parametrize(
    ("fault", "word"),
    [("held_for_quality", "whatsapp_held_for_quality_assessment"), ("paused", "whatsapp_paused")],
)
def test_a_message_that_is_held_back_is_not_sent_yet_and_then_asked_about(
    world: World, fault: str, word: str
) -> None:
    world.sandbox.fault("whatsapp", fault, match=correlation_for(world.key))
    with pytest.raises(OutcomeUnknown) as caught:
        world.attempt()
    assert caught.value.params["reason"] == word
    assert (world.row().status, world.row().open_attempt) == ("started", True)
    case_id = world.attempt_until_asked()
    [case] = world.cases()
    assert (case.id, case.reason, WORDS[word] is not None) == (case_id, word, True)
    assert len(world.held()) == 1


def test_a_message_that_was_held_back_and_goes_out_after_all_is_done(world: World) -> None:
    world.sandbox.fault("whatsapp", "paused", match=correlation_for(world.key))
    with pytest.raises(OutcomeUnknown):
        world.attempt()
    case_id = world.attempt_until_asked()
    [held] = world.held()
    status = {"id": held["reference"], "status": "sent", "timestamp": "1803900000"}
    status["biz_opaque_callback_data"] = correlation_for(world.key)
    value = {"metadata": {"phone_number_id": "100000000000001"}, "statuses": [status]}
    body = {"object": OBJECT, "entry": [{"changes": [{"field": "messages", "value": value}]}]}
    raw = json.dumps(body).encode()
    signed = hmac.new(APP_SECRET.encode(), raw, hashlib.sha256).hexdigest()
    world.inbox.receive("whatsapp", {HEADER: f"sha256={signed}"}, raw)
    world.inbox.sweep()
    assert (world.cases()[0].status, world.signals()) == ("resolved", [case_id])
    assert world.attempt(PATIENCE).status == "done"
    assert (world.row().reference, len(world.held())) == (held["reference"], 1)


def test_a_message_that_never_left_is_asked_about_too(world: World) -> None:
    world.sandbox.fault("whatsapp", "timeout_before", match=correlation_for(world.key))
    with pytest.raises(OutcomeUnknown):
        world.attempt()
    assert world.attempt_until_asked()
    assert world.held() == []


def test_free_text_outside_the_window_fails_after_it_was_taken(world: World) -> None:
    assert world.attempt(template="").status == "done"
    world.hear()
    assert (world.row().status, world.row().reason) == ("failed", "whatsapp_131047")
    assert world.take_back().status == "not_needed"
    assert len(world.held()) == 1


def test_a_refusal_is_final(world: World) -> None:
    result = world.attempt(template="unknown_template")
    assert (result.status, result.reason) == ("failed", "HTTP 404 132001")
    assert world.held() == []


def test_what_was_sent_is_taken_back_by_a_message_that_names_it(world: World) -> None:
    world.attempt()
    assert world.take_back().status == "done"
    assert (world.row().status, world.undo().status) == ("undone", "done")
    [first] = world.held()
    assert first["undone"] == world.row(f"undo:{world.key}").reference


def test_a_message_that_may_have_left_is_not_taken_back_blindly(world: World) -> None:
    world.sandbox.fault("whatsapp", "webhook_late", seconds=1, match=correlation_for(world.key))
    world.lose_the_answer()
    result = world.take_back()
    assert result.status == "in_doubt"
    world.hear()
    assert world.signals() == [result.case_id]
    assert world.take_back().status == "done"
    assert world.held()[0]["undone"]


def test_a_lost_answer_of_a_retraction_is_settled_by_its_status(world: World) -> None:
    world.attempt()
    own = correlation_for(f"undo:{world.key}")
    world.sandbox.fault("whatsapp", "timeout_after", match=own)
    with pytest.raises(OutcomeUnknown):
        world.take_back()
    wait_for(lambda: [r for r in world.receiver.received if own.encode() in r[2]])
    world.hear()
    assert world.take_back().status in {"done", "not_needed"}
    assert (world.row().status, world.undo().status) == ("undone", "done")
    with world.database.tenant(TENANT) as session:
        run = run_book.get(session, RUN)
        assert run_book.end_status(session, run, "rejected", good=False) == "compensated"


def test_a_retraction_that_was_given_up_is_settled_by_its_status(world: World) -> None:
    world.attempt()
    own = correlation_for(f"undo:{world.key}")
    world.sandbox.fault("whatsapp", "timeout_after", match=own)
    with pytest.raises(OutcomeUnknown):
        world.take_back()
    with world.database.tenant(TENANT) as session:
        case_id = open_case(
            session, run_id=RUN, kind="undo_failed", subject=world.key, step="s", reason="r", at=AT
        )
    wait_for(lambda: [r for r in world.receiver.received if own.encode() in r[2]])
    world.hear()
    assert world.signals() == [case_id]
    assert world.cases()[0].status == "resolved"
    assert world.take_back().status in {"done", "not_needed"}


def test_a_retraction_that_did_not_arrive_is_a_persons_task(world: World) -> None:
    world.attempt()
    assert world.take_back(template="").status == "done"
    own = correlation_for(f"undo:{world.key}")
    wait_for(lambda: [r for r in world.receiver.received if own.encode() in r[2]])
    world.hear()
    assert (world.row().status, world.undo().status) == ("done", "failed")
    assert [(case.kind, case.subject) for case in world.cases()] == [("undo_failed", world.key)]


def test_an_answer_reaches_the_run_as_a_message(world: World) -> None:
    world.attempt()
    body = {"channel": "whatsapp", "from": world.number, "text": "موافقون"}
    assert world.sandbox.client.post("/_sandbox/messages/reply", json=body).status_code == 201
    wait_for(lambda: [r for r in world.receiver.received if b'"contacts"' in r[2]])
    world.hear()
    with world.database.tenant(TENANT) as session:
        [event] = messages_of(session, RUN)
        mail = world.inbox.read(session, event)
    assert mail is not None
    assert (mail.sender, mail.text) == (world.number, "موافقون")

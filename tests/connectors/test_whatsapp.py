"""A WhatsApp message leaves in the official form, and what became of it is told for what it is."""

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import ValidationError
from tests.connectors.conftest import Peer, Script
from tests.connectors.test_email import DATE
from tests.official import needs_both, whatsapp
from tests.sandbox.conftest import WHATSAPP_TOKEN, Sandbox, free_port

from dealix import clock
from dealix.connectors import phones
from dealix.connectors.rehearsal import rehearsing
from dealix.connectors.secrets import LocalSecrets
from dealix.connectors.whatsapp import (
    CloudWhatsApp,
    TemplateMessage,
    correlation_for,
    template_message,
    text_message,
)
from dealix.errors import (
    InvalidInput,
    InvariantBroken,
    NotConfigured,
    OutcomeUnknown,
    ProviderRefused,
    ProviderUnavailable,
)
from dealix.settings import Settings

NUMBER = "+966501234567"
opened: list[CloudWhatsApp] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Every client that a test opens is closed at its end."""
    yield
    while opened:
        opened.pop().close()


def at(url: str, token: str = WHATSAPP_TOKEN, **more: Any) -> CloudWhatsApp:
    secrets = LocalSecrets(environment={"DEALIX_SECRET_WHATSAPP_TOKEN": token})
    opened.append(CloudWhatsApp.of(Settings(sandbox_url=url, **more), secrets))
    return opened[-1]


def inside(sandbox: Sandbox, **more: Any) -> CloudWhatsApp:
    return at(f"http://{sandbox.http_address}", **more)


def terms(sandbox: Sandbox, key: str = "key-1", to: str = NUMBER) -> TemplateMessage:
    values = ("نورة", "TS-1", "https://dealix.example/t/1")
    return template_message(
        to, "dealix_partner_terms", "ar", values, correlation_for(f"{sandbox.scope}:{key}")
    )


def held(sandbox: Sandbox) -> list[dict[str, Any]]:
    return sandbox.rows("effects", provider="whatsapp")


def test_a_template_leaves_with_our_correlation_id_and_virtual_time(sandbox: Sandbox) -> None:
    with rehearsing(sandbox.scope), clock.at(DATE):
        sent = inside(sandbox).send(terms(sandbox))
    [effect] = held(sandbox)
    assert sent.reference == effect["reference"]
    assert sent.reference.startswith("wamid.")
    assert sent.number == NUMBER
    assert effect["idempotency_key"] == terms(sandbox).biz_opaque_callback_data
    assert effect["at"].startswith("2027-03-01T09:30:00")
    assert "نورة" in effect["body"]["text"]


def test_the_provider_does_not_dedup_so_twice_is_doubled(sandbox: Sandbox) -> None:
    with rehearsing(sandbox.scope):
        for _ in range(2):
            inside(sandbox).send(terms(sandbox))
    first, second = held(sandbox)
    assert first["idempotency_key"] == second["idempotency_key"]
    assert first["reference"] != second["reference"]


def test_a_later_message_names_what_it_takes_back_to_the_sandbox_alone(
    sandbox: Sandbox, peer: Callable[[Script], Peer]
) -> None:
    first = terms(sandbox)
    with rehearsing(sandbox.scope):
        inside(sandbox).send(first)
        inside(sandbox).send(terms(sandbox, "undo:key-1"), [first.biz_opaque_callback_data])
    one, other = held(sandbox)
    assert one["undone"] == other["reference"]
    assert other["undone"] is None
    real = peer(answering(b'{"messages": [{"id": "wamid.A"}]}'))
    with_url = at("http://127.0.0.1:1", whatsapp_url=f"http://{real.address}")
    with_url.send(first, "wa.other")
    assert b"x-sandbox" not in bytes(real.received).lower()


@pytest.mark.parametrize(
    "fault", ["error_500", "error_500_after", "timeout_after", "timeout_before"]
)
def test_silence_is_an_unknown_outcome_and_is_never_sent_again(
    sandbox: Sandbox, fault: str
) -> None:
    sandbox.fault("whatsapp", fault, scope=sandbox.scope)
    with rehearsing(sandbox.scope), pytest.raises(OutcomeUnknown):
        inside(sandbox).send(terms(sandbox))
    assert len(held(sandbox)) == fault.endswith("_after")


def test_a_token_that_has_ended_sent_nothing_and_gives_nothing_up(sandbox: Sandbox) -> None:
    with pytest.raises(ProviderUnavailable, match="HTTP 401 190") as caught:
        inside(sandbox, token="wrong").send(terms(sandbox))
    assert "maybe_done" not in caught.value.params
    sandbox.fault("whatsapp", "token_expired", scope=sandbox.scope)
    with rehearsing(sandbox.scope):
        with pytest.raises(ProviderUnavailable, match="HTTP 401 190"):
            inside(sandbox).send(terms(sandbox))
        inside(sandbox).send(terms(sandbox))
    assert len(held(sandbox)) == 1


def test_too_many_messages_did_nothing(sandbox: Sandbox) -> None:
    sandbox.fault("whatsapp", "rate_limited", scope=sandbox.scope)
    with rehearsing(sandbox.scope), pytest.raises(ProviderUnavailable, match="130429") as caught:
        inside(sandbox).send(terms(sandbox))
    assert "maybe_done" not in caught.value.params
    assert held(sandbox) == []


def test_a_refusal_tells_its_code_and_nobodys_number(sandbox: Sandbox) -> None:
    unknown = template_message(NUMBER, "no_such_template", "en", (), "wa.x")
    with rehearsing(sandbox.scope), pytest.raises(ProviderRefused, match="HTTP 404 132001") as no:
        inside(sandbox).send(unknown)
    assert NUMBER[1:] not in str(no.value)
    with pytest.raises(ProviderRefused, match="HTTP 400 100"):
        inside(sandbox, whatsapp_phone_number_id="999999").send(terms(sandbox))


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, 131056, ProviderUnavailable),
        (400, 80007, ProviderUnavailable),
        (400, 131026, ProviderRefused),
        (400, 131016, OutcomeUnknown),
        (500, 131000, OutcomeUnknown),
        (503, 131009, OutcomeUnknown),
    ],
)
def test_metas_codes_decide_what_became_of_a_message(
    peer: Callable[[Script], Peer], status: int, code: int, kind: type[Exception]
) -> None:
    body = b'{"error": {"message": "to 966501234567", "code": %d}}' % code
    server = peer(answering(body, status))
    with pytest.raises(kind) as caught:
        at(f"http://{server.address}").send(text_message(NUMBER, "hello", "wa.x"))
    assert "966501234567" not in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"messages": []}', b'{"messages": [1]}'])
def test_an_answer_without_a_message_leaves_its_outcome_open(
    peer: Callable[[Script], Peer], body: bytes
) -> None:
    server = peer(answering(body))
    with pytest.raises(OutcomeUnknown):
        at(f"http://{server.address}").send(text_message(NUMBER, "hello", "wa.x"))


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        (b'"accepted"', "accepted"),
        (b'"held_for_quality_assessment"', "held_for_quality_assessment"),
        (b'"paused"', "paused"),
        (b'"to 966501234567"', "unknown"),
        (b"null", "accepted"),
    ],
)
def test_how_a_message_was_taken_is_kept(
    peer: Callable[[Script], Peer], status: bytes, standing: str
) -> None:
    body = b'{"messages": [{"id": "wamid.A", "message_status": %s}]}' % status
    sent = at(f"http://{peer(answering(body)).address}").send(text_message(NUMBER, "hi", "wa.x"))
    assert (sent.standing, sent.is_held) == (standing, standing != "accepted")


def test_nobody_listens_so_nothing_happened() -> None:
    with pytest.raises(ProviderUnavailable):
        at(f"http://127.0.0.1:{free_port()}").send(text_message(NUMBER, "hello", "wa.x"))


def test_a_rehearsal_reaches_no_real_number() -> None:
    real = at("http://127.0.0.1:1", whatsapp_url="https://graph.facebook.example")
    with rehearsing("run_1"), pytest.raises(InvariantBroken, match="whatsapp"):
        real.send(text_message(NUMBER, "hello", "wa.x"))


def test_the_version_is_pinned_by_a_setting(sandbox: Sandbox) -> None:
    with rehearsing(sandbox.scope):
        inside(sandbox, whatsapp_version="v26.0").send(terms(sandbox))
    [request] = sandbox.rows("requests", provider="whatsapp")
    assert request["path"] == "/v26.0/100000000000001/messages"


def test_without_an_address_or_token_it_says_so() -> None:
    with pytest.raises(NotConfigured, match="DEALIX_WHATSAPP_URL"):
        CloudWhatsApp.of(Settings(), LocalSecrets(environment={}))
    with pytest.raises(NotConfigured, match=r"whatsapp\.token"):
        CloudWhatsApp.of(Settings(sandbox_url="http://127.0.0.1:1"), LocalSecrets(environment={}))


def test_probe_asks_whether_the_number_is_the_accounts(sandbox: Sandbox) -> None:
    assert inside(sandbox).probe().ok
    assert not inside(sandbox, whatsapp_phone_number_id="999999").probe().ok
    assert "190" in inside(sandbox, token="wrong").probe().detail


@pytest.mark.parametrize("field", ["to", "biz_opaque_callback_data"])
def test_a_recipient_and_a_correlation_have_their_form(sandbox: Sandbox, field: str) -> None:
    good = terms(sandbox).model_dump()
    with pytest.raises((ValidationError, InvalidInput)) as caught:
        TemplateMessage(**good | {field: "012 نص"})
    assert "012" not in str(caught.value)


@needs_both
@pytest.mark.parametrize("message", [text_message, template_message], ids=["text", "template"])
def test_what_leaves_is_what_the_official_description_asks_for(message: Any) -> None:
    made = (
        text_message(NUMBER, "مرحبا", "wa.1")
        if message is text_message
        else template_message(NUMBER, "dealix_partner_terms", "ar", ("نورة", "TS-1"), "wa.1")
    )
    left = made.model_dump(mode="json", by_alias=True, exclude_none=True)
    validator = whatsapp("TextMessage" if message is text_message else "TemplateMessage")
    assert [error.message for error in validator.iter_errors(left)] == []
    for broken in (left | {"recipient_type": "everybody"}, {**left, "to": 5}):
        assert list(validator.iter_errors(broken)) != []


def answering(body: bytes, status: int = 200) -> Script:
    """Reads one request, answers it, and says nothing more."""

    def script(connection: socket.socket) -> None:
        received = bytearray()
        while b"\r\n\r\n" not in received or not received.endswith(b"}"):
            received += connection.recv(65_536)
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nConnection: close\r\n"
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        script.peer.received += received  # type: ignore[attr-defined]

    return script


@pytest.fixture
def peer(peer: Callable[[Script], Peer]) -> Callable[[Script], Peer]:
    """The server of one connection, which keeps what it was sent."""

    def start(script: Script) -> Peer:
        script.peer = made = peer(script)  # type: ignore[attr-defined]
        return made

    return start


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("+966 50 123 4567", None),
        ("00966501234567", "AE"),
        ("966501234567", "SA"),
        ("0501234567", "SA"),
        ("(050) 123-4567", "SA"),
        ("٠٥٠١٢٣٤٥٦٧", "SA"),
        ("+٩٦٦٥٠١٢٣٤٥٦٧", None),
        ("\u202a+966 50 123 4567\u202c", None),
    ],
)
def test_a_number_in_any_form_becomes_one(text: str, country: str | None) -> None:
    assert phones.e164(text, country) == NUMBER


@pytest.mark.parametrize(
    "text", ["", "12", "call me", "0501234567", "+966 50 123", "9" * 70, "+966501234567 ext. 5"]
)
def test_what_is_no_number_is_refused_by_one_code_and_not_repeated(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        phones.e164(text)
    assert caught.value.code == "malformed_phone"
    assert not text or text not in str(caught.value).replace("+966 50 123 4567", "")

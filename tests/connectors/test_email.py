"""A mail is handed over once, says what became of it, and carries no header but ours."""

import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from pydantic import ValidationError
from tests.connectors.conftest import Peer, Script
from tests.sandbox.conftest import Sandbox, free_port

from dealix import clock
from dealix.connectors.email import Attachment, Mail, SmtpMailer, message_id_for
from dealix.connectors.email.message import as_bytes
from dealix.connectors.email.smtp import Server, dotted
from dealix.connectors.metadata import Timeouts
from dealix.connectors.rehearsal import rehearsing
from dealix.errors import (
    InvariantBroken,
    NotConfigured,
    OutcomeUnknown,
    ProviderRefused,
    ProviderUnavailable,
)
from dealix.settings import Settings

DATE = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)
SHORT = Timeouts(connect=timedelta(seconds=2), answer=timedelta(seconds=1))
StartPeer = Callable[[Script], Peer]


def mail(**more: Any) -> Mail:
    facts: dict[str, Any] = {
        "message_id": message_id_for("run_1/send_terms", "partners@dealix.example"),
        "date": DATE,
        "sender": "partners@dealix.example",
        "sender_name": "ديليكس",
        "to": "sami@partner.example",
        "to_name": "سامي العتيبي",
        "subject": "شروط الشراكة — Terms",
        "body": "السلام عليكم\n.\nهذه شروطنا.\n",
        "language": "ar",
    }
    return Mail(**facts | more)


def inside(sandbox: Sandbox) -> SmtpMailer:
    return SmtpMailer.of(Settings(sandbox_smtp=f"127.0.0.1:{sandbox.smtp_port}"))


def at(address: str) -> SmtpMailer:
    return SmtpMailer(Server.parse(f"smtp://{address}"), SHORT)


def held(sandbox: Sandbox) -> list[dict[str, Any]]:
    return sandbox.rows("effects", provider="smtp")


def test_arabic_arrives_with_our_message_id_and_virtual_date(sandbox: Sandbox) -> None:
    with rehearsing(sandbox.scope), clock.at(DATE):
        receipt = inside(sandbox).send(mail())
    [effect] = held(sandbox)
    body = effect["body"]
    assert effect["idempotency_key"] == receipt.message_id == mail().message_id
    assert effect["reference"] in receipt.reference
    assert body["subject"] == mail().subject
    assert body["text"].replace("\r\n", "\n") == mail().body
    assert "سامي العتيبي" in body["headers"]["To"]
    assert "ديليكس" in body["from"]
    assert body["date"] == "Mon, 01 Mar 2027 09:30:00 +0000"
    assert datetime.fromisoformat(effect["at"]) == DATE


def test_files_arrive_as_they_were_and_a_retry_is_the_same_mail(sandbox: Sandbox) -> None:
    files = (
        Attachment(
            name="TS-1-v1.pdf", media_type="application/pdf", content=b"%PDF-1.7\r\n.\n\x00"
        ),
        Attachment(name="شروط.docx", media_type="application/zip", content=b"PK\x03\x04\n..\n"),
    )
    sent = mail(message_id="<files@dealix.example>", attachments=files)
    assert as_bytes(sent, {}) == as_bytes(sent, {})
    with rehearsing(sandbox.scope), clock.at(DATE):
        inside(sandbox).send(sent)
    [effect] = held(sandbox)
    assert effect["body"]["text"].replace("\r\n", "\n") == sent.body
    assert [one["name"] for one in effect["body"]["attachments"]] == [one.name for one in files]
    for number, one in enumerate(files, start=1):
        path = f"/_sandbox/messages/{effect['id']}/attachments/{number}"
        answer = sandbox.client.get(path)
        assert (answer.content, answer.headers["content-type"]) == (one.content, one.media_type)
    for path in (
        f"{effect['id']}/attachments/3",
        f"{effect['id']}/attachments/0",
        "0/attachments/1",
    ):
        assert sandbox.client.get(f"/_sandbox/messages/{path}").status_code == 404


@pytest.mark.parametrize("media_type", ["text", "a/b\r\nBcc: x", "../x"])
def test_a_file_cannot_bring_a_header(media_type: str) -> None:
    with pytest.raises(ValidationError):
        Attachment(name="a", media_type=media_type, content=b"")
    with pytest.raises(ValidationError):
        Attachment(name="a\r\nBcc: x", media_type="a/b", content=b"")


def test_a_real_run_carries_no_mark_of_the_sandbox(sandbox: Sandbox) -> None:
    inside(sandbox).send(mail(message_id="<plain@dealix.example>"))
    query = {"key": "<plain@dealix.example>"}
    [effect] = sandbox.client.get("/_sandbox/effects", params=query).json()
    assert effect["scope"] is None
    assert not [name for name in effect["body"]["headers"] if name.startswith("X-")]


def test_a_retraction_takes_its_mail_back(sandbox: Sandbox) -> None:
    with rehearsing(sandbox.scope):
        inside(sandbox).send(mail())
        retraction = mail(message_id="<undo@dealix.example>", undoes=(mail().message_id,))
        inside(sandbox).send(retraction)
    first, second = held(sandbox)
    assert first["undone"] == second["reference"]


def test_a_rehearsal_reaches_no_other_server() -> None:
    with rehearsing("run_1"), pytest.raises(InvariantBroken, match="rehearsal_outside"):
        at("127.0.0.1:1").send(mail())


@pytest.mark.parametrize("fault", ["error_500", "rate_limited"])
def test_a_temporary_no_may_be_tried_again(sandbox: Sandbox, fault: str) -> None:
    sandbox.fault("smtp", fault, scope=sandbox.scope)
    with rehearsing(sandbox.scope):
        with pytest.raises(ProviderUnavailable, match=r"SMTP 45\d 4\.\d\.\d"):
            inside(sandbox).send(mail())
        assert held(sandbox) == []
        inside(sandbox).send(mail())
    assert len(held(sandbox)) == 1


def test_cut_before_the_mail_nothing_happened(sandbox: Sandbox) -> None:
    sandbox.fault("smtp", "timeout_before", match="sami@partner.example")
    with rehearsing(sandbox.scope), pytest.raises(ProviderUnavailable, match="no connection"):
        inside(sandbox).send(mail())
    assert held(sandbox) == []


@pytest.mark.parametrize("fault", ["error_500_after", "timeout_after"])
def test_answer_lost_after_the_mail_nobody_knows(sandbox: Sandbox, fault: str) -> None:
    sandbox.fault("smtp", fault, scope=sandbox.scope)
    with rehearsing(sandbox.scope), pytest.raises(OutcomeUnknown) as caught:
        inside(sandbox).send(mail())
    assert caught.value.retry is False
    assert len(held(sandbox)) == 1


def test_nobody_listens() -> None:
    with pytest.raises(ProviderUnavailable):
        at(f"127.0.0.1:{free_port()}").send(mail())


def talk(replies: dict[bytes, bytes], *, silent_at: bytes = b"-") -> Script:
    """An SMTP server that answers by the first word of each line; at `silent_at` it stays still."""

    def script(connection: socket.socket) -> None:
        connection.sendall(b"220 peer\r\n")
        in_data = False
        with connection.makefile("rb") as lines:
            for line in lines:
                word = b"." if in_data and line == b".\r\n" else (line.split() or [b""])[0].upper()
                if in_data and word != b".":
                    continue
                if word == silent_at:
                    lines.read()
                    return
                answer = replies.get(word, b"354 go" if word == b"DATA" else b"250 ok")
                in_data = word == b"DATA" and answer.startswith(b"354")
                connection.sendall(answer + b"\r\n")
                if word == b"QUIT":
                    return

    return script


@pytest.mark.parametrize(
    ("word", "reply", "error"),
    [
        (b"MAIL", b"451 4.3.2 later", ProviderUnavailable),
        (b"RCPT", b"450 4.2.1 busy", ProviderUnavailable),
        (b"RCPT", b"550 5.1.1 <sami@partner.example> unknown", ProviderRefused),
        (b"DATA", b"421 closing", ProviderUnavailable),
        (b"DATA", b"554 no", ProviderRefused),
        (b".", b"452 4.3.1 full", ProviderUnavailable),
        (b".", b"554 5.7.1 spam from sami@partner.example", ProviderRefused),
        (b"EHLO", b"421 too busy", ProviderUnavailable),
    ],
)
def test_each_answer_has_its_meaning(
    peer: StartPeer, word: bytes, reply: bytes, error: type[Exception]
) -> None:
    replies = {word: reply} | ({b"HELO": reply} if word == b"EHLO" else {})
    with pytest.raises(error) as caught:
        at(peer(talk(replies)).address).send(mail())
    assert "sami" not in str(caught.value)
    assert f"SMTP {reply[:3].decode()}" in str(caught.value)


def test_silence_after_the_dot_is_unknown_and_before_it_is_not(peer: StartPeer) -> None:
    with pytest.raises(OutcomeUnknown):
        at(peer(talk({}, silent_at=b".")).address).send(mail())
    with pytest.raises(ProviderUnavailable):
        at(peer(talk({}, silent_at=b"DATA")).address).send(mail())


def test_a_failing_goodbye_does_not_undo_the_receipt(peer: StartPeer) -> None:
    server = talk({b".": b"250 queued for sami@partner.example"}, silent_at=b"QUIT")
    receipt = at(peer(server).address).send(mail())
    assert receipt.reference == "queued for …"


def test_outside_the_loopback_tls_is_not_optional(peer: StartPeer) -> None:
    server = Server.parse(f"smtp://u:p@{peer(talk({})).address}")
    assert server.tls == "none"
    strict = Server("127.0.0.1", server.port, tls="start")
    with pytest.raises(NotConfigured, match="smtp_without_tls"):
        SmtpMailer(strict, SHORT).send(mail())


@pytest.mark.parametrize(
    ("url", "port", "tls"),
    [
        ("smtp://mail.example", 587, "start"),
        ("smtps://mail.example", 465, "begin"),
        ("smtp://mail.example:25?tls=none", 25, "none"),
    ],
)
def test_addresses_of_servers(url: str, port: int, tls: str) -> None:
    server = Server.parse(url)
    assert (server.port, server.tls) == (port, tls)


def test_a_password_is_never_shown() -> None:
    server = Server.parse("smtp://user:p%40ss@mail.example")
    assert (server.user, server.password) == ("user", "p@ss")
    assert "p@ss" not in f"{server!r} {SmtpMailer(server)!r}"


@pytest.mark.parametrize("url", ["http://mail.example", "mail.example:25", "smtp://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(NotConfigured):
        Server.parse(url)


@pytest.mark.parametrize(
    "field", ["message_id", "sender", "sender_name", "to", "to_name", "subject", "in_reply_to"]
)
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\x00"])
def test_no_header_can_be_slipped_in(field: str, end: str) -> None:
    good = mail(in_reply_to="<a@b.example>").model_dump()
    with pytest.raises(ValidationError) as caught:
        Mail(**good | {field: f"{good[field]}{end}Bcc: thief@elsewhere.example"})
    assert "thief" not in str(caught.value)


def test_the_message_id_is_stable_and_tells_nothing() -> None:
    one = message_id_for("rawabi-sa/run_1/send_terms", "a@dealix.example")
    assert one == message_id_for("rawabi-sa/run_1/send_terms", "b@dealix.example")
    assert one != message_id_for("rawabi-sa/run_2/send_terms", "a@dealix.example")
    assert one.endswith("@dealix.example>")
    assert "rawabi" not in one


def test_leading_dots_are_doubled_and_the_last_line_ends() -> None:
    assert dotted(b"a\r\n.b\r\n..c\r\nd.") == b"a\r\n..b\r\n...c\r\nd.\r\n"


def test_the_wire_is_seven_bit_and_reads_back() -> None:
    wire = as_bytes(mail(), {})
    wire.decode("ascii")
    assert message_from_bytes(wire, policy=policy.default)["Subject"] == mail().subject


def test_probe(sandbox: Sandbox) -> None:
    assert inside(sandbox).probe().ok
    dead = at(f"127.0.0.1:{free_port()}").probe()
    assert (dead.ok, "smtp" in dead.detail) == (False, True)

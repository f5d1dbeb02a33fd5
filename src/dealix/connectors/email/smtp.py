"""Hands mail to an SMTP server and says exactly what became of it (RFC 5321).

The server owns a mail from its answer to the final dot on. Before the dot is sent nothing can
have happened; after it, without an answer, nobody knows, because a server need not notice that
it has seen a Message-ID before.
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar, Protocol, Self
from urllib.parse import parse_qs, unquote, urlsplit

from dealix.connectors import outcomes, rehearsal
from dealix.connectors.data_class import DataClass
from dealix.connectors.email.message import Attachment, Mail, Receipt, as_bytes
from dealix.connectors.metadata import (
    ConnectorMetadata,
    Health,
    Idempotency,
    Retries,
    Timeouts,
)
from dealix.errors import NotConfigured, ProviderError
from dealix.settings import Settings

PROVIDER = "smtp"
SEND = "send"
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
OK, DATA_GO_ON, CLOSING = 250, 354, 421
TEMPORARY = range(400, 500)
REFERENCE_LENGTH = 200


class Mailer(Protocol):
    """Whoever takes a mail from us."""

    metadata: ClassVar[ConnectorMetadata]

    def send(self, mail: Mail) -> Receipt:
        """Hand over one mail. Raises `ProviderRefused`, `ProviderUnavailable`, `OutcomeUnknown`."""
        ...

    def probe(self) -> Health:
        """Whether the server greets us and accepts our credentials."""
        ...


@dataclass(frozen=True)
class Server:
    """Where and how: `smtp://` starts TLS unless on loopback, `smtps://` begins with it."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: str = "start"
    sandbox: bool = False

    @classmethod
    def parse(cls, url: str, *, sandbox: bool = False) -> Self:
        """The server of `smtp[s]://[user:password@]host:port[?tls=none]`."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise NotConfigured("setting_missing", setting="DEALIX_SMTP_URL")
        wish = parse_qs(parts.query).get("tls", [""])[0]
        plain = wish == "none" or parts.hostname in LOOPBACK
        tls = "begin" if parts.scheme == "smtps" else "none" if plain else "start"
        port = parts.port or (465 if tls == "begin" else 587)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(parts.hostname, port, user, password, tls, sandbox)


class SmtpMailer:
    """`Mailer` over smtplib; each mail has a connection of its own, so threads may share it."""

    metadata: ClassVar = ConnectorMetadata(
        key="email",
        name="Email (SMTP)",
        name_ar="البريد الإلكتروني",
        api_version="RFC 5321",
        timeouts=Timeouts(connect=timedelta(seconds=5), answer=timedelta(seconds=30)),
        retries=Retries(timedelta(seconds=1), 2.0, timedelta(minutes=10)),
        idempotency=Idempotency(
            "message_id",
            "ask",
            "A server need not dedup by Message-ID and cannot be asked for one.",
        ),
        policy_class="B",
        data_class=DataClass.RESTRICTED,
        actions=("email.send", "email.retract"),
        audit_events=("effect.done", "effect.failed", "effect.in_doubt"),
        sends=(Mail, Attachment),
    )

    def __init__(self, server: Server, timeouts: Timeouts | None = None) -> None:
        self._server = server
        self._timeouts = timeouts or self.metadata.timeouts

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The mailer of this installation: `smtp_url`, else the sandbox."""
        if settings.smtp_url:
            inside = urlsplit(settings.smtp_url).netloc.rpartition("@")[2]
            return cls(Server.parse(settings.smtp_url, sandbox=inside == settings.sandbox_smtp))
        if settings.sandbox_smtp:
            return cls(Server.parse(f"smtp://{settings.sandbox_smtp}?tls=none", sandbox=True))
        raise NotConfigured("setting_missing", setting="DEALIX_SMTP_URL")

    def __repr__(self) -> str:
        return f"SmtpMailer({self._server.host}:{self._server.port})"

    def send(self, mail: Mail) -> Receipt:
        """See `Mailer.send`."""
        marks = rehearsal.headers_for(PROVIDER, sandbox=self._server.sandbox)
        content = as_bytes(mail, marks)
        with outcomes.measured(PROVIDER, SEND), self._connected() as smtp:
            with _before_the_dot():
                _expect(smtp.mail(mail.sender))
                _expect(smtp.rcpt(mail.to))
                _expect(smtp.docmd("DATA"), DATA_GO_ON)
                smtp.send(dotted(content))
            text = _after_the_dot(smtp)
        return Receipt(mail.message_id, text.replace(mail.to, "…")[:REFERENCE_LENGTH], mail.date)

    def probe(self) -> Health:
        """See `Mailer.probe`."""

        def check() -> str:
            with self._connected() as smtp, _before_the_dot():
                _expect(smtp.noop())
            return "answers"

        return outcomes.probed(check)

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        with _before_the_dot():
            smtp = self._open()
        try:
            with _before_the_dot():
                self._greet(smtp)
            yield smtp
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()
        finally:
            smtp.close()

    def _open(self) -> smtplib.SMTP:
        at, wait = self._server, self._timeouts.connect.total_seconds()
        if at.tls == "begin":
            secure = ssl.create_default_context()
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(at.host, at.port, timeout=wait, context=secure)
        else:
            smtp = smtplib.SMTP(at.host, at.port, timeout=wait)
        if smtp.sock is not None:
            smtp.sock.settimeout(self._timeouts.answer.total_seconds())
        return smtp

    def _greet(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if self._server.tls == "start":
            if not smtp.has_extn("starttls"):
                raise NotConfigured("smtp_without_tls", host=self._server.host)
            _expect(smtp.starttls(context=ssl.create_default_context()), 220)
            smtp.ehlo()
        if self._server.user:
            smtp.login(self._server.user, self._server.password)


def dotted(content: bytes) -> bytes:
    """The mail as DATA wants it: a leading dot doubled, the last line ended (RFC 5321 4.5.2)."""
    ended = content if content.endswith(b"\r\n") else content + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", ended)


@contextmanager
def _before_the_dot() -> Iterator[None]:
    """Nothing has been handed over yet: whatever breaks here, the mail was not taken."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        raise _judged(error.smtp_code, error.smtp_error) from None
    except (smtplib.SMTPServerDisconnected, socket.gaierror, TimeoutError, ConnectionError):
        raise outcomes.unavailable(PROVIDER, "no connection") from None
    except smtplib.SMTPException as error:
        raise outcomes.refused(PROVIDER, type(error).__name__) from None
    except OSError as error:
        raise outcomes.unavailable(PROVIDER, type(error).__name__) from None


def _after_the_dot(smtp: smtplib.SMTP) -> str:
    """Send the final dot and read the answer: without one, nobody knows."""
    try:
        smtp.send(b".\r\n")
        code, text = smtp.getreply()
    except (OSError, smtplib.SMTPException) as error:
        reason = type(error).__name__
        raise outcomes.unknown(PROVIDER, SEND, reason, dedups=False) from None
    if code == CLOSING:  # it may have queued the mail before it went away
        raise outcomes.unknown(PROVIDER, SEND, f"SMTP {code}", dedups=False)
    if code != OK:
        raise _judged(code, text)
    return text.decode("utf-8", "replace")


def _expect(reply: tuple[int, bytes], code: int = OK) -> None:
    if reply[0] != code and not (code == OK and reply[0] in {251, 252}):
        raise _judged(*reply)


def _judged(code: int, text: bytes | str) -> ProviderError:
    """4xx: later; anything else: no. Only codes are told, since the text may name the person."""
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    found = ENHANCED.search(said)
    reason = f"SMTP {code} {found.group() if found else ''}".strip()
    if code in TEMPORARY or code == -1:
        return outcomes.unavailable(PROVIDER, reason)
    return outcomes.refused(PROVIDER, reason)

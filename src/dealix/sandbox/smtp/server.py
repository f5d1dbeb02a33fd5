"""The SMTP server: each accepted message is one effect, twice sent is twice there."""

import asyncio
import hashlib
import logging
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from dealix.sandbox import faults
from dealix.sandbox.door import SCOPE_HEADER, TIME_HEADER, as_text
from dealix.sandbox.rows import Effect, Fault, Request
from dealix.sandbox.smtp import parsing
from dealix.sandbox.world import World, stamp

MAX_MESSAGE = 10_000_000
UNDOES_HEADER = "X-Dealix-Undoes"
KIND_HEADER = "X-Dealix-Kind"
RETRACTION = "retraction"
_AT_DATA = frozenset({"timeout_before"})
_AFTER_DATA = faults.REQUEST_FAULTS - _AT_DATA


class Mailroom:
    """aiosmtpd's handler: takes a message, writes it down, says what the fault wants said."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Accept or refuse a whole message, after its final dot."""
        content = envelope.content
        data = content if isinstance(content, bytes) else (content or "").encode()
        mail = parsing.parse(data)
        try:
            at, received = stamp(parsing.header(mail, TIME_HEADER))
        except ValueError:
            return f"554 5.6.0 {TIME_HEADER} is not an RFC 3339 time with its offset"
        scope = parsing.header(mail, SCOPE_HEADER)
        request = self._request(session, envelope, data, at, received, scope)
        text = f"{' '.join(envelope.rcpt_tos)}\n{data.decode('utf-8', 'replace')}"
        fault = faults.take(self.world, "smtp", _AFTER_DATA, at=at, scope=scope, text=text)
        return await self._answer(server, request, mail, data, fault)

    async def _answer(
        self, server: SMTP, request: Request, mail: EmailMessage, data: bytes, fault: Fault | None
    ) -> str:
        name = fault.fault if fault else None
        if name == "error_500":
            return await self._done(request, "451 4.3.0 Temporary server error, try again", name)
        if name == "rate_limited":
            return await self._done(request, "450 4.7.1 Too many messages, try again later", name)
        queued = self.world.token("queue", 6).hex().upper()
        self.world.commit(_effect(self.world, request, mail, data, queued))
        if name == "timeout_after":
            self.world.answered(request.id, None, name)
            await self.world.durable()
            _drop(server)
            return "421 4.4.2 Connection dropped"
        await self.world.durable()
        if name == "error_500_after":
            return await self._done(request, "421 4.3.2 Service shutting down", name)
        if fault is not None:
            await asyncio.sleep(faults.SLOW_SECONDS if fault.seconds is None else fault.seconds)
        return await self._done(request, f"250 2.0.0 Ok: queued as {queued}", name)

    async def _done(self, request: Request, answer: str, fault: str | None) -> str:
        self.world.answered(request.id, int(answer[:3]), fault)
        await self.world.durable()
        return answer

    def _request(
        self,
        session: Session,
        envelope: Envelope,
        data: bytes,
        at: str,
        received: str,
        scope: str | None,
        fault: str | None = None,
    ) -> Request:
        text, encoding = as_text(data)
        recipients = [str(each) for each in envelope.rcpt_tos]
        row = Request(
            id=self.world.next_id(),
            provider="smtp",
            method="DATA",
            path=", ".join(recipients),
            headers=[
                ["EHLO", str(session.host_name or "")],
                ["MAIL FROM", str(envelope.mail_from or "")],
                *(["RCPT TO", each] for each in recipients),
            ],
            body=text,
            encoding=encoding,
            at=at,
            received_at=received,
            scope=scope,
            fault=fault,
        )
        self.world.receive(row)
        return row

    def refuses_data(self, session: Session, envelope: Envelope) -> bool:
        """Whether a fault drops this connection before the message may come."""
        at, received = stamp(None)
        text = " ".join(str(each) for each in envelope.rcpt_tos)
        fault = faults.take(self.world, "smtp", _AT_DATA, at=at, text=text)
        if fault is None:
            return False
        self._request(session, envelope, b"", at, received, None, fault.fault)
        return True


def _effect(world: World, request: Request, mail: EmailMessage, data: bytes, queued: str) -> Effect:
    sender = next(value for name, value in request.headers if name == "MAIL FROM")
    recipients = [value for name, value in request.headers if name == "RCPT TO"]
    key = parsing.header(mail, "Message-ID") or f"sha256:{hashlib.sha256(data).hexdigest()}"
    undoes = parsing.header(mail, UNDOES_HEADER)
    if undoes is None and (parsing.header(mail, KIND_HEADER) or "").lower() == RETRACTION:
        undoes = parsing.header(mail, "In-Reply-To")
    named = undoes.split() if undoes else []
    taken = [each for key in named for each in world.by_key.get(("smtp", key), [])]
    return Effect(
        id=world.next_id(),
        provider="smtp",
        kind="email",
        reference=queued,
        idempotency_key=key,
        key=key,
        at=request.at,
        received_at=request.received_at,
        body=parsing.body(mail, data, sender, recipients),
        scope=request.scope,
        undoes=undoes,
        takes_back=[each for each in taken if world.effects[each].undone is None],
        request=request.id,
    )


def _drop(server: SMTP) -> None:
    """Cut the connection, with whatever was not sent yet."""
    if isinstance(server.transport, asyncio.Transport):
        server.transport.abort()


class MailServer(SMTP):
    """aiosmtpd's protocol, with the one fault that strikes before a message is accepted."""

    def __init__(self, mailroom: Mailroom, **options: Any) -> None:
        super().__init__(mailroom, **options)
        self._mailroom = mailroom

    def _struck(self, session: Session, envelope: Envelope) -> bool:
        return self._mailroom.refuses_data(session, envelope)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """The DATA command, unless a fault cuts the connection here."""
        session, envelope = self.session, self.envelope
        if session and envelope and envelope.rcpt_tos and self._struck(session, envelope):
            await self._mailroom.world.durable()
            _drop(self)
            return
        await super().smtp_DATA(arg)


async def serve(world: World, host: str, port: int) -> asyncio.Server:
    """Listen for mail; the caller closes the server."""
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    mailroom = Mailroom(world)
    return await asyncio.get_running_loop().create_server(
        lambda: MailServer(
            mailroom,
            hostname="sandbox.dealix.example",
            ident="Dealix sandbox",
            data_size_limit=MAX_MESSAGE,
            enable_SMTPUTF8=True,
            decode_data=False,
        ),
        host,
        port,
        backlog=1024,
    )

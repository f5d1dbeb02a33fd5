"""Messages, CRM writes and envelopes as outside effects: what policy judges, and the call."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy.orm import Session

from dealix import clock
from dealix.connectors.crm import CompanyWrite, Crm
from dealix.connectors.deliveries import Conversation
from dealix.connectors.email import Attachment, Mail, Mailer, message_id_for
from dealix.connectors.whatsapp import (
    Sent,
    TemplateMessage,
    TextMessage,
    WhatsApp,
    correlation_for,
    template_message,
    text_message,
)
from dealix.lanes.receipts import ReceiptBook, held_back
from dealix.lanes.schemas import StepCall
from dealix.lanes.sent_messages import expect_answers, known_there_as
from dealix.records.canonical import digest
from dealix.records.schemas import Reply
from dealix.trust.outbound.envelopes import Envelopes, Papers
from dealix.trust.outbound.governance import OutsideMessage, Purpose
from dealix.trust.outbound.service import OutsideEffect

PATIENCE = timedelta(minutes=2)
"""The usual time, on the run's clock, for which a status is waited for before a person is asked."""


@dataclass(frozen=True)
class Enclosure:
    """A file that a letter carries."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Letter:
    """A letter to one person, with the hash by which policy and packet know it.

    `country` is where they are, where that is on record.
    """

    subject: str
    body: str
    to: str
    to_name: str
    locale: str
    person_id: str
    payload_hash: str
    purpose: Purpose = "partnership"
    enclosures: tuple[Enclosure, ...] = ()
    country: str | None = None


@dataclass(frozen=True)
class WhatsAppLetter:
    """A WhatsApp message to one person, with the hash by which policy and packet know it.

    `template` and its `values` are what leaves; without a template `text` leaves as free text,
    which Meta takes only within a day of the person's own last word. With one, `text` is what the
    person will read, for those who approve it. `to` is a number in E.164. In practice the text goes
    to the starter as `by_mail`, since we know no number of theirs, and `to` is their address.
    """

    template: str
    values: tuple[str, ...]
    text: str
    to: str
    locale: str
    person_id: str
    payload_hash: str
    by_mail: Letter | None = None
    country: str | None = None

    def as_message(self, correlation: str) -> TextMessage | TemplateMessage:
        """In the connector's words."""
        if not self.template:
            return text_message(self.to, self.text, correlation)
        language: Literal["ar", "en"] = "ar" if self.locale == "ar" else "en"
        return template_message(self.to, self.template, language, self.values, correlation)


@dataclass(frozen=True)
class Company:
    """A company as a CRM gets it; `undoes` is the key of the write that this one takes back."""

    ext_ref: str
    name: str
    country: str
    registration_number: str
    status: str
    undoes: str = ""

    @property
    def payload_hash(self) -> str:
        """The hash by which policy and packet know this write."""
        return digest(self._write())

    def as_write(self) -> CompanyWrite:
        """In the CRM connector's words."""
        return CompanyWrite(**vars(self))

    def _write(self) -> dict[str, Any]:
        return self.as_write().model_dump(mode="json", by_alias=True)


@dataclass(frozen=True)
class Post:
    """Makes effects of messages and companies; `mailer(rehearsal)` answers that world's server."""

    mailer: Callable[[bool], Mailer]
    crm: Callable[[bool], Crm]
    sender: str
    messenger: Callable[[bool], WhatsApp]
    receipts: ReceiptBook
    blind_index: Callable[[str], str]
    envelopes: Envelopes
    patience: timedelta = PATIENCE

    def letter(
        self,
        call: StepCall,
        letter: Letter,
        action: str,
        step: str,
        undoes: Sequence[str] = (),
    ) -> OutsideEffect:
        """A mail under a Message-ID that is always the same for this effect's key.

        `undoes` are further keys that an undo takes back along with its own.
        """
        mail = self._mail(call, letter, undoes)

        def send() -> Reply:
            receipt = self.mailer(call.rehearsal).send(mail)
            return Reply(receipt.reference, {"message_id": mail.message_id})

        def remember(session: Session) -> None:
            expect_answers(
                session,
                message_id=mail.message_id,
                run_id=call.run_id,
                person_id=letter.person_id,
                effect_key=call.key,
                at=clock.now(),
            )

        return OutsideEffect(
            action=action,
            resource=f"{call.run_id}:{step}",
            payload_hash=letter.payload_hash,
            kind="email",
            call=send,
            begun=remember,
            message=self._message(call, letter, mail.message_id),
        )

    def whatsapp(
        self,
        call: StepCall,
        letter: WhatsAppLetter,
        action: str,
        step: str,
        undoes: Sequence[str] = (),
    ) -> OutsideEffect:
        """A WhatsApp message under a correlation ID that is always the same for this effect's key.

        Meta can be asked nothing: when its answer is lost, or it holds the message back, a status
        with our ID says that the message left, and after `patience` without one a person is asked.
        """
        if letter.by_mail is not None:
            return self._whatsapp_by_mail(call, letter, letter.by_mail, action, step, undoes)
        messenger = self.messenger(call.rehearsal)
        correlation = correlation_for(call.key)
        message = letter.as_message(correlation)
        taken_back = [correlation_for(key) for key in _taken_back(call, undoes)]
        taken: list[Sent] = []

        def index_of(number: str) -> str:
            return self.blind_index(Conversation("whatsapp", messenger.number_id, number).name)

        def send() -> Reply:
            sent = messenger.send(message, taken_back)
            self._refuse_held(call, correlation, sent, index_of(sent.number or letter.to))
            taken.append(sent)
            return Reply(sent.reference, {"message_id": correlation, "wamid": sent.reference})

        def remember(session: Session) -> None:
            _expect_by_phone(session, call, letter, correlation, index_of(letter.to))

        def name(session: Session) -> None:
            for sent in taken:
                index = index_of(sent.number or letter.to)
                known_there_as(session, correlation, sent.reference, index)

        return OutsideEffect(
            action=action,
            resource=f"{call.run_id}:{step}",
            payload_hash=letter.payload_hash,
            kind="whatsapp",
            call=send,
            look_up=lambda: self.receipts.look_up(call.tenant_id, call.key),
            begun=remember,
            recorded=name,
            patience=self.patience,
            message=_spoken(call, letter, correlation),
        )

    def _refuse_held(self, call: StepCall, correlation: str, sent: Sent, index: str) -> None:
        """Record a message that is held back, and raise `OutcomeUnknown` with Meta's word."""
        if sent.is_held:
            reference, standing = sent.reference, sent.standing
            self.receipts.hold(call.tenant_id, correlation, reference, index, standing)
            raise held_back(standing)

    def _whatsapp_by_mail(
        self,
        call: StepCall,
        letter: WhatsAppLetter,
        mail: Letter,
        action: str,
        step: str,
        undoes: Sequence[str],
    ) -> OutsideEffect:
        """Judged as the WhatsApp message that it stands for; the mail server can be asked nothing.

        An answer that is lost is therefore waited for, and then a person is asked.
        """
        made = self.letter(call, mail, action, step, undoes)
        spoken = _spoken(call, letter, message_id_for(call.key, self.sender))
        return replace(made, look_up=lambda: None, patience=self.patience, message=spoken)

    def company(self, call: StepCall, company: Company, action: str, step: str) -> OutsideEffect:
        """An upsert under the partner's own reference; practice leaves no trace in the CRM."""

        def write() -> Reply:
            receipt = self.crm(call.rehearsal).upsert_company(company.as_write(), call.key)
            return Reply(receipt.reference, {"crm_id": receipt.reference})

        return OutsideEffect(
            action=action,
            resource=f"{call.run_id}:{step}",
            payload_hash=company.payload_hash,
            kind="company.upsert",
            call=write,
            practice="left_out",
        )

    @staticmethod
    def _message(call: StepCall, letter: Letter, message_id: str) -> OutsideMessage:
        """The letter as governance judges it; an undo's letter is a notice of a bad end."""
        return OutsideMessage(
            channel="email",
            person_id=letter.person_id,
            purpose=letter.purpose,
            message_id=message_id,
            effect_key=call.key,
            run_id=call.run_id,
            text=letter.body,
            address=letter.to,
            notice=call.key.startswith("undo:"),
            country=letter.country,
        )

    def envelope(self, call: StepCall, papers: Papers, action: str, step: str) -> OutsideEffect:
        """A document sent for signature, found again by the reference of this effect's key."""
        return self.envelopes.sending(call, papers, action, step)

    def void(self, call: StepCall, sent: str, reason: str, action: str, step: str) -> OutsideEffect:
        """An envelope taken back; `sent` is the payload hash of what was sent."""
        return self.envelopes.voiding(call, sent, reason, action, step)

    def _mail(self, call: StepCall, letter: Letter, undoes: Sequence[str]) -> Mail:
        return Mail(
            message_id=message_id_for(call.key, self.sender),
            date=clock.now(),
            sender=self.sender,
            to=letter.to,
            to_name=letter.to_name,
            subject=letter.subject,
            body=letter.body,
            language="ar" if letter.locale == "ar" else "en",
            undoes=tuple(message_id_for(key, self.sender) for key in _taken_back(call, undoes)),
            attachments=tuple(Attachment(**vars(one)) for one in letter.enclosures),
        )


def _taken_back(call: StepCall, others: Sequence[str]) -> list[str]:
    """The keys of what an undo takes back: that of its own effect, and others with it."""
    own = [call.key.removeprefix("undo:")] if call.key.startswith("undo:") else []
    return [*own, *others]


def _spoken(call: StepCall, letter: WhatsAppLetter, correlation: str) -> OutsideMessage:
    """A WhatsApp message as governance judges it."""
    return OutsideMessage(
        channel="whatsapp",
        person_id=letter.person_id,
        purpose="partnership",
        message_id=correlation,
        effect_key=call.key,
        run_id=call.run_id,
        text=letter.text,
        address=letter.to,
        template=bool(letter.template),
        notice=call.key.startswith("undo:"),
        country=letter.country,
    )


def _expect_by_phone(
    session: Session, call: StepCall, letter: WhatsAppLetter, correlation: str, index: str
) -> None:
    """Record a WhatsApp message before it is sent, so that statuses and answers find it."""
    expect_answers(
        session,
        message_id=correlation,
        run_id=call.run_id,
        person_id=letter.person_id,
        effect_key=call.key,
        channel="whatsapp",
        at=clock.now(),
        address_index=index,
    )

"""One mail as we hand it to a server: our Message-ID, our date, no header but our own."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field

from dealix.connectors.data_class import DataClass, Outgoing

ONE_LINE = re.compile(r"[^\x00-\x1f\x7f\x85\u2028\u2029]*")
MESSAGE_ID = re.compile(r"<[A-Za-z0-9._+/=-]+@[A-Za-z0-9.-]+>")
ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def _one_line(text: str) -> str:
    if not ONE_LINE.fullmatch(text):
        raise ValueError("a header is one line without control characters")
    return text


def _message_id(text: str) -> str:
    if not MESSAGE_ID.fullmatch(text):
        raise ValueError("a Message-ID has the form <local@domain>")
    return text


def _address(text: str) -> str:
    if not ADDRESS.fullmatch(text):
        raise ValueError("an address has the form name@domain")
    return text


Line = Annotated[str, Field(max_length=900), AfterValidator(_one_line)]
MessageId = Annotated[str, Field(max_length=250), AfterValidator(_message_id)]
MediaType = Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9.+-]+$", max_length=127)]
MailAddress = Annotated[str, Field(max_length=254), AfterValidator(_address)]


class Attachment(Outgoing):
    """A file that a mail carries."""

    name: Annotated[Line, DataClass.INTERNAL]
    media_type: Annotated[MediaType, DataClass.INTERNAL]
    content: Annotated[bytes, DataClass.RESTRICTED]


class Mail(Outgoing):
    """One plain-text mail to one person, in the form of RFC 5322.

    `date` is the time that the caller's clock shows (`clock.now()`): in a rehearsal it is virtual.
    A retraction names in `undoes` the mails that it takes back, and answers the first.
    """

    message_id: Annotated[MessageId, DataClass.INTERNAL]
    date: Annotated[AwareDatetime, DataClass.INTERNAL]
    sender: Annotated[MailAddress, DataClass.PUBLIC]
    sender_name: Annotated[Line, DataClass.PUBLIC] = ""
    to: Annotated[MailAddress, DataClass.RESTRICTED]
    to_name: Annotated[Line, DataClass.RESTRICTED] = ""
    subject: Annotated[Line, DataClass.CONFIDENTIAL]
    body: Annotated[str, DataClass.RESTRICTED]
    language: Annotated[Literal["ar", "en"], DataClass.PUBLIC] = "en"
    in_reply_to: Annotated[MessageId | None, DataClass.INTERNAL] = None
    undoes: Annotated[tuple[MessageId, ...], DataClass.INTERNAL] = ()
    attachments: Annotated[tuple[Attachment, ...], DataClass.RESTRICTED] = ()


@dataclass(frozen=True)
class Receipt:
    """The server took the mail; `reference` is what it said with its 250."""

    message_id: str
    reference: str
    at: datetime


def message_id_for(key: str, sender: str) -> str:
    """The Message-ID of the effect `key`: always the same, and it tells nothing about the key."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:40]
    return f"<{digest}@{sender.rpartition('@')[2]}>"


def as_bytes(mail: Mail, marks: Mapping[str, str]) -> bytes:
    """The mail as it goes over the wire (CRLF, 7-bit), with the sandbox's marks of a rehearsal."""
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = mail.message_id
    message["Date"] = format_datetime(mail.date)
    message["From"] = Address(mail.sender_name, addr_spec=mail.sender)
    message["To"] = Address(mail.to_name, addr_spec=mail.to)
    message["Subject"] = mail.subject
    message["Content-Language"] = mail.language
    message["Auto-Submitted"] = "auto-generated"
    answered = mail.in_reply_to or next(iter(mail.undoes), None)
    if answered:
        message["In-Reply-To"] = answered
        message["References"] = answered
    if mail.undoes:
        message["X-Dealix-Undoes"] = " ".join(mail.undoes)
    for name, value in marks.items():
        message[name] = value
    message.set_content(mail.body, cte="base64")
    for one in mail.attachments:
        main, _, sub = one.media_type.partition("/")
        message.add_attachment(one.content, maintype=main, subtype=sub, filename=one.name)
    if mail.attachments:  # the library's own is drawn at random, and a retry would differ
        message.set_boundary(f"={hashlib.sha256(mail.message_id.encode()).hexdigest()[:32]}=")
    return message.as_bytes()

"""What we have signed and what became of it, in our words; the wire names are DocuSign's.

Source: DocuSign's eSignature REST v2.1 specification (`envelopeDefinition`, `envelope`). On the
wire every boolean and number is a string.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from dealix.connectors.data_class import DataClass, Outgoing

REFERENCE_FIELD = "dealix_ref"
PREFIX = "dlx-"
DOCUMENT_ID = "1"
EVENTS = ("envelope-completed", "envelope-declined", "envelope-voided")
TERMINAL = frozenset({"completed", "declined", "voided"})

Status = Literal["created", "sent", "delivered", "completed", "declined", "voided"]
Line = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")
]
Reference = Annotated[str, Field(pattern=r"^dlx-[0-9a-f]{40}$")]
Number = Annotated[str, Field(pattern=r"^[1-9]\d{0,2}$")]


def reference_for(key: str) -> str:
    """Our reference of the effect `key`: always the same, and it tells nothing about the key."""
    return PREFIX + hashlib.sha256(key.encode()).hexdigest()[:40]


@dataclass(frozen=True)
class Signatory:
    """One who signs. Those with a lower `order` sign first.

    `anchors` are the texts of the document beside which their `signature`, `name`, `title` and
    `date` stand, `anchored_at` millimetres to the right of where each text begins.
    """

    name: str
    email: str
    order: int = 1
    anchors: Mapping[str, str] = field(default_factory=dict)
    anchored_at: int = 0


@dataclass(frozen=True)
class EnvelopeRequest:
    """One PDF and those who sign it, under our reference; personal as a whole."""

    reference: str
    subject: str
    document_name: str
    document: bytes
    signers: Sequence[Signatory]
    message: str = ""


class Place(Outgoing):
    """Where a signer's field stands: beside a text in the document, on the foot of its line."""

    anchor: Annotated[Line, DataClass.PUBLIC] = Field(serialization_alias="anchorString")
    document_id: Annotated[Number, DataClass.PUBLIC] = Field(
        DOCUMENT_ID, serialization_alias="documentId"
    )
    ignore_if_absent: Annotated[Literal["true"], DataClass.PUBLIC] = Field(
        "true", serialization_alias="anchorIgnoreIfNotPresent"
    )
    exactly: Annotated[Literal["true"], DataClass.PUBLIC] = Field(
        "true", serialization_alias="anchorCaseSensitive"
    )
    unit: Annotated[Literal["mms"], DataClass.PUBLIC] = Field(
        "mms", serialization_alias="anchorUnits"
    )
    right: Annotated[str, Field(pattern=r"^\d{1,3}$"), DataClass.PUBLIC] = Field(
        "0", serialization_alias="anchorXOffset"
    )
    below: Annotated[Literal["0"], DataClass.PUBLIC] = Field(
        "0", serialization_alias="anchorYOffset"
    )


class Tabs(Outgoing):
    """What a signer fills in, or DocuSign for them."""

    signature: Annotated[tuple[Place, ...] | None, DataClass.PUBLIC] = Field(
        None, serialization_alias="signHereTabs"
    )
    name: Annotated[tuple[Place, ...] | None, DataClass.PUBLIC] = Field(
        None, serialization_alias="fullNameTabs"
    )
    title: Annotated[tuple[Place, ...] | None, DataClass.PUBLIC] = Field(
        None, serialization_alias="titleTabs"
    )
    date: Annotated[tuple[Place, ...] | None, DataClass.PUBLIC] = Field(
        None, serialization_alias="dateSignedTabs"
    )


class Signer(Outgoing):
    """One `signer`."""

    email: Annotated[str, Field(max_length=100), DataClass.RESTRICTED]
    name: Annotated[Line, DataClass.RESTRICTED]
    recipient_id: Annotated[Number, DataClass.INTERNAL] = Field(serialization_alias="recipientId")
    routing_order: Annotated[Number, DataClass.INTERNAL] = Field(serialization_alias="routingOrder")
    tabs: Annotated[Tabs | None, DataClass.PUBLIC] = None


class Recipients(Outgoing):
    """Everybody who signs."""

    signers: Annotated[tuple[Signer, ...], Field(min_length=1), DataClass.RESTRICTED]


class Document(Outgoing):
    """The document, whole."""

    content: Annotated[str, DataClass.RESTRICTED] = Field(serialization_alias="documentBase64")
    name: Annotated[Line, DataClass.CONFIDENTIAL]
    extension: Annotated[Literal["pdf"], DataClass.PUBLIC] = Field(
        "pdf", serialization_alias="fileExtension"
    )
    document_id: Annotated[Number, DataClass.PUBLIC] = Field(
        DOCUMENT_ID, serialization_alias="documentId"
    )


class TextField(Outgoing):
    """A custom field: our reference, by which the envelope is found again."""

    value: Annotated[Reference, DataClass.INTERNAL]
    name: Annotated[str, DataClass.PUBLIC] = REFERENCE_FIELD
    show: Annotated[Literal["false"], DataClass.PUBLIC] = "false"
    required: Annotated[Literal["false"], DataClass.PUBLIC] = "false"


class CustomFields(Outgoing):
    """The envelope's custom fields."""

    texts: Annotated[tuple[TextField, ...], DataClass.INTERNAL] = Field(
        serialization_alias="textCustomFields"
    )


class EventData(Outgoing):
    """JSON messages, with our reference and nothing personal in them."""

    version: Annotated[Literal["restv2.1"], DataClass.PUBLIC] = "restv2.1"
    format: Annotated[Literal["json"], DataClass.PUBLIC] = "json"
    include: Annotated[tuple[str, ...], DataClass.PUBLIC] = Field(
        ("custom_fields",), serialization_alias="includeData"
    )


class Notification(Outgoing):
    """Connect tells us at `url`, signed, how the envelope ended."""

    url: Annotated[str, DataClass.INTERNAL]
    events: Annotated[tuple[str, ...], DataClass.PUBLIC] = EVENTS
    data: Annotated[EventData, DataClass.PUBLIC] = Field(
        EventData(), serialization_alias="eventData"
    )
    mode: Annotated[Literal["SIM"], DataClass.PUBLIC] = Field(
        "SIM", serialization_alias="deliveryMode"
    )
    hmac: Annotated[Literal["true"], DataClass.PUBLIC] = Field(
        "true", serialization_alias="includeHMAC"
    )
    acknowledged: Annotated[Literal["true"], DataClass.PUBLIC] = Field(
        "true", serialization_alias="requireAcknowledgment"
    )


class EnvelopeDefinition(Outgoing):
    """Body of `POST …/envelopes`."""

    subject: Annotated[Line, DataClass.CONFIDENTIAL] = Field(serialization_alias="emailSubject")
    documents: Annotated[tuple[Document, ...], DataClass.RESTRICTED]
    recipients: Annotated[Recipients, DataClass.RESTRICTED]
    transaction_id: Annotated[Reference, DataClass.INTERNAL] = Field(
        serialization_alias="transactionId"
    )
    fields: Annotated[CustomFields, DataClass.INTERNAL] = Field(serialization_alias="customFields")
    status: Annotated[Literal["sent"], DataClass.PUBLIC] = "sent"
    message: Annotated[str | None, Field(max_length=10_000), DataClass.CONFIDENTIAL] = Field(
        None, serialization_alias="emailBlurb"
    )
    notification: Annotated[Notification | None, DataClass.INTERNAL] = Field(
        None, serialization_alias="eventNotification"
    )


class VoidRequest(Outgoing):
    """Body of `PUT …/envelopes/{id}` that takes an envelope back."""

    reason: Annotated[str, Field(min_length=1, max_length=200), DataClass.CONFIDENTIAL] = Field(
        serialization_alias="voidedReason"
    )
    status: Annotated[Literal["voided"], DataClass.PUBLIC] = "voided"


@dataclass(frozen=True)
class SignerState:
    """Where one signer stands; `recipient` is the number that we gave."""

    recipient: str
    order: int
    status: str
    at: datetime | None


@dataclass(frozen=True)
class EnvelopeState:
    """What DocuSign holds: never anybody's name or address."""

    envelope: str
    reference: str | None
    status: str
    at: datetime
    signers: tuple[SignerState, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether it is completed, declined or voided."""
        return self.status in TERMINAL

    @property
    def signed(self) -> bool:
        """Whether all have signed."""
        return self.status == "completed"

    @property
    def by(self) -> str | None:
        """The recipient who ended it: who declined, or who signed last; None for the sender."""
        if self.status == "voided":
            return None
        acted = [each for each in self.signers if each.status == self.status]
        last = sorted(acted, key=lambda each: (each.at or self.at, each.order))
        return last[-1].recipient if last else None


def definition(request: EnvelopeRequest, url: str | None) -> EnvelopeDefinition:
    """The request in DocuSign's words; without `url` nobody is told, and we ask."""
    return EnvelopeDefinition(
        subject=request.subject,
        message=request.message or None,
        documents=(
            Document(
                content=base64.b64encode(request.document).decode(), name=request.document_name
            ),
        ),
        recipients=Recipients(signers=tuple(_signers(request.signers))),
        transaction_id=request.reference,
        fields=CustomFields(texts=(TextField(value=request.reference),)),
        notification=Notification(url=url) if url else None,
    )


def _signers(people: Sequence[Signatory]) -> list[Signer]:
    return [
        Signer(
            email=each.email,
            name=each.name,
            recipient_id=str(number),
            routing_order=str(each.order),
            tabs=_tabs(each),
        )
        for number, each in enumerate(people, 1)
    ]


def _tabs(signer: Signatory) -> Tabs | None:
    """The signer's fields; with none DocuSign lets them sign wherever they like."""
    right = str(signer.anchored_at)
    places = {
        kind: (Place(anchor=text, right=right),) for kind, text in signer.anchors.items() if text
    }
    return Tabs.model_validate(places) if places else None


def read_state(body: Mapping[str, Any]) -> EnvelopeState:
    """An `envelope` as we need it. Raises KeyError, TypeError or ValueError for none."""
    status = str(body["status"]).lower()
    at = body.get(f"{status}DateTime") or body.get("statusChangedDateTime")
    signers = (body.get("recipients") or {}).get("signers") or []
    return EnvelopeState(
        envelope=str(body["envelopeId"]),
        reference=_reference(body),
        status=status,
        at=moment(str(at)),
        signers=tuple(_signer_state(each) for each in signers),
    )


def _reference(body: Mapping[str, Any]) -> str | None:
    for each in (body.get("customFields") or {}).get("textCustomFields") or []:
        if each.get("name") == REFERENCE_FIELD:
            return str(each.get("value"))
    found = body.get("transactionId")
    return str(found) if found else None


def _signer_state(body: Mapping[str, Any]) -> SignerState:
    at = body.get("signedDateTime") or body.get("declinedDateTime")
    return SignerState(
        recipient=str(body["recipientId"]),
        order=int(body.get("routingOrder") or 1),
        status=str(body["status"]).lower(),
        at=moment(str(at)) if at else None,
    )


def moment(text: str) -> datetime:
    """A time of DocuSign's, which writes seven digits of a second. Raises ValueError."""
    return datetime.fromisoformat(text)

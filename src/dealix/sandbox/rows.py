"""What the sandbox remembers: one small class for each kind of line in its journal."""

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Request:
    """One request as it was received; `status` is None until answered, and when dropped."""

    tag: ClassVar[str] = "request"
    id: int
    provider: str
    method: str
    path: str
    query: str = ""
    headers: list[list[str]]
    body: str
    encoding: str = "utf-8"
    at: str
    received_at: str
    scope: str | None = None
    status: int | None = None
    fault: str | None = None


@dataclass(slots=True, kw_only=True)
class Answer:
    """How a request ended: its status, or None where the connection was dropped."""

    tag: ClassVar[str] = "answer"
    request: int
    status: int | None
    fault: str | None = None


@dataclass(slots=True, kw_only=True)
class Effect:
    """One outside effect as the provider sees it.

    `key` is the caller's own part of `idempotency_key`; `undoes` is what the caller says it takes
    back, `takes_back` the effects that were found for it.
    """

    tag: ClassVar[str] = "effect"
    id: int
    provider: str
    kind: str
    reference: str
    idempotency_key: str
    key: str
    at: str
    received_at: str
    body: Json
    scope: str | None = None
    undoes: str | None = None
    takes_back: list[int] = field(default_factory=list)
    request: int | None = None
    undone: str | None = None


@dataclass(slots=True, kw_only=True)
class Inbound:
    """A message that the other party wrote to us; what its files hold is in its webhook."""

    tag: ClassVar[str] = "inbound"
    id: int
    channel: str
    sender: str
    recipient: str
    subject: str
    text: str
    message_id: str
    in_reply_to: str
    references: list[str]
    at: str
    received_at: str
    delivery: str
    scope: str | None = None
    attachments: list[Json] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class CrmObject:
    """An object of the CRM after a write: all its properties, as strings."""

    tag: ClassVar[str] = "crm_object"
    type: str
    id: str
    properties: dict[str, str]
    created_at: str
    updated_at: str
    writes: int = 1


@dataclass(slots=True, kw_only=True)
class CrmProperty:
    """A property that somebody defined in the CRM's settings."""

    tag: ClassVar[str] = "crm_property"
    object_type: str
    name: str
    type: str
    unique: bool = False
    options: list[str] = field(default_factory=list)
    label: str = ""


@dataclass(slots=True, kw_only=True)
class Envelope:
    """An envelope of documents to sign; its later changes are `EnvelopeChange`s."""

    tag: ClassVar[str] = "envelope"
    id: str
    account: str
    transaction_id: str | None
    custom_fields: dict[str, str]
    subject: str
    documents: list[dict[str, str]]
    signers: list[Json]
    notification: Json
    status: str
    created_at: str
    stamps: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    scope: str | None = None


@dataclass(slots=True, kw_only=True)
class EnvelopeChange:
    """An envelope reached a status; `signer` is the recipient whose own status that changed."""

    tag: ClassVar[str] = "envelope_change"
    envelope: str
    status: str
    at: str
    signer: str | None = None
    signer_status: str | None = None
    reason: str = ""


@dataclass(slots=True, kw_only=True)
class RegistryCompany:
    """What somebody said a company of the registry is like, for all or for one `scope`."""

    tag: ClassVar[str] = "registry_company"
    number: str
    facts: Json
    scope: str | None = None


@dataclass(slots=True, kw_only=True)
class Fault:
    """A fault that waits for its requests; `count` is how often it still strikes (None: always)."""

    tag: ClassVar[str] = "fault"
    id: str
    provider: str
    fault: str
    count: int | None
    until: str | None = None
    seconds: float | None = None
    scope: str | None = None
    match: str | None = None
    created_at: str


@dataclass(slots=True, kw_only=True)
class FaultChange:
    """A fault struck (`left` times remain) or was lifted (`left` is 0)."""

    tag: ClassVar[str] = "fault_change"
    fault: str
    left: int


@dataclass(slots=True, kw_only=True)
class Delivery:
    """A webhook on its way: same id and same bytes at every attempt, until acknowledged."""

    tag: ClassVar[str] = "delivery"
    id: str
    provider: str
    path: str
    body: str
    created_at: str
    not_before: str
    status: str = "pending"
    copies: int = 1
    scope: str | None = None
    fault: str | None = None
    attempts: list[Json] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Attempt:
    """One attempt at a delivery, with what it left: the delivery's status and copies to send."""

    tag: ClassVar[str] = "attempt"
    delivery: str
    at: str
    status: str
    copies: int
    answer: int | None = None
    error: str | None = None
    fault: str | None = None


Row = (
    Request
    | Answer
    | Effect
    | Inbound
    | CrmObject
    | CrmProperty
    | Envelope
    | EnvelopeChange
    | RegistryCompany
    | Fault
    | FaultChange
    | Delivery
    | Attempt
)

_CLASSES: tuple[type[Any], ...] = (
    Request,
    Answer,
    Effect,
    Inbound,
    CrmObject,
    CrmProperty,
    Envelope,
    EnvelopeChange,
    RegistryCompany,
    Fault,
    FaultChange,
    Delivery,
    Attempt,
)
_BY_TAG: dict[str, type[Any]] = {cls.tag: cls for cls in _CLASSES}
_NAMES: dict[type[Any], tuple[str, ...]] = {
    cls: tuple(each.name for each in fields(cls)) for cls in _CLASSES
}


def to_json(row: Row) -> Json:
    """A row as plain data; nested values are shared, not copied."""
    return {name: getattr(row, name) for name in _NAMES[type(row)]}


def to_line(row: Row) -> Json:
    """A row as the journal keeps it, its kind included."""
    return {"_": row.tag, **to_json(row)}


def from_line(line: Json) -> Row:
    """The row that the journal kept; KeyError or TypeError when it is none of ours."""
    values = dict(line)
    row: Row = _BY_TAG[values.pop("_")](**values)
    return row

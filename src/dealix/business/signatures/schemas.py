"""What is signed by whom, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

SignatureStatus = Literal[
    "sending", "sent", "delivered", "completed", "declined", "voided", "withdrawn"
]
SignatureEnd = Literal["completed", "declined", "voided"]


@dataclass(frozen=True)
class Signer:
    """One who signs; name and email are personal and come from the vault.

    Those with a lower `order` sign first. `anchors` are the texts beside which their `signature`,
    `name`, `title` and `date` stand, `anchored_at` millimetres to the right of where each begins.
    """

    person_id: str
    role: str
    name: str
    email: str
    order: int = 1
    anchors: Mapping[str, str] = field(default_factory=dict)
    anchored_at: int = 0


@dataclass(frozen=True)
class Agreement:
    """A PDF with those who sign it; personal as a whole, and sealed for `person_id`.

    `subject` (100 characters at most) and `message` are what the provider writes to them.
    """

    person_id: str
    subject: str
    document_name: str
    document: bytes
    signers: Sequence[Signer]
    message: str = ""


@dataclass(frozen=True)
class SignatureEvent:
    """How an envelope ended, re-read from the provider: never what a webhook says.

    `by` is the person's ID of who signed last or declined; None where the sender voided it.
    `at` is the provider's time.
    """

    id: str
    envelope: str
    status: SignatureEnd
    by: str | None
    role: str | None
    at: datetime


@dataclass(frozen=True)
class PapersOut:
    """Since when a run's papers are out for signature, and when each role signed, of those done."""

    since: datetime
    signed: Mapping[str, datetime]


@dataclass(frozen=True)
class SignatureState:
    """Where the signature of a run stands; `event` is there once it has ended.

    `withdrawn`: we took it back ourselves. The digests are commitments to the documents.
    """

    envelope: str | None
    reference: str
    status: SignatureStatus
    document_digest: str
    signed_digest: str | None
    signers: list[dict[str, Any]]
    event: SignatureEvent | None

"""What every verified delivery is, whoever sent it: its ID, its bytes, what routes it."""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from dealix.errors import InvalidInput

Standing = Literal["sent", "delivered", "read", "failed"]


@dataclass(frozen=True)
class Conversation:
    """Who speaks with whom on a channel without message references: our end and theirs.

    `quoted` is the provider's ID of a message of ours that the person quoted. Personal, as a whole.
    """

    channel: str
    ours: str
    theirs: str
    quoted: str | None = None

    @property
    def name(self) -> str:
        """The text of which a blind index is made; empty where the person's number is unknown."""
        return f"{self.channel}:{self.ours}:{self.theirs}" if self.theirs else ""


@dataclass(frozen=True)
class Delivery:
    """A verified delivery: its ID for storing it once, its bytes, and what it may answer.

    `answers` are IDs of messages of ours that it refers to; `conversation` is given where it
    refers to none.
    """

    provider: str
    delivery_id: str
    answers: tuple[str, ...]
    raw: bytes
    conversation: Conversation | None = None


@dataclass(frozen=True)
class ReceivedFile:
    """A file that came with a message; personal, as a whole.

    `size` is in bytes, where it is known. `encoded` is its content in base64, None where the
    message only names it; `reference` is the ID under which its provider holds it.
    """

    name: str
    size: int | None = None
    encoded: str | None = field(default=None, repr=False)
    reference: str | None = None

    def content(self) -> bytes:
        """Its bytes.

        Raises:
            InvalidInput: `file_left_out`, the message only names it; `file_not_whole`.
        """
        if self.encoded is None:
            raise InvalidInput("file_left_out")
        try:
            return base64.b64decode("".join(self.encoded.split()), validate=True)
        except (binascii.Error, ValueError):
            raise InvalidInput("file_not_whole") from None


@dataclass(frozen=True)
class ReceivedMail:
    """A message that somebody sent to us. Personal, as a whole: never logged, kept sealed."""

    sender: str
    subject: str
    text: str
    sent_at: str
    files: tuple[ReceivedFile, ...] = ()


@dataclass(frozen=True)
class StatusFacts:
    """What a provider tells of a message that it took; nothing in it is personal."""

    reference: str
    status: Standing
    at: datetime
    reason: str | None = None

    def as_stored(self) -> dict[str, Any]:
        """As JSON, beside the sealed delivery."""
        return {**vars(self), "at": self.at.isoformat()}

    @classmethod
    def stored(cls, facts: dict[str, Any]) -> "StatusFacts":
        """What `as_stored` gave."""
        return cls(**{**facts, "at": datetime.fromisoformat(facts["at"])})

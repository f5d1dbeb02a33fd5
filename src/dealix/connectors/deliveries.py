"""What every verified delivery is, whoever sent it: its ID, its bytes, what routes it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

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
class ReceivedMail:
    """A message that somebody sent to us. Personal, as a whole: never logged, kept sealed."""

    sender: str
    subject: str
    text: str
    sent_at: str


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

"""What is asked at a gate: the packet that deciders see and are bound to by its hash."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from dealix.connectors.data_class import DataClass
from dealix.records.canonical import digest

Word = Literal["approve", "reject", "request_changes"]


@dataclass(frozen=True)
class Taking:
    """A decision as somebody takes it: its word, why, and the hash of what they saw."""

    word: str
    comment: str | None
    packet_hash: str
    changes: tuple[str, ...] = ()
    via: str = "session"


class ListedEffect(BaseModel):
    """An effect that the packet lists; a decision issues one token for exactly this content."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    action: str
    resource: str
    payload_hash: str
    covers: Literal["packet", "bad_end", "standing"] = "packet"
    undo: str | None = None


class ApprovalPacket(BaseModel):
    """What is asked, in which context, at what risk, and what an approval lets out.

    Personal values stand in it as salted commitments (`sha256:…`), so that its hash still
    verifies after a person was erased. `document` names a draft by its digest. `persons` are others
    whom the matter names, by their IDs, each with what they are in it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    asks: str
    subject: dict[str, Any]
    context: dict[str, Any] = Field(default_factory=dict)
    risks: list[str] = Field(default_factory=list)
    reversibility: Literal["reversible", "partially", "irreversible"]
    document: dict[str, str] | None = None
    personal: Annotated[dict[str, str], DataClass.RESTRICTED] = Field(default_factory=dict)
    person_id: Annotated[str | None, DataClass.RESTRICTED] = None
    persons: Annotated[dict[str, str], DataClass.RESTRICTED] = Field(default_factory=dict)
    effects: list[ListedEffect] = Field(default_factory=list)

    def digest(self) -> str:
        """The hash to which a decision is bound: SHA-256 over the packet's canonical JSON."""
        return digest(self.model_dump(mode="json"))


class Opening(BaseModel):
    """A request to be opened: which gate of which run, who asks, and the packet.

    `cycle` counts the versions of what is asked. `part` is the hash of what this gate looks at
    and `seats` that of a single seat, where it is less than the packet: whose part is the same
    as what they agreed to is not asked again.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    run_id: str
    gate: str
    round: int
    kind: str
    type: str
    category: Literal["deal", "message", "integration", "billing", "compliance"] = "deal"
    priority: Literal["critical", "high", "normal", "low"] = "normal"
    requested_by: str
    packet: ApprovalPacket
    amount: str = "0"
    exclusive: bool = False
    cycle: int = 1
    part: str | None = None
    seats: dict[str, str] = Field(default_factory=dict)

    @property
    def looks_at(self) -> str:
        """The hash of what this gate looks at: its part of the matter, else the whole packet."""
        return self.part or self.packet.digest()

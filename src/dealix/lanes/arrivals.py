"""What the inbox knows of a delivery on its way in: whose it is, and who seals its content."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session


class Sealer(Protocol):
    """Keeps personal bytes under a person's key; the vault is one."""

    def seal(self, session: Session, person_id: str, clear: bytes) -> bytes:
        """`clear` under the person's key; `Conflict` for an erased person."""
        ...

    def open(self, session: Session, person_id: str, sealed: bytes) -> bytes | None:
        """What `seal` was given; None once the person is erased."""
        ...

    def blind_index(self, value: str) -> str:
        """A look-up value that only the holder of the key can compute."""
        ...


@dataclass(frozen=True)
class Owner:
    """Whose delivery it is, found by the message that it answers."""

    tenant_id: str
    run_id: str | None
    person_id: str | None
    answers: str


@dataclass(frozen=True)
class Arrival:
    """A delivery on its way into `inbound_events`; `raw` is personal."""

    provider: str
    delivery_id: str
    received_at: datetime
    raw: bytes

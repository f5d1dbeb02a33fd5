"""What the inbox knows of a delivery on its way in: whose it is, and who seals its content."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.orm import Session

from dealix.connectors import inbound
from dealix.connectors.deliveries import Delivery
from dealix.lanes.inbox_models import InboundEvent
from dealix.store.session import tenant_of


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
    """Whose delivery it is, found by the message that it answers; a stranger's answers none."""

    tenant_id: str
    run_id: str | None
    person_id: str | None
    answers: str | None


def is_strangers(event: InboundEvent) -> bool:
    """Whether somebody whom we do not know has written this, and nobody has taken it up."""
    written = event.provider in inbound.WRITTEN and event.facts is None
    return written and event.run_id is None and event.person_id is None


@dataclass(frozen=True)
class Arrival:
    """A delivery on its way into `inbound_events`; `raw` is personal."""

    provider: str
    delivery_id: str
    received_at: datetime
    raw: bytes


def stored_as(session: Session, delivery: Delivery) -> str | None:
    """The ID under which a delivery is stored already, in whichever company."""
    return session.execute(
        text("SELECT id FROM lookup_delivery(:provider, :delivery)"),
        {"provider": delivery.provider, "delivery": delivery.delivery_id},
    ).scalar()


def owner_of(session: Session, answers: Iterable[str]) -> Owner | None:
    """The owner of the first message among `answers` that is ours."""
    for message_id in answers:
        row = session.execute(
            text("SELECT * FROM lookup_message(:answered)"), {"answered": message_id}
        ).one_or_none()
        if row is not None:
            return Owner(row.tenant_id, row.run_id, row.person_id, message_id)
    return None


def whose(session: Session, event_id: str) -> Owner | None:
    """Whose delivery this is, as far as that is known by now; None when there is none."""
    event = session.get(InboundEvent, (tenant_of(session), event_id))
    if event is None:
        return None
    return Owner(event.tenant_id, event.run_id, event.person_id, event.in_reply_to)

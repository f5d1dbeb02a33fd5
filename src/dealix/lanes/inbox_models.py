"""Tables of the inbox: what was sent, by its Message-ID, and what came in, by its delivery ID."""

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dealix.store.base import Base, Tenanted


class OutboundMessage(Tenanted, Base):
    """One message that left, so that an answer to it finds its tenant, run and person.

    `sent_at` is the run's time, `recorded_at` real time. A channel whose answers name no message
    is routed by `address_index`, a blind index of both ends, and by the provider's own ID of it.
    `standing` is how the provider took it, where it was not simply accepted.
    """

    __tablename__ = "outbound_messages"
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str | None]
    message_id: Mapped[str] = mapped_column(unique=True)
    channel: Mapped[str]
    person_id: Mapped[str | None]
    effect_key: Mapped[str]
    sent_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    address_index: Mapped[str | None]
    provider_id: Mapped[str | None]
    standing: Mapped[str | None]


class InboundEvent(Tenanted, Base):
    """One delivery from outside; `sealed` is its body under the person's key, else the tenant's.

    `received_at` is real time, `attached_at` the time on the run's clock. `sealed` is None when
    the person was erased before the delivery came. `facts` is there when the delivery is
    no message but tells of one of ours, such as that it was read. `files` is how many files in it
    are still to be taken up.
    """

    __tablename__ = "inbound_events"
    id: Mapped[str] = mapped_column(primary_key=True)
    provider: Mapped[str]
    delivery_id: Mapped[str]
    received_at: Mapped[datetime]
    in_reply_to: Mapped[str | None]
    run_id: Mapped[str | None]
    person_id: Mapped[str | None]
    sealed: Mapped[bytes | None]
    status: Mapped[str]
    attached_at: Mapped[datetime | None]
    facts: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    files: Mapped[int] = mapped_column(default=0)


class Receipt(Tenanted, Base):
    """What a provider told of one of our messages; `at` is its time, no earlier than ours."""

    __tablename__ = "receipts"
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    event_id: Mapped[str]
    effect_key: Mapped[str]
    channel: Mapped[str]
    reference: Mapped[str]
    status: Mapped[str]
    reason: Mapped[str | None]
    at: Mapped[datetime]
    received_at: Mapped[datetime]

"""Tables of the inbox: what was sent, by its Message-ID, and what came in, by its delivery ID."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from dealix.store.base import Base, Tenanted


class OutboundMessage(Tenanted, Base):
    """One message that left, so that an answer to it finds its tenant, run and person."""

    __tablename__ = "outbound_messages"
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str | None]
    message_id: Mapped[str] = mapped_column(unique=True)
    channel: Mapped[str]
    person_id: Mapped[str | None]
    effect_key: Mapped[str]
    sent_at: Mapped[datetime]


class InboundEvent(Tenanted, Base):
    """One delivery from outside; `sealed` is its body under the person's key, else the tenant's.

    `received_at` is real time, `attached_at` the time on the run's clock. `sealed` is None when
    the person was erased before the delivery came.
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

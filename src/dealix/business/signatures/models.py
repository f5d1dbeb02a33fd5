"""Tables of signatures: an envelope per sent document, and how each ended."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from dealix.store.base import Base, Tenanted


class Envelope(Tenanted, Base):
    """One envelope of ours; `signers` holds IDs and roles, no names.

    `due_at` (real time) is when to ask the provider next: None when it has ended. `heard_at` is
    when a webhook last spoke of it, maybe before the provider's answer to our own call.
    """

    __tablename__ = "signature_envelopes"
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    effect_key: Mapped[str]
    reference: Mapped[str]
    envelope: Mapped[str | None]
    status: Mapped[str]
    payload_hash: Mapped[str]
    document_sha256: Mapped[str]
    signers: Mapped[list[Any]]
    begun_at: Mapped[datetime]
    heard_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    tries: Mapped[int]


class EnvelopeEvent(Tenanted, Base):
    """How an envelope ended, once; written and never changed."""

    __tablename__ = "signature_events"
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    envelope: Mapped[str]
    status: Mapped[str]
    by_person: Mapped[str | None]
    by_role: Mapped[str | None]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]

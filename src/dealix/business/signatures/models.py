"""Tables of signatures: an envelope per sent document, and how each ended."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from dealix.store.base import Base, Tenanted


class Envelope(Tenanted, Base):
    """One envelope of ours; `signers` holds IDs and roles, no names.

    `document_digest` is the commitment to what went out and `signed_digest` that to what came
    back signed, which lies as `signed_object`, sealed for `person_id`. `due_at` (real time) is when
    to ask the provider next: None when it has ended. `heard_at` is when a webhook last spoke of it,
    maybe before the provider's answer to our own call, and `asked_at` when the envelope itself was
    last asked for.
    """

    __tablename__ = "signature_envelopes"
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    effect_key: Mapped[str]
    reference: Mapped[str]
    envelope: Mapped[str | None]
    status: Mapped[str]
    payload_hash: Mapped[str]
    document_digest: Mapped[str]
    person_id: Mapped[str | None]
    signed_digest: Mapped[str | None]
    signed_object: Mapped[str | None]
    signers: Mapped[list[Any]]
    begun_at: Mapped[datetime]
    heard_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
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

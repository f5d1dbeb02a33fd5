"""Tables of what happened: effects, their undos, and the cases that people settle."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from dealix.store.base import Base, Tenanted


class Effect(Tenanted, Base):
    """A step's row in the ledger.

    `status` is what the surface shows; `open_attempt` says that a call may be under way or its
    outcome unknown, so that a row found `started` is not mistaken for one that never left.
    """

    __tablename__ = "effects"
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    seq: Mapped[int]
    step: Mapped[str]
    key: Mapped[str]
    system: Mapped[str | None]
    kind: Mapped[str]
    method: Mapped[str]
    on_started: Mapped[str]
    final: Mapped[bool]
    status: Mapped[str]
    open_attempt: Mapped[bool]
    attempts: Mapped[int]
    payload_hash: Mapped[str | None]
    token_id: Mapped[str | None]
    reference: Mapped[str | None]
    result: Mapped[dict[str, Any] | None]
    reason: Mapped[str | None]
    undoes: Mapped[str | None]
    started_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]


class Undo(Tenanted, Base):
    """How a step is taken back; `key` is the key of the effect it undoes."""

    __tablename__ = "undos"
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    seq: Mapped[int]
    step: Mapped[str]
    key: Mapped[str]
    action: Mapped[str]
    system: Mapped[str | None]
    status: Mapped[str]
    reason: Mapped[str | None]
    registered_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class Case(Tenanted, Base):
    """What only a person can settle; its run, if it has one, waits for it."""

    __tablename__ = "cases"
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str | None]
    kind: Mapped[str]
    subject: Mapped[str]
    step: Mapped[str]
    reason: Mapped[str | None]
    round: Mapped[int]
    status: Mapped[str]
    resolution: Mapped[str | None]
    comment: Mapped[str | None]
    opened_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None]

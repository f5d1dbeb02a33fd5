"""Tables of the one door: requests with their packets, and the decisions on them."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from dealix.store.base import Base, Tenanted


class Approval(Tenanted, Base):
    """A request at a gate; `packet` is what deciders see, `packet_hash` what they are bound to."""

    __tablename__ = "approvals"
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    gate: Mapped[str]
    round: Mapped[int]
    category: Mapped[str]
    priority: Mapped[str]
    requested_by: Mapped[str]
    packet: Mapped[dict[str, Any]]
    packet_hash: Mapped[str]
    slots: Mapped[list[Any]]
    authority_version: Mapped[int]
    status: Mapped[str]
    opened_at: Mapped[datetime]
    deadline: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    escalation_level: Mapped[int]


class Decision(Tenanted, Base):
    """What one person decided on one request, and when: received (real), effective (the run's)."""

    __tablename__ = "decisions"
    id: Mapped[str] = mapped_column(primary_key=True)
    approval_id: Mapped[str]
    run_id: Mapped[str]
    user_id: Mapped[str]
    slot: Mapped[str]
    decision: Mapped[str]
    comment: Mapped[str | None]
    packet_hash: Mapped[str]
    received_at: Mapped[datetime]
    effective_at: Mapped[datetime | None]

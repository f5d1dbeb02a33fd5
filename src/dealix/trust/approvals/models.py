"""Tables of the one door: requests with their packets, decisions, resubmissions, SLA steps."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from dealix.store.base import Base, Tenanted


class Approval(Tenanted, Base):
    """A request at a gate; `packet` is what deciders see, `packet_hash` what they are bound to.

    `cycle` counts the versions of what is asked: rounds of one cycle share one SLA clock. `parts`
    is the hash of what the gate looks at (under "") and of what each seat looks at; `carried` are
    approvals of an earlier round whose part has not changed; `escalated` are the people to whom an
    escalation gave the right to decide.
    """

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
    cycle: Mapped[int]
    parts: Mapped[dict[str, Any]]
    carried: Mapped[list[Any]]
    escalated: Mapped[list[Any]]


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
    changes: Mapped[list[Any] | None]
    via: Mapped[str]


class Resubmission(Tenanted, Base):
    """What the requester answered to requested changes; `at` is the run's clock."""

    __tablename__ = "resubmissions"
    id: Mapped[str] = mapped_column(primary_key=True)
    approval_id: Mapped[str]
    run_id: Mapped[str]
    user_id: Mapped[str]
    comment: Mapped[str | None]
    answers: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]
    at: Mapped[datetime]


class SlaStep(Tenanted, Base):
    """One reminder (1), breach (2) or level 3 (3) of a request, and whom it reached."""

    __tablename__ = "sla_steps"
    approval_id: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    due_at: Mapped[datetime]
    at: Mapped[datetime]
    reached: Mapped[list[Any]]

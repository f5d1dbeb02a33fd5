"""Tables of the one door: requests with their packets, decisions, links, notices and SLA steps."""

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


class ApprovalLink(Tenanted, Base):
    """A decision link by the hash of its token: one request, one approver, the run's clock."""

    __tablename__ = "approval_links"
    id: Mapped[str] = mapped_column(primary_key=True)
    token_hash: Mapped[str]
    approval_id: Mapped[str]
    user_id: Mapped[str]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]


class Notice(Tenanted, Base):
    """A message to one of our own people about a request; `at` is the run's clock, the rest real.

    `failed` could not be delivered, `unknown` may have been: neither is sent again, the next
    notice of the request repairs it. `dropped` came too late to be of use.
    """

    __tablename__ = "approval_notices"
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    approval_id: Mapped[str]
    user_id: Mapped[str]
    kind: Mapped[str]
    status: Mapped[str]
    at: Mapped[datetime]
    attempts: Mapped[int]
    next_try_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    reason: Mapped[str | None]


class Look(Tenanted, Base):
    """That a person has seen a packet, so that the next one shows what has changed since."""

    __tablename__ = "approval_looks"
    user_id: Mapped[str] = mapped_column(primary_key=True)
    approval_id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    gate: Mapped[str]
    packet_hash: Mapped[str]
    seen_at: Mapped[datetime]

"""What other parts may read of approvals: the packet that was approved, and a run's decisions."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealix.records.canonical import stamp
from dealix.trust.approvals.models import Approval, Decision
from dealix.trust.approvals.schemas import ApprovalPacket


def approved_packet(session: Session, run_id: str, gate: str) -> ApprovalPacket | None:
    """The packet of a gate's last approval."""
    query = (
        select(Approval)
        .where(Approval.run_id == run_id, Approval.gate == gate, Approval.status == "approved")
        .order_by(Approval.round.desc())
        .limit(1)
    )
    row = session.execute(query).scalar_one_or_none()
    return None if row is None else ApprovalPacket.model_validate(row.packet)


def requests_of_run(session: Session, run_id: str) -> list[tuple[Approval, list[Decision]]]:
    """Every request of a run with its decisions, oldest first."""
    query = select(Approval).where(Approval.run_id == run_id).order_by(Approval.opened_at)
    found = []
    for row in session.execute(query).scalars():
        made = select(Decision).where(Decision.approval_id == row.id).order_by(Decision.id)
        found.append((row, list(session.execute(made).scalars())))
    return found


def timeline(session: Session, run_id: str) -> list[dict[str, Any]]:
    """A run's gates and decisions as entries of its timeline."""
    entries: list[dict[str, Any]] = []
    for row, made in requests_of_run(session, run_id):
        entries.append(_entry(row.opened_at, "wait", row.gate, row.status, row.id))
        entries += [
            {
                **_entry(d.effective_at or d.received_at, "approval", row.gate, d.decision, d.id),
                "by": d.user_id,
                "approval": row.id,
            }
            for d in made
        ]
    return entries


def _entry(at: Any, kind: str, name: str, status: str, key: str) -> dict[str, Any]:
    return {
        "at": stamp(at),
        "kind": kind,
        "name": name,
        "status": status,
        "attempts": 1,
        "key": key,
    }

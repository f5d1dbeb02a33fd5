"""What other parts may read of approvals: the packet that was approved, and a run's decisions."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealix.records.canonical import stamp
from dealix.trust.approvals.models import Approval, Decision, Resubmission
from dealix.trust.approvals.rounds import WHOLE

MOST = 200


def of_scope(session: Session, scope: str, run_id: str | None = None) -> list[Approval]:
    """Requests, newest first: all, those whose requested changes are `owed`, else the open ones."""
    query = select(Approval).order_by(Approval.opened_at.desc(), Approval.id).limit(MOST)
    if run_id is not None:
        query = query.where(Approval.run_id == run_id)
    if scope == "owed":
        answered = select(Resubmission.approval_id)
        query = query.where(Approval.status == "changes_requested", Approval.id.not_in(answered))
    elif scope != "all":
        query = query.where(Approval.status == "open")
    return list(session.execute(query).scalars())


def agreed_part(session: Session, run_id: str, gate: str) -> str | None:
    """The hash of what a gate looked at when it last approved; None when it has not."""
    query = (
        select(Approval)
        .where(Approval.run_id == run_id, Approval.gate == gate)
        .order_by(Approval.round.desc())
        .limit(1)
    )
    row = session.execute(query).scalar_one_or_none()
    return str(row.parts[WHOLE]) if row is not None and row.status == "approved" else None


def effective(session: Session, run_id: str) -> list[str]:
    """The decisions of a run that its workflow has gone on with."""
    query = select(Decision.id).where(Decision.run_id == run_id, Decision.effective_at.is_not(None))
    return list(session.execute(query).scalars())


def requests_of_run(session: Session, run_id: str) -> list[tuple[Approval, list[Decision]]]:
    """Every request of a run with its decisions, oldest first."""
    query = select(Approval).where(Approval.run_id == run_id).order_by(Approval.opened_at)
    rows = session.execute(query).scalars().all()
    return [(row, decisions_on(session, row.id)) for row in rows]


def decisions_on(session: Session, approval_id: str) -> list[Decision]:
    """The decisions on a request, oldest first."""
    query = select(Decision).where(Decision.approval_id == approval_id).order_by(Decision.id)
    return list(session.execute(query).scalars())


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

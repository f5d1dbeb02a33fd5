"""What each person has seen of a gate, and what has changed since they looked."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.errors import DealixError
from dealix.store.session import Database, tenant_of
from dealix.trust.approvals import views
from dealix.trust.approvals.differences import differences
from dealix.trust.approvals.models import Approval, Look
from dealix.trust.privacy import Vault


def looked(session: Session, actor: Actor, approval: Approval, vault: Vault) -> dict[str, Any]:
    """What changed since this person last saw another packet of this gate; and that they look now.

    `since` says what it is compared with: what they saw (`you_looked`), the round before, or
    nothing. A link's page may be opened by a machine, so it is no look.
    """
    before, since = _seen_by(session, actor.user_id, approval), "you_looked"
    if before is None:
        before, since = _round_before(session, approval), "round_before"
    first = actor.via != "link" and _remember(session, actor.user_id, approval)
    found = _between(session, before, approval, vault) if before is not None else []
    return {"difference": found, "since": since if before is not None else None, "first": first}


def explain(
    database: Database, vault: Vault, actor: Actor, approval_id: str, seen: str, why: DealixError
) -> None:
    """Put into a `stale_packet` refusal what the packet that was seen and ours differ in."""
    if why.code != "stale_packet":
        return
    with database.tenant(actor.tenant_id) as session:
        approval = session.get_one(Approval, (tenant_of(session), approval_id))
        query = select(Approval).where(
            Approval.run_id == approval.run_id,
            Approval.gate == approval.gate,
            Approval.packet_hash == seen,
        )
        before = session.execute(query.limit(1)).scalar_one_or_none()
        before = before or _seen_by(session, actor.user_id, approval)
        before = before or _round_before(session, approval)
        known = before is not None and before.id != approval.id
        why.params["difference"] = _between(session, before, approval, vault) if known else []


def _seen_by(session: Session, user_id: str, approval: Approval) -> Approval | None:
    """The newest packet of this run and gate that the person saw and that is not this one."""
    query = (
        select(Approval)
        .join(Look, Look.approval_id == Approval.id)
        .where(
            Look.user_id == user_id,
            Look.run_id == approval.run_id,
            Look.gate == approval.gate,
            Look.packet_hash != approval.packet_hash,
        )
        .order_by(Look.seen_at.desc())
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()


def _round_before(session: Session, approval: Approval) -> Approval | None:
    query = (
        select(Approval)
        .where(
            Approval.run_id == approval.run_id,
            Approval.gate == approval.gate,
            Approval.round < approval.round,
        )
        .order_by(Approval.round.desc())
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()


def _remember(session: Session, user_id: str, approval: Approval) -> bool:
    """Store that the person sees this packet; answers whether it is the first time."""
    made = session.execute(
        insert(Look)
        .values(
            tenant_id=tenant_of(session),
            user_id=user_id,
            approval_id=approval.id,
            run_id=approval.run_id,
            gate=approval.gate,
            packet_hash=approval.packet_hash,
            seen_at=clock.real_now(),
        )
        .on_conflict_do_nothing()
        .returning(Look.approval_id)
    )
    return made.first() is not None


def _between(
    session: Session, before: Approval | None, after: Approval, vault: Vault
) -> list[dict[str, Any]]:
    if before is None:
        return []
    old, new = (views.packet(session, row, vault) for row in (before, after))
    return [asdict(change) for change in differences(old, new)]

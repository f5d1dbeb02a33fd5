"""Rounds of a gate: what is asked again, what was agreed before, what the requester answers."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.errors import Conflict, NotEntitled, NotFound
from dealix.lanes import run_book
from dealix.lanes.models import Run
from dealix.records.run_notes import note
from dealix.store.session import tenant_of
from dealix.trust.approvals import links
from dealix.trust.approvals.models import Approval, Decision, Resubmission
from dealix.trust.approvals.schemas import Opening
from dealix.trust.policy.authority_book import OpenSlot

WHOLE = ""
"""The key of `Approval.parts` under which stands what the gate as a whole looks at."""


def find(session: Session, approval_id: str, *, lock: bool = False) -> Approval:
    """A request, or `not_found` for an unknown one and another tenant's alike."""
    row = session.get(Approval, (tenant_of(session), approval_id), with_for_update=lock)
    if row is None:
        raise NotFound("not_found")
    return row


def locked(session: Session, approval_id: str) -> tuple[Approval, Run]:
    """A request and its run, both locked, the run first: see `store.locks`."""
    run_id = session.scalar(select(Approval.run_id).where(Approval.id == approval_id))
    if run_id is None:
        raise NotFound("not_found")
    run = run_book.get(session, run_id, lock=True)
    return find(session, approval_id, lock=True), run


def of_round(session: Session, opening: Opening) -> Approval | None:
    """The request of this very run, gate and round: asking again finds it (request ID dedup)."""
    return session.execute(
        select(Approval).where(
            Approval.run_id == opening.run_id,
            Approval.gate == opening.gate,
            Approval.round == opening.round,
        )
    ).scalar_one_or_none()


def before(session: Session, opening: Opening) -> Approval | None:
    """The last request at this gate before this round."""
    query = (
        select(Approval)
        .where(
            Approval.run_id == opening.run_id,
            Approval.gate == opening.gate,
            Approval.round < opening.round,
        )
        .order_by(Approval.round.desc())
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()


def stands(session: Session, earlier: Approval, opening: Opening) -> bool:
    """Whether the last request is the answer to a new one.

    It approved exactly what would be asked now, or sent it back and the requester has not answered.
    """
    if earlier.status == "changes_requested":
        return resubmission_of(session, earlier.id) is None
    return earlier.status == "approved" and earlier.parts.get(WHOLE) == opening.looks_at


def new_request(
    session: Session, opening: Opening, run: Run, version: int, seats: list[OpenSlot]
) -> Approval:
    """The request's row, open, under the version of the table by which it is seated."""
    earlier = before(session, opening)
    parts = {WHOLE: opening.looks_at}
    parts |= {seat.name: opening.seats.get(seat.name, opening.looks_at) for seat in seats}
    return Approval(
        tenant_id=tenant_of(session),
        id=f"apr_{opening.run_id.removeprefix('run_')}_{opening.gate}_{opening.round}",
        run_id=opening.run_id,
        gate=opening.gate,
        round=opening.round,
        category=opening.category,
        priority=opening.priority,
        requested_by=opening.requested_by,
        packet=opening.packet.model_dump(mode="json"),
        packet_hash=opening.packet.digest(),
        slots=[
            {
                "name": seat.name,
                "count": seat.count,
                "kind": opening.kind,
                "type": opening.type,
                "amount": opening.amount,
                "exclusive": opening.exclusive,
            }
            for seat in seats
        ],
        authority_version=version,
        status="open",
        opened_at=clock.now(),
        deadline=run.deadline,
        escalation_level=0,
        cycle=opening.cycle,
        parts=parts,
        carried=_carried(session, earlier, parts),
        escalated=[],
    )


def resubmission_of(session: Session, approval_id: str) -> Resubmission | None:
    """The requester's answer to the changes that a request asked for."""
    return resubmissions(session, [approval_id]).get(approval_id)


def resubmissions(session: Session, approval_ids: Iterable[str]) -> dict[str, Resubmission]:
    """The requesters' answers to these requests, by request; each is answered once at most."""
    query = select(Resubmission).where(Resubmission.approval_id.in_(sorted(set(approval_ids))))
    return {row.approval_id: row for row in session.execute(query).scalars()}


def close_open(session: Session, run: Run, at: datetime) -> None:
    """Close a run's open requests, because the run has ended without them."""
    query = select(Approval).where(Approval.run_id == run.id, Approval.status == "open")
    for approval in session.execute(query.with_for_update()).scalars():
        approval.status, approval.closed_at = "closed", at
        links.end(session, approval.id, at)
        data = {"approval": approval.id, "gate": approval.gate}
        note(session, "system", "approval.closed", run.id, data, chain=run.chain)


def _carried(
    session: Session, earlier: Approval | None, parts: dict[str, str]
) -> list[dict[str, Any]]:
    """The seats that agreed in the round sent back, and whose part is the same now."""
    if earlier is None or earlier.status != "changes_requested":
        return []
    query = select(Decision).where(
        Decision.approval_id == earlier.id, Decision.decision == "approve"
    )
    fresh = [
        {"slot": d.slot, "user": d.user_id, "decision": d.id}
        for d in session.execute(query).scalars()
    ]
    return [
        one
        for one in [*earlier.carried, *fresh]
        if one["slot"] in parts and earlier.parts.get(one["slot"]) == parts[one["slot"]]
    ]


def assert_owed(session: Session, actor: Actor, approval: Approval, run: Run) -> None:
    """Changes are owed by the one who asked, once a request, until the run ends or is undone."""
    if actor.user_id not in {approval.requested_by, run.started_by}:
        raise NotEntitled("not_the_requester")
    if run.ended_at is not None or run.undo_begun_at is not None:
        raise Conflict("run_ended")
    owed = approval.status == "changes_requested"
    if not owed or resubmission_of(session, approval.id) is not None:
        raise Conflict("no_changes_owed")


def note_decided(session: Session, approval: Approval, row: Decision, run: Run) -> None:
    """The audit of a decision, by the run's clock."""
    data = {
        "approval": approval.id,
        "decision": row.id,
        "word": row.decision,
        "seat": row.slot,
        "packet_hash": approval.packet_hash,
        "via": row.via,
    }
    note(session, row.user_id, "approval.decided", run.id, data, chain=run.chain, at=run.now())

"""The one door: the database judges under a row lock, stores, audits; delivery comes after."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.errors import DealixError, InvalidInput, NotFound
from dealix.lanes import run_book, signals
from dealix.lanes.models import Run
from dealix.observability import metrics
from dealix.records import audit
from dealix.records.run_notes import note
from dealix.store.ids import new_id
from dealix.store.session import Database, tenant_of
from dealix.trust.approvals import views
from dealix.trust.approvals.judging import Judgement, judge
from dealix.trust.approvals.models import Approval, Decision
from dealix.trust.approvals.schemas import ApprovalPacket, Opening, Word
from dealix.trust.approvals.seating import Seating
from dealix.trust.policy import tokens
from dealix.trust.policy.authority_book import Matter, OpenSlot
from dealix.trust.privacy import Vault

Seats = list[OpenSlot]
Changes = list[str]
Decisions = list[Decision]


class ApprovalService:
    """Requests at gates, and the only function that decides them."""

    def __init__(
        self,
        database: Database,
        seating: Seating,
        vault: Vault,
        permit: Callable[[Actor, str], None],
        after: Callable[[str, str], bool],
    ) -> None:
        """`after(tenant, signal)` delivers a stored decision; it answers whether that worked."""
        self.database = database
        self.seating = seating
        self.vault = vault
        self.permit = permit
        self.after = after

    def list(self, actor: Actor, scope: str = "mine") -> list[dict[str, Any]]:
        """Requests: `mine` wait for this person, `open` are all open ones, or `all`."""
        self.permit(actor, "approval.read")
        query = select(Approval).order_by(Approval.opened_at.desc()).limit(200)
        if scope != "all":
            query = query.where(Approval.status == "open")
        with self.database.tenant(actor.tenant_id) as session:
            rows = list(session.execute(query).scalars())
            seen = [self._view(session, row, actor, whole=True) for row in rows]
        return [view for view in seen if scope != "mine" or view["may_decide"]]

    def get(self, actor: Actor, approval_id: str) -> dict[str, Any]:
        """One request with its packet, who may decide, and what was decided."""
        self.permit(actor, "approval.read")
        with self.database.tenant(actor.tenant_id) as session:
            return self._view(session, _find(session, approval_id), actor, whole=True)

    def open(self, session: Session, opening: Opening, run: Run) -> Approval:
        """Open a request, or answer the one of this run, gate and round (request ID dedup)."""
        found = session.execute(
            select(Approval).where(
                Approval.run_id == opening.run_id,
                Approval.gate == opening.gate,
                Approval.round == opening.round,
            )
        ).scalar_one_or_none()
        if found is not None:
            return found
        matter = Matter(opening.kind, opening.type, opening.amount, opening.exclusive)
        version, seats = self.seating.open(
            session, matter, opening.gate, opening.requested_by, run.id
        )
        approval = _new(session, opening, run, version, seats)
        session.add(approval)
        data = {
            "approval": approval.id,
            "gate": approval.gate,
            "packet_hash": approval.packet_hash,
            "authority_version": version,
        }
        note(session, "system", "approval.opened", run.id, data, chain=run.chain)
        session.flush()
        return approval

    def decide(
        self,
        actor: Actor,
        approval_id: str,
        decision: str,
        comment: str | None,
        packet_hash: str,
        changes: Changes | None = None,
    ) -> dict[str, Any]:
        """Decide a request: judged and stored under its row's lock, then delivered.

        A refusal changes nothing and leaves one audit record. `delivered` in the answer says
        whether the workflow has heard; when not, it will.
        """
        if decision not in get_args(Word):
            raise InvalidInput("invalid_input", errors=[{"field": "decision", "type": "enum"}])
        if decision == "request_changes" or changes:
            raise InvalidInput("changes_not_built")
        try:
            signal = self._store(actor, approval_id, decision, comment, packet_hash)
        except DealixError as refusal:
            self._audit_refusal(actor, approval_id, refusal)
            raise
        delivered = self._deliver(actor.tenant_id, signal)
        with self.database.tenant(actor.tenant_id) as session:
            view = self._view(session, _find(session, approval_id), actor, whole=True)
        metrics.decision(view["gate"], decision, delivered=delivered)
        return {**view, "delivered": delivered}

    def close_open(self, session: Session, run: Run, at: datetime) -> None:
        """Close a run's open requests, because the run has ended without them."""
        query = select(Approval).where(Approval.run_id == run.id, Approval.status == "open")
        for approval in session.execute(query.with_for_update()).scalars():
            approval.status, approval.closed_at = "closed", at
            data = {"approval": approval.id, "gate": approval.gate}
            note(session, "system", "approval.closed", run.id, data, chain=run.chain)

    def state(self, session: Session, approval_id: str) -> tuple[str, Decisions]:
        """How a request stands, and the decisions that made it so."""
        return _find(session, approval_id).status, _decisions(session, approval_id)

    def _store(
        self, actor: Actor, approval_id: str, decision: str, comment: str | None, seen: str
    ) -> str:
        with self.database.tenant(actor.tenant_id) as session:
            approval = _find(session, approval_id, lock=True)
            run = run_book.get(session, approval.run_id, lock=True)
            seats = self.seating.of(session, approval)
            judgement = self._judge(session, actor, approval, run, seats, decision, comment, seen)
            row = Decision(
                tenant_id=tenant_of(session),
                id=new_id("dec"),
                approval_id=approval.id,
                run_id=run.id,
                user_id=actor.user_id,
                slot=judgement.seat,
                decision=decision,
                comment=comment,
                packet_hash=approval.packet_hash,
                received_at=clock.real_now(),
            )
            session.add(row)
            session.flush()
            self._close(session, approval, decision, run)
            if approval.status == "approved":
                self._issue(session, approval, row, run)
            data = {
                "approval": approval.id,
                "decision": row.id,
                "word": decision,
                "seat": judgement.seat,
                "packet_hash": approval.packet_hash,
            }
            note(
                session,
                actor.user_id,
                "approval.decided",
                run.id,
                data,
                chain=run.chain,
                at=run.now(),
            )
            return signals.enqueue(
                session,
                run.id,
                "decision",
                approval.id,
                gate=approval.gate,
                packet_hash=approval.packet_hash,
                about=row.id,
            )

    def _judge(
        self,
        session: Session,
        actor: Actor,
        approval: Approval,
        run: Run,
        seats: Seats,
        decision: str,
        comment: str | None,
        seen: str,
    ) -> Judgement:
        earlier = session.execute(select(Decision).where(Decision.run_id == run.id)).scalars().all()
        judged = judge(actor, approval, run, seats, list(earlier), decision, comment, seen)
        self.seating.judge(session, actor, approval, run, judged.seat)
        return judged

    def _close(self, session: Session, approval: Approval, decision: str, run: Run) -> None:
        """One rejection closes a request; approval needs every seat filled."""
        made = _decisions(session, approval.id)
        full = all(
            sum(d.slot == slot["name"] and d.decision == "approve" for d in made) >= slot["count"]
            for slot in approval.slots
        )
        if decision == "reject":
            approval.status = "rejected"
        elif full:
            approval.status = "approved"
        if approval.status != "open":
            approval.closed_at = run.now()

    def _issue(self, session: Session, approval: Approval, row: Decision, run: Run) -> None:
        packet = ApprovalPacket.model_validate(approval.packet)
        tokens.issue_all(
            session,
            run_id=run.id,
            decision_id=row.id,
            issued_by=row.user_id,
            effects=packet.effects,
        )

    def _deliver(self, tenant_id: str, signal: str) -> bool:
        """Tell the workflow now; when that does not work, the scheduler does it."""
        try:
            return self.after(tenant_id, signal)
        except (DealixError, RuntimeError, OSError):
            return False

    def _audit_refusal(self, actor: Actor, approval_id: str, refusal: DealixError) -> None:
        with self.database.tenant(actor.tenant_id) as session:
            row = session.get(Approval, (tenant_of(session), approval_id))
            if row is None:
                data = {"code": refusal.code}
                audit.append(session, actor.user_id, "approval.refused", "unknown", data)
                return
            run = run_book.get(session, row.run_id)
            data = {"approval": row.id, "code": refusal.code}
            note(
                session,
                actor.user_id,
                "approval.refused",
                run.id,
                data,
                chain=run.chain,
                at=run.now(),
            )

    def _view(
        self, session: Session, row: Approval, actor: Actor, *, whole: bool = False
    ) -> dict[str, Any]:
        seats = self.seating.of(session, row)
        made = _decisions(session, row.id)
        people = {user for seat in seats for user in seat.eligible}
        view = views.approval(row, seats, made)
        earlier = {
            d.user_id
            for d in session.execute(
                select(Decision).where(Decision.run_id == row.run_id)
            ).scalars()
        }
        view["may_decide"] = (
            row.status == "open"
            and actor.user_id in people
            and actor.user_id not in {row.requested_by, *earlier}
        )
        if whole:
            view["packet"] = views.packet(session, row, self.vault)
        return view


def _find(session: Session, approval_id: str, *, lock: bool = False) -> Approval:
    row = session.get(Approval, (tenant_of(session), approval_id), with_for_update=lock)
    if row is None:
        raise NotFound("not_found")
    return row


def _decisions(session: Session, approval_id: str) -> list[Decision]:
    query = select(Decision).where(Decision.approval_id == approval_id).order_by(Decision.id)
    return list(session.execute(query).scalars())


def _new(session: Session, opening: Opening, run: Run, version: int, seats: Seats) -> Approval:
    """The request's row, open, under the version of the table by which it is seated."""
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
    )

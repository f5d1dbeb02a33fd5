"""The one door: the database judges under a row lock, stores, audits; delivery comes after."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.errors import DealixError, InvalidInput
from dealix.lanes import run_book, signals
from dealix.lanes.delivery import Fresh
from dealix.lanes.models import Run
from dealix.lanes.schemas import Delivery, GateState
from dealix.lanes.subjects import Subjects
from dealix.observability import metrics
from dealix.records import audit
from dealix.records.run_notes import note
from dealix.store.ids import new_id
from dealix.store.session import Database, tenant_of
from dealix.trust.access import directory
from dealix.trust.approvals import (
    credentials,
    escalation,
    looks,
    reading,
    rounds,
    sla,
    workload,
)
from dealix.trust.approvals.desk import ApprovalDesk
from dealix.trust.approvals.judging import Judgement, Matter, agreed, judge
from dealix.trust.approvals.models import Approval, Decision, Resubmission
from dealix.trust.approvals.notices import NoNotices, Notices
from dealix.trust.approvals.schemas import ApprovalPacket, Opening, Taking, Word
from dealix.trust.approvals.seating import Seating
from dealix.trust.policy import tokens
from dealix.trust.policy.authority_book import Matter as Asked
from dealix.trust.policy.authority_book import OpenSlot
from dealix.trust.privacy import Vault

Seats = list[OpenSlot]
Revise = Callable[[Session, Actor, Run, Mapping[str, Any]], Mapping[str, Any]]
Changes = list[str]


class ApprovalService(ApprovalDesk):
    """Requests at gates, and the only function that decides them."""

    def __init__(
        self,
        database: Database,
        seating: Seating,
        vault: Vault,
        permit: Callable[[Actor, str], None],
        after: Callable[[str, str, Fresh | None], bool],
        notices: Notices | None = None,
        revisions: Mapping[str, Revise] | None = None,
        subjects: Subjects | None = None,
    ) -> None:
        """`after(tenant, signal, fresh)` delivers a stored decision; answers whether that worked.

        `notices` tells people of requests; `revisions` take the answers to requested changes, by
        workflow.
        """
        super().__init__(database, seating, vault, permit, subjects)
        self.after = after
        self.notices = notices or NoNotices()
        self.revisions = revisions or {}

    def open(self, session: Session, opening: Opening, run: Run) -> Approval:
        """Open a request, or answer the one of this run, gate and round (request ID dedup).

        A gate that has approved already exactly what it would be asked now is not asked again, nor
        one whose requested changes nobody has answered: then the answer is the earlier request.
        """
        found = rounds.of_round(session, opening)
        if found is not None:
            return found
        earlier = rounds.before(session, opening)
        if earlier is not None and rounds.stands(session, earlier, opening):
            return earlier
        asked = Asked(opening.kind, opening.type, opening.amount, opening.exclusive)
        version, seats = self.seating.open(
            session, asked, opening.gate, opening.requested_by, run.id
        )
        approval = rounds.new_request(session, opening, run, version, seats)
        session.add(approval)
        data = {
            "approval": approval.id,
            "gate": approval.gate,
            "packet_hash": approval.packet_hash,
            "authority_version": version,
            "carried": [one["decision"] for one in approval.carried],
        }
        note(session, "system", "approval.opened", run.id, data, chain=run.chain)
        session.flush()
        self.notices.opened(session, approval, _people(self.seating.of(session, approval)))
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
        taking = Taking(decision, comment, packet_hash, tuple(changes or ()), actor.via)
        try:
            fresh = self._store(actor, approval_id, taking)
        except DealixError as refusal:
            self._audit_refusal(actor, approval_id, refusal)
            looks.explain(self.database, self.vault, actor, approval_id, packet_hash, refusal)
            raise
        delivered = self._deliver(actor.tenant_id, fresh.delivery.id, fresh)
        with self.database.tenant(actor.tenant_id) as session:
            view = self._view(session, rounds.find(session, approval_id), actor)
        metrics.decision(view["gate"], decision, delivered=delivered)
        return {**view, "delivered": delivered}

    def resubmit(
        self, actor: Actor, approval_id: str, comment: str | None, answers: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The requester answers the changes that a request asked for; the gate is asked again.

        `answers` are what the workflow's business takes (new terms, new facts); it refuses what it
        cannot take, and then nothing is stored.
        """
        self.permit(actor, "approval.resubmit")
        with self.database.tenant(actor.tenant_id) as session:
            approval, run = rounds.locked(session, approval_id)
            rounds.assert_owed(session, actor, approval, run)
            revise = self.revisions.get(run.workflow)
            kept = revise(session, actor, run, answers) if revise else {}
            session.add(
                Resubmission(
                    tenant_id=tenant_of(session),
                    id=new_id("rsb"),
                    approval_id=approval.id,
                    run_id=run.id,
                    user_id=actor.user_id,
                    comment=comment,
                    answers=dict(kept),
                    received_at=clock.real_now(),
                    at=run.now(),
                )
            )
            data = {"approval": approval.id, "gate": approval.gate, "answers": dict(kept)}
            by, at = actor.user_id, run.now()
            note(session, by, "approval.resubmitted", run.id, data, chain=run.chain, at=at)
            signal = signals.enqueue(session, run.id, "resubmission", approval.id)
        delivered = self._deliver(actor.tenant_id, signal)
        return {**self.get(actor, approval_id), "delivered": delivered}

    def state(self, session: Session, approval_id: str, at: datetime) -> GateState:
        """How a request stands and when its SLA has its next word; its decisions take effect."""
        approval = rounds.find(session, approval_id)
        took = reading.hear(session, approval_id, at).took
        level, due = sla.upcoming(session, approval)
        return GateState.model_validate(
            {"status": approval.status, "next_level": level, "next_at": due, "took": took}
        )

    def escalate(self, session: Session, approval_id: str, at: datetime) -> GateState:
        """Remind, escalate and escalate further, as far as is due by `at`; each step once."""
        approval = rounds.find(session, approval_id, lock=True)
        run = run_book.get(session, approval.run_id)
        people = self.seating.book.directory.active_users(session)
        made = session.execute(select(Decision.user_id).where(Decision.run_id == run.id)).scalars()
        barred = frozenset({approval.requested_by, *made})

        def reach(level: int) -> list[str]:
            asked = _people(self.seating.of(session, approval))
            return escalation.reached(level, asked, people, barred)

        for level, reached in sla.escalate(session, approval, run, at, reach):
            self.notices.escalated(session, approval, level, reached)
        return self.state(session, approval_id, at)

    def _store(self, actor: Actor, approval_id: str, taking: Taking) -> Fresh:
        with self.database.tenant(actor.tenant_id) as session:
            approval, run = rounds.locked(session, approval_id)
            judgement = self._judge(session, actor, approval, run, taking)
            credentials.require(session, self.seating, actor, approval, run)
            row = Decision(
                tenant_id=tenant_of(session),
                id=new_id("dec"),
                approval_id=approval.id,
                run_id=run.id,
                user_id=actor.user_id,
                slot=judgement.seat,
                decision=taking.word,
                comment=taking.comment,
                changes=list(taking.changes) or None,
                packet_hash=approval.packet_hash,
                received_at=clock.real_now(),
                via=taking.via,
            )
            session.add(row)
            session.flush()
            _close(session, approval, taking.word, run)
            if approval.status == "approved":
                self._issue(session, approval, row, run)
            [now] = workload.seated(session, self.seating, [approval])
            left = sorted(now.deciders())
            self.notices.decided(session, approval, actor.user_id, left, run.now())
            rounds.note_decided(session, approval, row, run)
            signal = signals.enqueue(
                session,
                run.id,
                "decision",
                approval.id,
                gate=approval.gate,
                packet_hash=approval.packet_hash,
                about=row.id,
            )
            told = Delivery(
                id=signal,
                kind="decision",
                reference=approval.id,
                gate=approval.gate,
                hash=approval.packet_hash,
            )
            return Fresh(run, told)

    def _judge(
        self, session: Session, actor: Actor, approval: Approval, run: Run, taking: Taking
    ) -> Judgement:
        query = select(Decision).where(Decision.run_id == run.id)
        matter = Matter(
            actor=actor,
            approval=approval,
            run=run,
            seats=self.seating.of(session, approval),
            earlier=list(session.execute(query).scalars()),
            decision=taking.word,
            comment=taking.comment,
            seen=taking.packet_hash,
            changes=taking.changes,
            given_by=directory.given_by(session, actor.user_id),
        )
        judged = judge(matter)
        self.seating.judge(session, actor, approval, run, judged.seat)
        return judged

    def _issue(self, session: Session, approval: Approval, row: Decision, run: Run) -> None:
        packet = ApprovalPacket.model_validate(approval.packet)
        tokens.issue_all(
            session,
            run_id=run.id,
            decision_id=row.id,
            issued_by=row.user_id,
            effects=packet.effects,
        )

    def _deliver(self, tenant_id: str, signal: str, fresh: Fresh | None = None) -> bool:
        """Tell the workflow now; when that does not work, the scheduler does it."""
        try:
            return self.after(tenant_id, signal, fresh)
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


def _close(session: Session, approval: Approval, word: str, run: Run) -> None:
    """One rejection or request for changes closes a request; approval needs every seat filled."""
    made = reading.decisions_on(session, approval.id)
    full = all(agreed(approval, made, slot["name"]) >= slot["count"] for slot in approval.slots)
    if word == "reject":
        approval.status = "rejected"
    elif word == "request_changes":
        approval.status = "changes_requested"
    elif full:
        approval.status = "approved"
    if approval.status != "open":
        approval.closed_at = run.now()
        run_book.show(session, run, "running")


def _people(seats: Seats) -> list[str]:
    return list(dict.fromkeys(user for seat in seats for user in seat.eligible))

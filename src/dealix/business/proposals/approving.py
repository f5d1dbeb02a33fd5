"""Prices that somebody must agree to: who, what they see, and the token that lets a price out.

The discount matrix is the authority table's: by percentage, and by the money that it takes off.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import system
from dealix.business.partners.schemas import Strict
from dealix.business.proposals import repository
from dealix.business.proposals.models import PriceRecord, ProposalRun
from dealix.business.proposals.schemas import PricingDecisionRecord
from dealix.lanes import run_book, signals, starting
from dealix.lanes.kinds import Beginning, Prepared, WorkflowKind
from dealix.lanes.models import Run
from dealix.lanes.pipelines import MEDIUM
from dealix.records.canonical import digest
from dealix.store.ids import new_id
from dealix.store.session import tenant_of
from dealix.trust.access.directory import company_zone
from dealix.trust.approvals.schemas import ApprovalPacket, ListedEffect, Opening
from dealix.trust.approvals.seating import Seating
from dealix.trust.policy import service as policy
from dealix.trust.policy.authority import ANY
from dealix.trust.policy.authority_book import Matter
from dealix.trust.policy.schemas import PolicyQuestion

PROPOSAL, PRICE_APPROVAL = "proposal_generation", "price_approval"
BY_PERCENT, BY_VALUE = "discount_approval", "value_approval"
KINDS = {BY_PERCENT: "discount", BY_VALUE: "discount_value"}
GATES = {"above_discount_limit": BY_PERCENT, "above_discount_value": BY_VALUE}
"""At which gate each reason is decided."""
ACTION = "price.discount"
STEP = "continue_proposal"
LONGEST = timedelta(days=7)
"""How long a price waits for its approval: quotes grow old."""


class InternalStart(Strict):
    """What the system starts by itself, on a price: nobody can start it at a door."""

    record: str
    sha256: str


@dataclass(frozen=True)
class Limits:
    """Up to which percentage, and up to which money, nobody is asked."""

    percent: str
    value: str | None


@dataclass(frozen=True)
class PriceApprovals:
    """The discount matrix, and the way from a price to its approval and on from there."""

    seating: Seating

    def limits(self, session: Session, currency: str) -> Limits:
        """The limits by the authority table in force; without a row every discount is asked for."""
        book = self.seating.book
        by_percent = Matter(KINDS[BY_PERCENT], ANY)
        by_value = Matter(KINDS[BY_VALUE], currency)
        return Limits(
            book.asked_above(session, by_percent, BY_PERCENT) or "0",
            book.asked_above(session, by_value, BY_VALUE),
        )

    def assert_staffed(
        self, session: Session, record: PricingDecisionRecord, requester: str
    ) -> None:
        """Refuse a price that nobody could agree to; raises what `Seating.assert_staffed` does."""
        for gate in gates_of(record):
            self.seating.assert_staffed(session, matter_of(record, gate), requester)

    def begin(self, session: Session, row: ProposalRun, price: PriceRecord, requester: str) -> str:
        """Start the approval of a price, in the caller's transaction; answers its run."""
        given = InternalStart(record=price.id, sha256=price.sha256)

        prepared = Prepared({**given.model_dump(), "proposal_run": row.run_id})
        return _start(session, PRICE_APPROVAL, "durable", given, prepared, requester, LONGEST)

    def go_on(self, session: Session, row: ProposalRun, price: PriceRecord, by: str) -> str:
        """Start the pipeline that goes on with an approved price; answers its run."""
        given = InternalStart(record=price.id, sha256=price.sha256)
        first = run_book.get(session, row.run_id)

        def keep(within: Session, run: Run) -> None:
            within.add(
                ProposalRun(
                    tenant_id=run.tenant_id,
                    run_id=run.id,
                    deal_id=row.deal_id,
                    owner_id=row.owner_id,
                    goes_on_from=row.run_id,
                    state="in_progress",
                    created_at=clock.real_now(),
                    version=row.version,
                    prose=row.prose,
                    record_id=price.id,
                    price_run=row.price_run,
                )
            )
            within.flush()

        approved = {**given.model_dump(), "price_run": row.price_run}
        prepared = Prepared({**first.input, "approved": approved}, after=keep)
        return _start(session, PROPOSAL, MEDIUM, given, prepared, by)

    def redeem(
        self, session: Session, record: PricingDecisionRecord, price_run: str, chain: str
    ) -> None:
        """Let the price out by the tokens of its approval; again is harmless, for this effect.

        Raises:
            NotEntitled: `token_missing` or `policy_denied`: it was not approved as it stands.
        """
        tenant = tenant_of(session)
        for gate in gates_of(record):
            question = PolicyQuestion(
                tenant=tenant,
                actor=system(tenant),
                action=ACTION,
                resource=f"{record.record_id}:{gate}",
                payload_hash=record.digest(),
                run=price_run,
                effect_key=f"{price_run}:{STEP}:{gate}",
            )
            policy.permit(session, question, chain=chain, engine=self.seating.policy)

    def opening(self, session: Session, run: Run, gate: str, round_: int, names: Any) -> Opening:
        """The request at a gate: the price as it is kept, with every line."""
        record = repository.record_of(repository.price_row(session, str(run.input["record"])))
        matter = matter_of(record, gate)
        return Opening(
            run_id=run.id,
            gate=gate,
            round=round_,
            kind=matter.kind,
            type=matter.type,
            amount=matter.amount,
            requested_by=run.started_by,
            packet=_packet(record, gate, names),
            cycle=repository.price_row(session, record.record_id).version,
        )

    def withdraw(self, session: Session, price_run: str) -> None:
        """End an approval that asks about nothing any more; the scheduler tells its workflow."""
        run = run_book.get(session, price_run, lock=True)
        if run.ended_at is None and run.cancel_requested_at is None:
            run.cancel_requested_at, run.cancel_requested_by = clock.real_now(), "system"
            signals.enqueue(session, run.id, "cancel", run.id)


def gates_of(record: PricingDecisionRecord) -> list[str]:
    """The gates at which a price must be agreed to."""
    return [GATES[reason] for reason in record.approval_reasons if reason in GATES]


def matter_of(record: PricingDecisionRecord, gate: str) -> Matter:
    """What the authority table is asked about a price at a gate."""
    if gate == BY_PERCENT:
        return Matter(KINDS[gate], ANY, record.discount_percent)
    return Matter(KINDS[gate], record.currency, record.discount_value)


def standing(session: Session, price: PriceRecord, sha256: str) -> str | None:
    """Why a price may not go out as it was approved, as a stable code; None where it may."""
    if digest(price.body) != sha256 or price.sha256 != sha256:
        return "price_changed"
    if not repository.is_newest(session, price):
        return "price_changed"
    today = clock.now().astimezone(company_zone(session)).date()
    return "price_expired" if repository.record_of(price).valid_until < today else None


def _start(
    session: Session,
    workflow: str,
    lane: str,
    given: InternalStart,
    prepared: Prepared,
    requester: str,
    longest: timedelta | None = None,
) -> str:
    """Store a run that the system starts for somebody; its engine takes it after the commit."""
    kind = WorkflowKind(
        key=workflow,
        input_model=InternalStart,
        prepare=lambda _session, _actor, _given, _start: prepared,
        examples=lambda _number: {},
        lane=lane,
        longest=longest,
    )
    hashed = digest(given.model_dump(mode="json"))
    start = Beginning(new_id("run"), rehearsal=False)
    asked = starting.Asked(kind, given, hashed, None, start, behalf=requester)
    return starting.store(session, system(tenant_of(session)), asked)[0].id


def _packet(record: PricingDecisionRecord, gate: str, names: dict[str, Any]) -> ApprovalPacket:
    lines = [
        {
            "product": line.sku,
            "quantity": line.quantity,
            "list_price": line.list_price,
            "discount_percent": line.discount_percent,
            "unit_price": line.unit_price,
            "unit_cost": line.cost,
            "total": line.total,
        }
        for line in record.lines
    ]
    return ApprovalPacket.model_validate(
        {
            "asks": ACTION,
            "subject": {
                "name": names["name"],
                "name_ar": names["name_ar"] or names["name"],
                "country": names["country"],
            },
            "context": {
                "discount_percent": record.discount_percent,
                "discount_limit_percent": record.discount_limit_percent,
                "discount_value": record.discount_value,
                "net": record.net,
                "vat": record.vat,
                "gross": record.gross,
                "currency": record.currency,
                "valid_until": record.valid_until.isoformat(),
                "deal_id": record.deal_id,
                "price_lines": lines,
            },
            "risks": list(record.approval_reasons),
            "reversibility": "reversible",
            "effects": [
                ListedEffect(
                    action=ACTION,
                    resource=f"{record.record_id}:{gate}",
                    payload_hash=record.digest(),
                )
            ],
        }
    )

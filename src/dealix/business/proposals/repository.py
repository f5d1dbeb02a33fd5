"""Queries of proposals: the runs that write them, their prices, and what was offered."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealix.business.proposals.models import PriceRecord, ProposalRun, ProposalVersion
from dealix.business.proposals.schemas import PricingDecisionRecord, ProposalPack
from dealix.errors import NotFound
from dealix.store.locks import lock_named
from dealix.store.paging import newest_first
from dealix.store.session import tenant_of


def run_of(session: Session, run_id: str, *, lock: bool = False) -> ProposalRun:
    """The row of a run; raises `NotFound`."""
    row = session.get(ProposalRun, (tenant_of(session), run_id), with_for_update=lock or None)
    if row is None:
        raise NotFound("not_found")
    return row


def origin(session: Session, row: ProposalRun, *, lock: bool = False) -> ProposalRun:
    """The row under which a version is known: of the first run that wrote on it."""
    return row if row.goes_on_from is None else run_of(session, row.goes_on_from, lock=lock)


def of_price_run(session: Session, price_run: str, *, lock: bool = False) -> ProposalRun:
    """The first run of the version whose price this run of the approval is about."""
    query = select(ProposalRun).where(
        ProposalRun.price_run == price_run, ProposalRun.goes_on_from.is_(None)
    )
    row = session.execute(query.with_for_update() if lock else query).scalar_one_or_none()
    if row is None:
        raise NotFound("not_found")
    return row


def next_version(session: Session, deal_id: str) -> int:
    """The number of a deal's next version; until this transaction ends nobody gets the same."""
    lock_named(session, "proposal", deal_id)
    query = select(func.max(ProposalRun.version)).where(ProposalRun.deal_id == deal_id)
    return (session.execute(query).scalar_one_or_none() or 0) + 1


def price_row(session: Session, record_id: str) -> PriceRecord:
    """The row of a price; raises `NotFound`."""
    row = session.get(PriceRecord, (tenant_of(session), record_id))
    if row is None:
        raise NotFound("not_found")
    return row


def record_of(row: PriceRecord) -> PricingDecisionRecord:
    """The price that a row holds, with its sums checked anew."""
    return PricingDecisionRecord.model_validate(row.body)


def is_newest(session: Session, row: PriceRecord) -> bool:
    """Whether no later run has priced the deal anew since."""
    later = (
        select(PriceRecord.id)
        .join(
            ProposalRun,
            (ProposalRun.tenant_id == PriceRecord.tenant_id)
            & (ProposalRun.run_id == PriceRecord.run_id),
        )
        .where(PriceRecord.deal_id == row.deal_id, PriceRecord.version > row.version)
        .where(ProposalRun.superseded_at.is_(None))
    )
    return session.execute(later.limit(1)).first() is None


def asked_before(session: Session, row: PriceRecord) -> list[str]:
    """The approvals that still ask about an earlier price of the deal, by their runs."""
    query = select(ProposalRun.price_run).where(
        ProposalRun.deal_id == row.deal_id,
        ProposalRun.version < row.version,
        ProposalRun.state == "awaiting_price_approval",
        ProposalRun.price_run.is_not(None),
    )
    return sorted(str(price_run) for price_run in session.execute(query).scalars())


def pack_of(session: Session, proposal_id: str, version: int) -> ProposalPack | None:
    """A version as it was offered; None while there is none, or where its run failed."""
    row = session.get(ProposalVersion, (tenant_of(session), proposal_id, version))
    if row is None or _superseded(session, [row.run_id]):
        return None
    return ProposalPack.model_validate(row.body)


def last_pack(session: Session, proposal_id: str, before: int) -> int | None:
    """The newest version before this one that counts."""
    query = (
        select(ProposalVersion)
        .where(ProposalVersion.proposal_id == proposal_id, ProposalVersion.version < before)
        .order_by(ProposalVersion.version.desc())
    )
    rows = session.execute(query).scalars().all()
    bad = _superseded(session, [row.run_id for row in rows])
    return next((row.version for row in rows if row.run_id not in bad), None)


def packs_of_deal(session: Session, deal_id: str) -> list[ProposalVersion]:
    """Everything that was offered on a deal, oldest first."""
    query = select(ProposalVersion).where(ProposalVersion.deal_id == deal_id)
    return list(session.execute(query.order_by(ProposalVersion.version)).scalars())


def prices_of_deal(session: Session, deal_id: str) -> list[PriceRecord]:
    """Every price of a deal, oldest first."""
    query = select(PriceRecord).where(PriceRecord.deal_id == deal_id)
    return list(session.execute(query.order_by(PriceRecord.version, PriceRecord.id)).scalars())


def versions_of_deal(session: Session, deal_id: str) -> list[ProposalRun]:
    """Every version of a deal's proposal, the newest first."""
    query = select(ProposalRun).where(
        ProposalRun.deal_id == deal_id, ProposalRun.goes_on_from.is_(None)
    )
    newest = ProposalRun.created_at.desc()
    return list(session.execute(query.order_by(newest, ProposalRun.run_id.desc())).scalars())


def newest(
    session: Session, state: str | None, deal_id: str | None, limit: int, before: str | None
) -> list[ProposalRun]:
    """Versions of proposals, the newest first; `before` one of them goes on where a list ended."""
    query = select(ProposalRun).where(ProposalRun.goes_on_from.is_(None))
    if state is not None:
        query = query.where(ProposalRun.state == state)
    if deal_id is not None:
        query = query.where(ProposalRun.deal_id == deal_id)
    place = (ProposalRun.created_at, ProposalRun.run_id)
    ordered = newest_first(query, ProposalRun.run_id, before, *place)
    return list(session.execute(ordered.limit(limit)).scalars())


def several_prices(session: Session, ids: Iterable[str | None]) -> dict[str, PriceRecord]:
    """These prices by ID, those that there are."""
    wanted = sorted({each for each in ids if each})
    query = select(PriceRecord).where(PriceRecord.id.in_(wanted))
    return {row.id: row for row in session.execute(query).scalars()}


def deals_of_runs(session: Session, run_ids: Sequence[str]) -> dict[str, str]:
    """The deal of each of these runs, also of those that ask for a price."""
    columns = (ProposalRun.run_id, ProposalRun.price_run, ProposalRun.deal_id)
    query = select(*columns).where(
        ProposalRun.run_id.in_(run_ids) | ProposalRun.price_run.in_(run_ids)
    )
    found: dict[str, str] = {}
    for run_id, price_run, deal_id in session.execute(query):
        found |= {each: deal_id for each in (run_id, price_run) if each}
    return found


def told(session: Session, user_id: str, limit: int) -> list[ProposalRun]:
    """What somebody was told of and has not said to have seen, the oldest first."""
    query = (
        select(ProposalRun)
        .where(ProposalRun.told_to == user_id, ProposalRun.seen_at.is_(None))
        .where(ProposalRun.told_at.is_not(None), ProposalRun.superseded_at.is_(None))
        .where(ProposalRun.goes_on_from.is_(None))
        .order_by(ProposalRun.told_at)
    )
    return list(session.execute(query.limit(limit)).scalars())


def _superseded(session: Session, run_ids: Iterable[str]) -> frozenset[str]:
    query = select(ProposalRun.run_id).where(
        ProposalRun.run_id.in_(sorted(set(run_ids))), ProposalRun.superseded_at.is_not(None)
    )
    return frozenset(session.execute(query).scalars())

"""Verify: walk every chain and name the first bad record; say what stayed unsealed too long.

A chain proves that nothing inside it was changed, taken out or moved. Whoever can switch off the
database's triggers could still cut off its end: compare with a head kept elsewhere (an export, an
evidence pack) by `known`.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from dealix.records.audit.chain import Walk
from dealix.records.audit.models import AuditRecord, AuditSeal
from dealix.records.audit.rows import OF_RECORD, RECORD, SEAL, UNSEALED, entry_of
from dealix.records.audit.schemas import Finding, Head, Verification
from dealix.records.audit.sealing import SETTLED

Known = Mapping[str, Head | Sequence[Head]]
PATIENCE = timedelta(seconds=5)
FETCH = 2000


def verify(session: Session, chain: str | None = None, known: Known | None = None) -> Verification:
    """Check the tenant's chains, or one of them; reads everything, changes nothing.

    `known` are heads seen before, by chain: one that is shorter now, or another, is a finding.
    """
    walks = {name: Walk(name, known=head) for name, head in (known or {}).items()}
    query = select(*SEAL, *RECORD).join_from(AuditSeal, AuditRecord, OF_RECORD, isouter=True)
    if chain is not None:
        query = query.where(AuditSeal.chain == chain)
        walks = {name: walk for name, walk in walks.items() if name == chain}
    query = query.order_by(AuditSeal.chain, AuditSeal.seq).execution_options(yield_per=FETCH)
    for row in session.execute(query):
        entry = entry_of(row)
        if entry.link is not None:
            name = entry.link.chain
            walks.setdefault(name, Walk(name)).follow(entry.link, entry.record)
    broken = [found for walk in walks.values() if (found := walk.end()) is not None]
    return Verification(
        records=sum(walk.records for walk in walks.values()),
        unsealed=_unsealed(session, chain),
        heads={name: walk.head for name, walk in walks.items() if walk.head is not None},
        findings=[*broken, *_late(session, chain)],
    )


def _unsealed(session: Session, chain: str | None) -> int:
    query = select(func.count()).select_from(AuditRecord).where(UNSEALED)
    if chain is not None:
        query = query.where(AuditRecord.chain == chain)
    return session.execute(query).scalar_one()


def _late(session: Session, chain: str | None) -> list[Finding]:
    """The oldest record of each chain that waits for its seal longer than `PATIENCE`, with why."""
    query = (
        select(AuditRecord.chain, AuditRecord.id, SETTLED.label("settled"))
        .where(UNSEALED, AuditRecord.recorded_at < func.clock_timestamp() - PATIENCE)
        .ext(distinct_on(AuditRecord.chain))
        .order_by(AuditRecord.chain, AuditRecord.place)
    )
    if chain is not None:
        query = query.where(AuditRecord.chain == chain)
    return [
        Finding(kind="unsealed", chain=row.chain, record_id=row.id, detail=_why(row.settled))
        for row in session.execute(query)
    ]


def _why(settled: bool) -> str:  # noqa: FBT001 (a column of the row)
    if settled:
        return "it has no seal after 5 s: is the scheduler running?"
    return "it has no seal after 5 s: an older transaction is still open on this server"

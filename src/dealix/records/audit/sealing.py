"""Seal: put committed records behind one another, without making writers queue.

A record may be sealed once no transaction older than its own is still open, which PostgreSQL says
by `xid < pg_snapshot_xmin(pg_current_snapshot())`, and it is found by being absent from the seals,
not by a counter that a late commit could slip under. The horizon is that of the whole server: a
transaction that has written anything and stays open, in any database of the server, holds back the
sealing of every tenant (never the writing), and `verify` says so after 5 s. Nothing is lost: what
was held back is sealed after it ends.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, insert, literal_column, select, text
from sqlalchemy.orm import Session

from dealix import clock
from dealix.records.audit.chain import following
from dealix.records.audit.models import AuditRecord, AuditSeal
from dealix.records.audit.rows import RECORD, UNSEALED, record_of
from dealix.records.audit.schemas import Head, moment
from dealix.records.audit.writing import MAIN
from dealix.store.session import Database, tenant_of

BATCH = 5000
WINDOW = timedelta(minutes=10)
FULL_EVERY = timedelta(minutes=5)

# Beside the rule itself: a row that is visible although its transaction lies in the future, and is
# not ours, was written on another server and restored here; its transaction ended there.
SETTLED: ColumnElement[bool] = literal_column(
    "(audit_records.xid < (SELECT pg_snapshot_xmin(pg_current_snapshot()))"
    " OR (audit_records.xid >= (SELECT pg_snapshot_xmax(pg_current_snapshot()))"
    " AND audit_records.xid IS DISTINCT FROM (SELECT pg_current_xact_id_if_assigned())))"
)


def seal(
    session: Session, chain: str = MAIN, *, since: datetime | None = None, wait: bool = True
) -> int:
    """Seal what may be sealed of one chain, at most `BATCH` records; answers how many.

    One sealer a chain: a second one waits for the first to commit, or with `wait=False` leaves.
    `since` looks only at records received after it.
    """
    if not _sole_sealer(session, chain, wait=wait):
        return 0
    query = select(*RECORD).where(AuditRecord.chain == chain, SETTLED, UNSEALED)
    if since is not None:
        query = query.where(AuditRecord.recorded_at >= since)
    rows = session.execute(query.order_by(AuditRecord.place).limit(BATCH)).all()
    if not rows:
        return 0
    head, sealed_at, links = head_of(session, chain), clock.real_now(), []
    for row in rows:
        link = following(head, record_of(row), moment(sealed_at))
        head = Head(seq=link.seq, hash=link.hash)
        links.append(link.model_dump() | {"sealed_at": sealed_at})
    session.execute(insert(AuditSeal).inline(), links)
    return len(rows)


def head_of(session: Session, chain: str = MAIN) -> Head | None:
    """The newest link of a chain; none when nothing is sealed."""
    newest = select(AuditSeal.seq, AuditSeal.hash).where(AuditSeal.chain == chain)
    row = session.execute(newest.order_by(AuditSeal.seq.desc()).limit(1)).first()
    return Head(seq=row.seq, hash=row.hash) if row else None


def _sole_sealer(session: Session, chain: str, *, wait: bool) -> bool:
    name = f"audit seal {tenant_of(session)} {chain}"
    key = func.hashtextextended(name, 0)
    if wait:
        session.execute(select(func.pg_advisory_xact_lock(key)))
        return True
    return bool(session.execute(select(func.pg_try_advisory_xact_lock(key))).scalar_one())


def seal_all(database: Database, since: datetime | None = None) -> int:
    """Seal every tenant's chains that have unsealed records; answers how many were sealed."""
    begin = since or datetime.min.replace(tzinfo=clock.real_now().tzinfo)
    with database.nobody() as session:
        found = session.execute(
            text("SELECT tenant_id, chain FROM lookup_unsealed(:since)"), {"since": begin}
        ).all()
    return sum(_seal_out(database, row.tenant_id, row.chain, since) for row in found)


def _seal_out(database: Database, tenant_id: str, chain: str, since: datetime | None) -> int:
    total = 0
    while True:
        with database.tenant(tenant_id) as session:
            sealed = seal(session, chain, since=since, wait=False)
        total += sealed
        if sealed < BATCH:
            return total


@dataclass
class Sealer:
    """The scheduler's sealer: call `sweep` every second.

    A sweep looks at the last ten minutes only, so that its cost does not grow with the table; the
    first one and one every five minutes look at everything, for commits later than that.
    """

    database: Database
    _full_at: datetime | None = None

    def sweep(self) -> int:
        """Seal what is due; answers how many records were sealed."""
        now = clock.real_now()
        if self._full_at is None or now - self._full_at >= FULL_EVERY:
            sealed = seal_all(self.database)
            self._full_at = now
            return sealed
        return seal_all(self.database, now - WINDOW)


def settle(database: Database, tenant_id: str, chain: str = MAIN, seconds: float = 5.0) -> bool:
    """Seal until everything that is written now has its seal; False when that takes too long.

    For what wants to carry its own proof, such as an evidence pack. Call it outside a transaction.
    """
    give_up = time.monotonic() + seconds
    with database.tenant(tenant_id) as session:
        newest = session.execute(
            select(func.coalesce(func.max(AuditRecord.place), 0)).where(AuditRecord.chain == chain)
        ).scalar_one()
    waiting = select(func.count()).where(
        AuditRecord.chain == chain, AuditRecord.place <= newest, UNSEALED
    )
    while True:
        with database.tenant(tenant_id) as session:
            seal(session, chain)
            if session.execute(waiting).scalar_one() == 0:
                return True
        if time.monotonic() > give_up:
            return False
        time.sleep(0.05)

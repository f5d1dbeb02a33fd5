"""The lease on a pipeline's run: one worker holds it, a dead one loses it, a late one is refused.

Every time here is the database's own, so that machines whose clocks differ agree on who holds what.
A lease is the last row that a transaction locks (`store.locks`).
"""

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import bindparam, delete, func, text, update
from sqlalchemy.dialects.postgresql import INTERVAL, insert
from sqlalchemy.orm import Session

from dealix.lanes.models import RunLease
from dealix.store.session import Database, tenant_of

RENEWED_EVERY = timedelta(seconds=2)
LASTS = timedelta(seconds=6)
"""A worker that has not renewed for so long is taken for dead."""
NOW = func.clock_timestamp()


class LeaseLost(Exception):
    """Another worker has taken the run, or it has ended: nothing of this step may be written."""


@dataclass
class Lease:
    """A run as one worker holds it; `tries` counts the attempts at its present step, this one too.

    Worked on by one thread, renewed by another.
    """

    tenant_id: str
    run_id: str
    token: int
    tries: int = field(compare=False)

    def guard(self, session: Session) -> None:
        """The step is done: renew, count anew, and refuse a worker whose lease was taken.

        Raises:
            LeaseLost: so that the step's transaction leaves nothing.
        """
        _change(session, self, tries=1, expires_at=NOW + _span(LASTS))
        self.tries = 1


def open_lease(session: Session, run_id: str) -> None:
    """A new run may be taken from its commit on."""
    session.execute(
        insert(RunLease)
        .values(tenant_id=tenant_of(session), run_id=run_id, token=0, tries=0, due_at=NOW)
        .on_conflict_do_nothing()
    )


def due(database: Database) -> list[tuple[str, str]]:
    """(tenant, run) of what nobody works on and is due, each tenant's oldest first."""
    with database.nobody() as session:
        rows = session.execute(text("SELECT tenant_id, id FROM lookup_due_pipelines()")).all()
    return [(row.tenant_id, row.id) for row in rows]


def take(session: Session, run_id: str, owner: str) -> Lease | None:
    """Take a run that is due and that nobody holds; None when somebody was quicker."""
    free = RunLease.expires_at.is_(None) | (RunLease.expires_at < NOW)
    row = session.execute(
        update(RunLease)
        .where(RunLease.run_id == run_id, RunLease.due_at <= NOW, free)
        .values(
            owner=owner,
            token=RunLease.token + 1,
            tries=RunLease.tries + 1,
            expires_at=NOW + _span(LASTS),
        )
        .returning(RunLease.token, RunLease.tries)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return Lease(tenant_of(session), run_id, row.token, row.tries) if row else None


def renew(session: Session, lease: Lease) -> None:
    """Hold it for another while."""
    _change(session, lease, expires_at=NOW + _span(LASTS))


def give_back(session: Session, lease: Lease, after: timedelta, *, tried: bool = True) -> None:
    """Let it go; it is due again `after` that time. Not `tried`: this attempt does not count."""
    tries = {} if tried else {"tries": RunLease.tries - 1}
    _change(session, lease, owner=None, expires_at=None, due_at=NOW + _span(after), **tries)


def hurry(session: Session, run_id: str) -> None:
    """What waits for its next try is due now, since somebody wants it to end."""
    session.execute(
        update(RunLease)
        .where(RunLease.run_id == run_id, RunLease.due_at > NOW)
        .values(due_at=NOW)
        .execution_options(synchronize_session=False)
    )


def end(session: Session, lease: Lease) -> None:
    """The run has ended: nobody takes it again."""
    mine = (RunLease.run_id == lease.run_id, RunLease.token == lease.token)
    gone = session.execute(delete(RunLease).where(*mine).returning(RunLease.run_id))
    if gone.one_or_none() is None:
        raise LeaseLost


def _change(session: Session, lease: Lease, **values: object) -> None:
    mine = (RunLease.run_id == lease.run_id, RunLease.token == lease.token)
    changed = session.execute(
        update(RunLease)
        .where(*mine)
        .values(**values)
        .returning(RunLease.token)
        .execution_options(synchronize_session=False)
    )
    if changed.one_or_none() is None:
        raise LeaseLost


def _span(length: timedelta) -> object:
    return bindparam(None, length, type_=INTERVAL)

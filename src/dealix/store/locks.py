"""Locks by name: whoever asks for the same name waits until the other's transaction ends.

The one order in which a transaction locks, so that no two stand in a circle: names, the run
(`run_book.get`), the request, its link, ledger rows and undos, the case, a lease. A lock that comes
late in the order may be the first that a transaction takes; it may never be followed by an earlier
one.
"""

import hashlib

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealix.store.session import tenant_of


def lock_named(session: Session, *name: str) -> None:
    """Hold the tenant's lock of this name until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(_number(session, name))))


def try_lock_named(session: Session, *name: str) -> bool:
    """As `lock_named`, but never waits: answers whether the lock is held now."""
    asked = select(func.pg_try_advisory_xact_lock(_number(session, name)))
    return bool(session.execute(asked).scalar_one())


def _number(session: Session, name: tuple[str, ...]) -> int:
    text = "/".join((tenant_of(session), *name))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True)

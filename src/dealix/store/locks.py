"""Locks by name: whoever asks for the same name waits until the other's transaction ends."""

import hashlib

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealix.store.session import tenant_of


def lock_named(session: Session, *name: str) -> None:
    """Hold the tenant's lock of this name until the transaction ends."""
    text = "/".join((tenant_of(session), *name))
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True)
    session.execute(select(func.pg_advisory_xact_lock(number)))

"""Append: one insert in the caller's transaction, which waits for nobody."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.records.audit.chain import storable
from dealix.records.audit.models import AuditRecord
from dealix.store.ids import new_id
from dealix.store.session import tenant_of

MAIN = "main"


def rehearsal_chain(run_id: str) -> str:
    """The chain of a rehearsal, kept apart from what really happened."""
    return f"rehearsal:{run_id}"


def append(
    session: Session,
    actor_id: str,
    action: str,
    subject: str,
    data: Mapping[str, Any],
    chain: str = MAIN,
) -> str:
    """Record a deed with the change it belongs to; both commit or neither. Answers the record's ID.

    `data` holds IDs, hashes, counts and states, never a personal value; a key `run_id` ties the
    record to its run. Fractions are refused.
    """
    record_id = new_id("audit")
    session.execute(
        insert(AuditRecord).inline(),
        {
            "tenant_id": tenant_of(session),
            "id": record_id,
            "chain": chain,
            "actor_id": actor_id,
            "action": action,
            "subject": subject,
            "data": storable(dict(data)),
            "at": clock.now(),
        },
    )
    return record_id

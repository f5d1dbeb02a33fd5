"""The one door of the audit, for every lane and every door."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from dealix.records.audit.tasks import WriteAudit

MAIN = "main"
WRITE = WriteAudit()


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
    said = {"actor_id": actor_id, "action": action, "subject": subject, "data": data}
    return WRITE.run(session, chain, said)

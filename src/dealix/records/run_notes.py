"""An audit record about a run: it names the run, so that the run's slice finds it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from dealix.records import audit


def note(
    session: Session,
    actor_id: str,
    action: str,
    run_id: str,
    data: Mapping[str, Any],
    *,
    chain: str,
) -> None:
    """Record what happened to a run, in the transaction in which it happens."""
    audit.append(session, actor_id, action, run_id, {"run_id": run_id, **data}, chain)

"""An audit record about a run: it names the run, so that the run's slice finds it."""

from collections.abc import Mapping
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dealix import clock
from dealix.records import audit


def note(
    session: Session,
    actor_id: str,
    action: str,
    run_id: str,
    data: Mapping[str, Any],
    *,
    chain: str,
    at: datetime | None = None,
) -> None:
    """Record what happened to a run, in the transaction in which it happens.

    A step has its run's clock already; a door says by `at` what that clock shows.
    """
    with clock.at(at) if at is not None else nullcontext():
        audit.append(session, actor_id, action, run_id, {"run_id": run_id, **data}, chain)

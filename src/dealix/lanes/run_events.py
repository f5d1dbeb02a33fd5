"""What somebody outside answers a run: stored once by its cause, taken once by a step."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.lanes import signals
from dealix.lanes.models import Run, RunEvent
from dealix.records.run_notes import note
from dealix.store.ids import new_id
from dealix.store.session import tenant_of


def store(
    session: Session,
    run: Run,
    name: str,
    cause: str,
    data: Mapping[str, Any],
    *,
    by: str,
    at: datetime | None = None,
) -> str | None:
    """Keep an answer with what wakes the run, in the caller's transaction.

    `cause` names it (a delivery, an answer's row): the same cause again changes nothing. `data`
    are identifiers and hashes. Answers the signal to deliver, or None when it was stored before.
    """
    row = {
        "tenant_id": tenant_of(session),
        "id": new_id("evt"),
        "run_id": run.id,
        "name": name,
        "cause": cause,
        "data": dict(data),
        "received_at": clock.real_now(),
        "at": at or run.now(),
    }
    made = session.execute(
        insert(RunEvent).values(row).on_conflict_do_nothing().returning(RunEvent.id)
    ).scalar_one_or_none()
    if made is None:
        return None
    said = {"event": made, "name": name, "cause": cause}
    note(session, by, f"run.event.{name}", run.id, said, chain=run.chain, at=at or run.now())
    return signals.enqueue(session, run.id, "event", name, about=made)


def take(session: Session, run_id: str, name: str, key: str) -> RunEvent | None:
    """The event that the step `key` goes on with: its own, else the oldest that is free."""
    of_name = select(RunEvent).where(RunEvent.run_id == run_id, RunEvent.name == name)
    own = session.execute(of_name.where(RunEvent.taken_by == key)).scalar_one_or_none()
    if own is not None:
        return own
    free = of_name.where(RunEvent.taken_by.is_(None)).order_by(RunEvent.at, RunEvent.id).limit(1)
    event = session.execute(free.with_for_update()).scalar_one_or_none()
    if event is not None:
        event.taken_by = key  # its signal stays due: the engine may lose this very task
    return event


def is_taken(session: Session, event_id: str) -> bool:
    """Whether a step has gone on with this answer."""
    event = session.get(RunEvent, (tenant_of(session), event_id))
    return event is not None and event.taken_by is not None


def of_run(session: Session, run_id: str) -> list[RunEvent]:
    """Every answer of a run, oldest first."""
    query = select(RunEvent).where(RunEvent.run_id == run_id).order_by(RunEvent.at, RunEvent.id)
    return list(session.execute(query).scalars())

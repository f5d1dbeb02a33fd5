"""Pause and resume: while a run stands still no step begins and no SLA step or end comes due."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealix.errors import Conflict
from dealix.lanes import run_events, signals
from dealix.lanes.models import Pause, Run, Signal
from dealix.records.canonical import digest, stamp
from dealix.records.run_notes import note
from dealix.store.ids import new_id
from dealix.store.session import tenant_of

Interval = tuple[datetime, datetime | None]


def pause(session: Session, run: Run, by: str) -> str:
    """Let the run stand still; answers the signal that tells its workflow."""
    if run.paused_at is not None:
        raise Conflict("already_paused")
    if run.undo_begun_at is not None:
        raise Conflict("run_ended")
    run.paused_at = run.now()
    run.status = "paused" if run.status in {"running", "waiting"} else run.status
    session.add(
        Pause(
            tenant_id=tenant_of(session),
            id=new_id("pau"),
            run_id=run.id,
            from_at=run.paused_at,
            paused_by=by,
        )
    )
    note(session, by, "run.paused", run.id, {}, chain=run.chain, at=run.now())
    return signals.enqueue(session, run.id, "pause", signals.fresh_reference())


def resume(session: Session, run: Run, by: str, seen: str | None = None) -> str:
    """Let the run go on; answers the signal that tells its workflow.

    `seen` is the hash of what the person was shown of `kept`.

    Raises:
        Conflict: the run does not stand still, or something more came since the person looked.
    """
    if run.paused_at is None:
        raise Conflict("not_paused")
    if seen is not None and seen != hash_of(kept(session, run)):
        raise Conflict("kept_changed")
    query = select(Pause).where(Pause.run_id == run.id, Pause.until_at.is_(None))
    stood = session.execute(query).scalar_one()
    stood.until_at, stood.resumed_by = run.now(), by
    run.paused_at = None
    if run.status == "paused":
        run.status = "waiting" if run.waiting_for else "running"
    note(session, by, "run.resumed", run.id, {}, chain=run.chain, at=run.now())
    return signals.enqueue(session, run.id, "pause", signals.fresh_reference())


def kept(session: Session, run: Run) -> list[dict[str, Any]]:
    """What came while the run stood still and will act as soon as it goes on."""
    if run.paused_at is None:
        return []
    query = select(Signal).where(
        Signal.run_id == run.id, Signal.kind.in_(("decision", "resubmission", "case"))
    )
    began = session.execute(
        select(Pause).where(Pause.run_id == run.id, Pause.until_at.is_(None))
    ).scalar_one()
    since = began.from_at - run.skipped
    told = [
        {
            "kind": one.kind,
            "name": one.gate or one.kind,
            "reference": one.reference,
            "at": stamp(one.created_at + run.skipped),
        }
        for one in session.execute(query.order_by(Signal.created_at)).scalars()
        if one.created_at >= since
    ]
    came = [
        {
            "kind": "event",
            "name": one.name,
            "reference": one.id,
            "at": stamp(one.at),
            "data": one.data,
        }
        for one in run_events.of_run(session, run.id)
        if one.taken_by is None or one.at >= run.paused_at
    ]
    ends = []
    if run.deadline is not None and run.deadline <= run.now():
        over = {"kind": "deadline", "name": "expired", "reference": run.id}
        ends = [{**over, "at": stamp(run.deadline)}]
    return [*told, *came, *ends]


def hash_of(found: list[dict[str, Any]]) -> str:
    """The hash of what is kept, by which a person resumes exactly what they have seen."""
    return digest([one["reference"] for one in found])


def intervals(session: Session, run_ids: Iterable[str]) -> dict[str, list[Interval]]:
    """The times in which each of these runs stood still, on its own clock; None: it still does."""
    query = select(Pause).where(Pause.run_id.in_(sorted(set(run_ids)))).order_by(Pause.from_at)
    found: dict[str, list[Interval]] = {}
    for pause in session.execute(query).scalars():
        found.setdefault(pause.run_id, []).append((pause.from_at, pause.until_at))
    return found


def paused_by(session: Session, run: Run) -> str | None:
    """Who let the run stand still, while it does."""
    query = select(Pause.paused_by).where(Pause.run_id == run.id, Pause.until_at.is_(None))
    return session.execute(query).scalar_one_or_none()

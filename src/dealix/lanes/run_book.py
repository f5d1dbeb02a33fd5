"""A run's row: found, locked, fenced against late steps, and settled once at its end."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dealix.errors import Conflict, NotEntitled, NotFound
from dealix.lanes.models import Run
from dealix.lanes.schemas import Ending
from dealix.records.case_book import open_case_of, open_cases, settle
from dealix.records.models import Undo
from dealix.records.run_notes import note
from dealix.store.locks import lock_named, try_lock_named
from dealix.store.session import tenant_of

LIVE = ("running", "waiting", "paused", "attention")

BAD = frozenset({None, "rejected", "declined", "expired", "cancelled", "failed"})
"""Outcomes that are no good end of any flow."""


def get(session: Session, run_id: str, *, lock: bool = False) -> Run:
    """The run, or `not_found` for an unknown one and another tenant's alike.

    Its lock comes before those of the rows that belong to it (`store.locks`). It keeps nobody
    waiting who only stores such a row, whose foreign key looks at the run.
    """
    wanted = {"key_share": True} if lock else None
    run = session.get(Run, (tenant_of(session), run_id), with_for_update=wanted)
    if run is None:
        raise NotFound("not_found")
    return run


def several(session: Session, run_ids: Iterable[str]) -> dict[str, Run]:
    """These runs by their IDs, those that there are."""
    query = select(Run).where(Run.id.in_(sorted(set(run_ids))))
    return {run.id: run for run in session.execute(query).scalars()}


def rehearsals(session: Session) -> frozenset[str]:
    """The runs that were only rehearsed."""
    return frozenset(session.execute(select(Run.id).where(Run.rehearsal)).scalars())


def hold_clock(session: Session, run_id: str) -> None:
    """A rehearsal's clock is about to jump: wait for what the sweep does on it, and keep it out."""
    lock_named(session, "clock", run_id)


def clock_stands(session: Session, run_id: str) -> bool:
    """Whether a rehearsal's clock makes no jump now, nor until this transaction ends."""
    return try_lock_named(session, "clock", run_id)


def fence(session: Session, run_id: str) -> Run:
    """Refuse an outside effect of a run whose undo has begun or that has ended.

    A worker that was only slow, and not dead, may come late with a step that its successor has
    seen cancelled. The shared lock makes it wait for an undo that is beginning at this instant.
    """
    run = session.execute(
        select(Run).where(Run.id == run_id).with_for_update(read=True)
    ).scalar_one_or_none()
    if run is None:
        raise NotFound("not_found")
    if run.undo_begun_at is not None or run.ended_at is not None:
        raise Conflict("run_ended")
    return run


def refuse_strangers(engine_id: str, workflow_id: str | None) -> None:
    """Refuse a workflow that is not the run's own; whoever reaches Temporal can start one there.

    Raises:
        NotEntitled: `not_entitled`, so that neither its end nor its undo touches the run.
    """
    if workflow_id != engine_id:
        raise NotEntitled("not_entitled")


def mark(session: Session, run_id: str, status: str, waiting_for: str | None = None) -> None:
    """Show where a live run stands, as `show` does for a run that the caller has locked."""
    show(session, get(session, run_id, lock=True), status, waiting_for)


def show(session: Session, run: Run, status: str, waiting_for: str | None = None) -> None:
    """Show where a live run stands; a run that is undoing or has ended keeps its state.

    The steps of a task that fails at each attempt come by here again and again: while such a case
    is open, the run shows that it needs attention.
    """
    if run.status in LIVE and run.ended_at is None:
        stuck = run.status == "attention" and open_case_of(session, "stuck", run.engine_id)
        if not stuck:
            run.status = "paused" if run.paused_at is not None else status
        run.waiting_for = waiting_for


def rest(session: Session, run_id: str, until: datetime) -> None:
    """Show until when a run does nothing by itself, such as till the morning."""
    get(session, run_id, lock=True).resumes_at = until


def end_status(session: Session, run: Run, outcome: str, *, good: bool) -> str:
    """The status a run ends in: an open case comes first, or what a bad end leaves outside.

    After a good end what could be taken back stays as it is.
    """
    if open_cases(session, run.id):
        return "attention"
    if not good and _undos(session, run.id, "registered", "failed"):
        return "attention"
    if good:
        return "completed"
    if outcome == "cancelled":
        return "cancelled"
    if _undos(session, run.id, "done", "waived", "by_hand"):
        return "compensated"
    return "failed" if outcome == "failed" else "completed"


def close(session: Session, run: Run, ending: Ending, at: datetime) -> None:
    """Settle a locked run's state from its ledger, once and for good, with its audit."""
    run.status = end_status(session, run, ending.outcome, good=ending.good)
    run.outcome, run.ended_at, run.waiting_for = ending.outcome, at, None
    run.error = ending.error
    data = {"status": run.status, "outcome": run.outcome, "undone": ending.undone}
    note(session, "system", "run.ended", run.id, data, chain=run.chain)


def settle_again(session: Session, run_id: str) -> None:
    """An ended run that needed attention shows its end once nothing of it is open any more."""
    session.flush()
    run = get(session, run_id)
    if run.ended_at is None or run.status != "attention":
        return
    run = get(session, run_id, lock=True)
    good = run.undo_begun_at is None and run.outcome not in BAD
    run.status = end_status(session, run, run.outcome or "failed", good=good)


def attention(session: Session, run: Run, why: str) -> None:
    """Something is open that only a person can settle."""
    run.status = "attention"
    note(session, "system", "run.attention", run.id, {"why": why}, chain=run.chain)


def goes_on(session: Session, run: Run) -> None:
    """The workflow of a live run does its work again: a case that said otherwise is over.

    The run shows where it stands, unless something else of it is open.
    """
    if settle(session, "stuck", run.engine_id, "recovered", by="system") is None:
        return
    note(session, "system", "run.recovered", run.id, {}, chain=run.chain)
    session.flush()
    if run.status != "attention" or open_cases(session, run.id):
        return
    if run.undo_begun_at is not None:
        run.status = "compensating"
    else:
        run.status = "paused" if run.paused_at else "waiting" if run.waiting_for else "running"


def _undos(session: Session, run_id: str, *statuses: str) -> int:
    return session.execute(
        select(func.count())
        .select_from(Undo)
        .where(Undo.run_id == run_id, Undo.status.in_(statuses))
    ).scalar_one()

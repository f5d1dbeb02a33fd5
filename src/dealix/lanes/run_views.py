"""A run as people and programs see it: state, timeline and what a cancel would take back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from dealix.lanes import pausing, run_events
from dealix.lanes.inbox_models import InboundEvent, Receipt
from dealix.lanes.models import Run
from dealix.lanes.receipts import standing
from dealix.records import canonical
from dealix.records.models import Case, Effect, Undo

NOTICE = "notice"
"""Messages to our own people: the request shows what became of them, the timeline does not."""


def summary(run: Run) -> dict[str, Any]:
    """A run in a list."""
    return {
        "id": run.id,
        "workflow": run.workflow,
        "lane": run.lane,
        "key": run.key,
        "status": run.status,
        "outcome": run.outcome,
        "result": run.result,
        "error": run.error,
        "rehearsal": run.rehearsal,
        "practice": run.practice,
        "started_by": run.started_by,
        "started_at": stamp(run.started_at),
        "ended_at": stamp(run.ended_at),
        "deadline": stamp(run.deadline),
        "warned_at": stamp(run.warned_at),
        "waiting_for": run.waiting_for,
        "paused_at": stamp(run.paused_at),
        "resumes_at": stamp(_ahead(run)),
        "now": stamp(run.now()),
        "engine_id": run.engine_id,
        "engine_run_id": run.engine_run_id,
        "cancel_requested_at": stamp(run.cancel_requested_at),
    }


def _ahead(run: Run) -> datetime | None:
    """Until when a run rests, while that moment lies ahead of it."""
    if run.ended_at is not None or run.resumes_at is None or run.resumes_at <= run.now():
        return None
    return run.resumes_at


def whole(
    session: Session, run: Run, approvals: list[dict[str, Any]], evidence: list[str]
) -> dict[str, Any]:
    """A run with its timeline; `approvals` come from the one door, `evidence` are pack IDs."""
    entries = [
        *_steps(session, run),
        *_undos(session, run),
        *_cases(session, run),
        *_messages(session, run),
        *_events(session, run),
        *_receipts(session, run),
        *approvals,
    ]
    entries.sort(key=lambda entry: entry["at"])
    kept = pausing.kept(session, run)
    return {
        **summary(run),
        "input": run.input,
        "evidence": evidence,
        "paused_by": pausing.paused_by(session, run),
        "kept": kept,
        "kept_hash": pausing.hash_of(kept),
        "timeline": entries,
    }


def undo_preview(session: Session, run: Run) -> dict[str, Any]:
    """What a cancel would take back, in the order in which it would, and what is final.

    `how` says what each undo does: `act`, `together` with an earlier one of the same action (one
    message for several), `nothing` (the step never took effect) or `ask` a person first.
    """
    pairs = _ledger(session, run.id)
    undos = [(undo, effect) for undo, effect in pairs if undo is not None]
    back: list[dict[str, Any]] = []
    for undo, effect in sorted(undos, key=lambda pair: pair[0].seq, reverse=True):
        if undo.status in {"registered", "failed"}:
            told = {one["action"] for one in back if one["how"] == "act"}
            back.append(_undo_item(undo, effect, told))
    final = [
        {
            "step": e.step,
            "system": e.system,
            "key": e.key,
            "reference": e.reference,
            "at": stamp(e.done_at),
        }
        for e in sorted((e for _, e in pairs if e is not None), key=lambda e: e.seq)
        if e.final and e.system is not None and e.undoes is None and e.status == "done"
    ]
    return {"run": run.id, "undo": back, "final": final}


def _ledger(session: Session, run_id: str) -> list[tuple[Undo | None, Effect | None]]:
    """Undos beside the effects they take back, as of one moment.

    Two reads could fall on both sides of a change by which an effect becomes final.
    """
    undo = aliased(Undo, select(Undo).where(Undo.run_id == run_id).subquery())
    effect = aliased(Effect, select(Effect).where(Effect.run_id == run_id).subquery())
    both = select(undo, effect).join_from(undo, effect, undo.key == effect.key, full=True)
    return [(one, other) for one, other in session.execute(both)]


def _undo_item(undo: Undo, effect: Effect | None, told: set[str]) -> dict[str, Any]:
    return {
        "step": undo.step,
        "action": undo.action,
        "system": undo.system,
        "key": undo.key,
        "status": effect.status if effect else undo.status,
        "reference": effect.reference if effect else None,
        "at": stamp(effect.done_at or effect.started_at) if effect else None,
        "how": _how(undo, effect, told),
    }


def _how(undo: Undo, effect: Effect | None, told: set[str]) -> str:
    """What an undo will do, as `trust.outbound.undoing` judges it."""
    unknown = effect is not None and (effect.status == "in_doubt" or effect.open_attempt)
    if effect is None or (effect.status in {"failed", "started"} and not unknown):
        return "nothing"
    if unknown and (effect.status == "in_doubt" or effect.method == "message_id"):
        return "ask"
    return "together" if effect.method == "message_id" and undo.action in told else "act"


def entry(
    *, at: datetime, kind: str, name: str, status: str, attempts: int = 1, key: str, **more: Any
) -> dict[str, Any]:
    """One entry of a timeline, in the surface's shape."""
    return {
        "at": stamp(at),
        "kind": kind,
        "name": name,
        "status": status,
        "attempts": attempts,
        "key": key,
        **more,
    }


def stamp(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC, or nothing."""
    return None if moment is None else canonical.stamp(moment)


def _steps(session: Session, run: Run) -> list[dict[str, Any]]:
    rows = session.execute(select(Effect).where(Effect.run_id == run.id)).scalars()
    return [
        entry(
            at=row.started_at,
            kind="step" if row.undoes is None else "undo",
            name=row.step,
            status=row.status,
            attempts=row.attempts,
            key=row.key,
            system=row.system,
            reference=row.reference,
            reason=row.reason,
            done_at=stamp(row.done_at),
        )
        for row in rows
        if not _opens_gate(row) and row.kind != NOTICE
    ]


def _opens_gate(row: Effect) -> bool:
    """A request to our own people: the timeline shows it as the approval that it is."""
    return row.method == "request_id" and row.system is None


def _undos(session: Session, run: Run) -> list[dict[str, Any]]:
    """Undos that were settled without an effect of their own (by hand, waived)."""
    rows = session.execute(
        select(Undo).where(Undo.run_id == run.id, Undo.status.in_(("by_hand", "waived")))
    ).scalars()
    return [
        entry(
            at=row.undone_at or row.registered_at,
            kind="undo",
            name=row.action,
            status=row.status,
            key=row.key,
            reason=row.reason,
        )
        for row in rows
    ]


def _cases(session: Session, run: Run) -> list[dict[str, Any]]:
    rows = session.execute(select(Case).where(Case.run_id == run.id)).scalars()
    return [
        entry(
            at=row.opened_at,
            kind="case",
            name=row.kind,
            status=row.status,
            key=row.id,
            step=row.step,
            reason=row.reason,
            resolution=row.resolution,
        )
        for row in rows
    ]


def _messages(session: Session, run: Run) -> list[dict[str, Any]]:
    """What came in and was given to the run, at the run's own time."""
    query = select(InboundEvent).where(
        InboundEvent.run_id == run.id,
        InboundEvent.facts.is_(None),
        InboundEvent.attached_at.is_not(None),
    )
    rows = session.execute(query).scalars()
    return [
        entry(
            at=row.attached_at or row.received_at,
            kind="message",
            name=row.provider,
            status=row.status,
            key=row.id,
        )
        for row in rows
    ]


def _events(session: Session, run: Run) -> list[dict[str, Any]]:
    return [
        entry(
            at=row.at,
            kind="message",
            name=row.name,
            status="heard" if row.taken_by else "new",
            key=row.id,
        )
        for row in run_events.of_run(session, run.id)
    ]


def _receipts(session: Session, run: Run) -> list[dict[str, Any]]:
    """Where each message that left stands by what its provider told, one entry a message."""
    rows = session.execute(select(Receipt).where(Receipt.run_id == run.id)).scalars().all()
    by_key = {key: [row for row in rows if row.effect_key == key] for key in _keys(rows)}
    stands = [standing(receipts) for receipts in by_key.values()]
    return [
        entry(
            at=row.at,
            kind="message",
            name=f"{row.channel}_receipt",
            status=row.status,
            key=row.effect_key,
            reference=row.reference,
            reason=row.reason,
        )
        for row in stands
        if row is not None
    ]


def _keys(rows: Sequence[Receipt]) -> list[str]:
    return list(dict.fromkeys(row.effect_key for row in rows))

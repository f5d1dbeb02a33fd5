"""How far a run has come by its ledger, and what of it does not count after a bad end."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealix.records import effects
from dealix.records.models import Effect
from dealix.records.run_notes import note
from dealix.records.schemas import EffectSpec

SUPERSEDED = "superseded"


def results_of(session: Session, run_id: str) -> dict[str, dict[str, Any]]:
    """What each step of a run has answered that is done or was left out, by step."""
    query = select(Effect).where(
        Effect.run_id == run_id, Effect.status.in_(("done", "waived")), Effect.undoes.is_(None)
    )
    return {row.step: row.result or {} for row in session.execute(query).scalars()}


def give_up(session: Session, spec: EffectSpec, reason: str) -> None:
    """Record that a step is not done and will not be tried again."""
    if effects.begin(session, spec).verdict == "go":
        effects.fail(session, spec, reason)


def supersede(session: Session, run_id: str, chain: str) -> int:
    """The run ends badly: what it wrote into our own stores does not count. Answers how much.

    What is final stays, and what was asked outside stays asked.
    """
    query = select(Effect).where(
        Effect.run_id == run_id,
        Effect.status == "done",
        Effect.system.is_(None),
        Effect.final.is_(False),
    )
    rows = session.execute(query.order_by(Effect.seq).with_for_update()).scalars().all()
    for row in rows:
        row.status, row.reason = "undone", SUPERSEDED
        data = {"key": row.key, "step": row.step}
        note(session, "system", "effect.superseded", run_id, data, chain=chain)
    return len(rows)

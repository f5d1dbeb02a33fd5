"""Settles a registered undo and the effect that it takes back, wherever the news come from."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealix.records.case_book import open_case
from dealix.records.effects import effect_of, mark_undone
from dealix.records.models import Undo
from dealix.records.schemas import EffectSpec


def hold(session: Session, key: str, undoes: str | None = None) -> None:
    """Lock the ledger row of `key`, then the undo and the row of the effect that it takes back.

    `undoes` names that effect where the row of `key` may not exist.
    """
    effect = effect_of(session, key)
    taken_back = undoes or (effect.undoes if effect is not None else None)
    if taken_back is not None:
        session.execute(select(Undo.id).where(Undo.key == taken_back).with_for_update())
        effect_of(session, taken_back)


def settle_undo(session: Session, key: str, status: str, at: datetime) -> None:
    """The effect `key` was taken back, or that was waived: its undo and its own row say so."""
    undo = session.execute(select(Undo).where(Undo.key == key)).scalar_one()
    undo.status, undo.undone_at = status, at
    mark_undone(session, key, "waived" if status == "waived" else "undone")


def reopen_undo(session: Session, spec: EffectSpec, key: str) -> None:
    """The message that took the effect `key` back never arrived: it stands, and a person must know.

    `spec` is that of the message.
    """
    undo = session.execute(select(Undo).where(Undo.key == key)).scalar_one()
    undo.status, undo.undone_at = "failed", None
    mark_undone(session, key, "done")
    open_case(
        session,
        run_id=spec.run_id,
        kind="undo_failed",
        subject=key,
        step=spec.step,
        reason="not_delivered",
        at=spec.at,
        chain=spec.chain,
    )

"""What a workflow must still hear is stored with its cause and delivered after the commit."""

from collections.abc import Collection
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.lanes.models import Signal
from dealix.store.ids import new_id
from dealix.store.session import tenant_of

SignalKind = Literal["decision", "resubmission", "case", "event", "extend", "pause", "cancel"]


def enqueue(
    session: Session,
    run_id: str,
    kind: SignalKind,
    reference: str,
    *,
    gate: str | None = None,
    packet_hash: str | None = None,
    about: str | None = None,
) -> str:
    """Store that `run_id` must hear of `reference`; once per kind and cause. Answers the ID.

    `reference` is what the workflow looks for (an approval, a case); `about` is the single cause
    (a decision) where several may concern the same reference.
    """
    signal_id = f"sig_{kind}_{about or reference}"
    session.execute(
        insert(Signal)
        .values(
            tenant_id=tenant_of(session),
            id=signal_id,
            run_id=run_id,
            kind=kind,
            reference=f"{reference}/{about}" if about else reference,
            gate=gate,
            hash=packet_hash,
            created_at=clock.real_now(),
            attempts=0,
        )
        .on_conflict_do_nothing()
    )
    return signal_id


def get(session: Session, signal_id: str) -> Signal | None:
    """One signal, unless it is another tenant's."""
    return session.get(Signal, (tenant_of(session), signal_id))


def delivered(session: Session, signal_id: str) -> None:
    """The workflow has heard it."""
    session.execute(
        update(Signal).where(Signal.id == signal_id).values(delivered_at=clock.real_now())
    )


def overtaken(
    session: Session, run_id: str, kind: SignalKind, but: Collection[str] = ()
) -> list[str]:
    """The run ends without having heard these: nobody delivers them any more. Answers their IDs.

    `but` are signals of what took effect. They are delivered on: the engine may have lost the
    task in which the workflow heard them, and then it must hear them again.
    """
    unheard = (
        Signal.run_id == run_id,
        Signal.kind == kind,
        Signal.delivered_at.is_(None),
        Signal.id.not_in(but),
    )
    done = update(Signal).where(*unheard).values(delivered_at=clock.real_now())
    return list(session.execute(done.returning(Signal.id)).scalars())


def failed(session: Session, signal_id: str, error: str) -> int:
    """Delivery did not work this time. Answers how often it was tried."""
    session.execute(
        update(Signal)
        .where(Signal.id == signal_id)
        .values(attempts=Signal.attempts + 1, last_error=error)
    )
    return session.execute(select(Signal.attempts).where(Signal.id == signal_id)).scalar_one()


def due(session: Session, before: datetime) -> list[tuple[str, str]]:
    """(tenant, signal) of everything undelivered that is older than `before`, oldest first."""
    rows = session.execute(text("SELECT * FROM lookup_open_signals(:since)"), {"since": before})
    return [(row.tenant_id, row.id) for row in rows]


def undelivered(session: Session, run_id: str) -> int:
    """How many signals of a run wait for delivery."""
    return session.execute(
        select(func.count())
        .select_from(Signal)
        .where(Signal.run_id == run_id, Signal.delivered_at.is_(None))
    ).scalar_one()


def fresh_reference() -> str:
    """A reference for a cause that has no row of its own, such as one extension."""
    return new_id("cause")

"""Queries of envelopes and of how they ended."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix.business.signatures.models import Envelope, EnvelopeEvent
from dealix.store.ids import new_id
from dealix.store.session import tenant_of

OPEN = ("sending", "sent", "delivered")


def keep(session: Session, **facts: Any) -> None:
    """The envelope that is about to be sent; once per effect."""
    row = {"tenant_id": tenant_of(session), "id": new_id("env"), "status": "sending", "tries": 0}
    session.execute(insert(Envelope).values(row | facts).on_conflict_do_nothing())


def of_effect(session: Session, key: str, *, lock: bool = False) -> Envelope | None:
    """The envelope of an effect's key."""
    query = select(Envelope).where(Envelope.effect_key == key)
    return session.execute(query.with_for_update() if lock else query).scalar_one_or_none()


def latest(session: Session, run_id: str) -> Envelope | None:
    """The run's newest envelope."""
    query = select(Envelope).where(Envelope.run_id == run_id)
    return (
        session.execute(query.order_by(Envelope.begun_at.desc(), Envelope.id.desc()).limit(1))
        .scalars()
        .first()
    )


def latest_of(session: Session, run_ids: Iterable[str]) -> dict[str, Envelope]:
    """The newest envelope of each of these runs that has one."""
    query = select(Envelope).where(Envelope.run_id.in_(sorted(set(run_ids))))
    rows = session.execute(query.order_by(Envelope.begun_at, Envelope.id)).scalars()
    return {row.run_id: row for row in rows}


def of_run(session: Session, run_id: str) -> list[Envelope]:
    """The envelopes of a run, oldest first."""
    query = select(Envelope).where(Envelope.run_id == run_id)
    return list(session.execute(query.order_by(Envelope.begun_at, Envelope.id)).scalars())


def hear(session: Session, reference: str, envelope: str, at: datetime) -> None:
    """A webhook spoke of this envelope: ask the provider as soon as its ID is known."""
    session.execute(
        update(Envelope)
        .where(
            or_(Envelope.reference == reference, Envelope.envelope == envelope),
            Envelope.status.in_(OPEN),
        )
        .values(heard_at=at, due_at=at, tries=0)
    )


def due(session: Session, at: datetime) -> list[tuple[str, str]]:
    """(tenant, row) of each envelope to ask about, across tenants."""
    rows = session.execute(text("SELECT * FROM lookup_due_envelopes(:at)"), {"at": at})
    return [(row.tenant_id, row.id) for row in rows]


def claim(session: Session, row_id: str, at: datetime, until: datetime) -> Envelope | None:
    """Take an envelope that is due for oneself until `until`; None when another was faster."""
    row = session.execute(
        select(Envelope)
        .where(Envelope.id == row_id, Envelope.due_at <= at)
        .with_for_update(skip_locked=True)
    ).scalar_one_or_none()
    if row is not None:
        row.due_at = until
        session.flush()
    return row


def add_event(session: Session, row: Envelope, **facts: Any) -> str | None:
    """Write how an envelope ended; None when that is written already."""
    values = {
        "tenant_id": tenant_of(session),
        "id": new_id("sgn"),
        "run_id": row.run_id,
        "envelope": row.envelope,
    }
    adding = insert(EnvelopeEvent).values(values | facts).on_conflict_do_nothing()
    return session.execute(adding.returning(EnvelopeEvent.id)).scalar_one_or_none()


def event_of(session: Session, envelope: str | None) -> EnvelopeEvent | None:
    """How an envelope ended, if it has."""
    query = select(EnvelopeEvent).where(EnvelopeEvent.envelope == envelope)
    return session.execute(query).scalar_one_or_none()

"""Gives each delivery that came in to its run, or to a person where it belongs to none."""

from datetime import timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealix import clock
from dealix.connectors import inbound
from dealix.lanes import receipts, run_book
from dealix.lanes.inbox_models import InboundEvent, OutboundMessage
from dealix.lanes.models import Run
from dealix.observability import metrics
from dealix.records import audit
from dealix.records.case_book import open_case
from dealix.records.run_notes import note
from dealix.store.session import tenant_of

GRACE = timedelta(hours=1)
Status = Literal["attached", "waiting", "unmatched"]


def process(session: Session, event: InboundEvent) -> Status:
    """Give an event to its run as a message, at the run's own time; without a run it waits.

    After `GRACE` it is `unmatched`: the audit keeps that, and a case asks a person to look.
    """
    run = _run_of(session, event)
    if run is not None and run.rehearsal and not run_book.clock_stands(session, run.id):
        return "waiting"  # its clock is jumping: the next sweep takes the event, on the right date
    if run is None:
        overdue = clock.real_now() - event.received_at > GRACE
        event.status = "unmatched" if overdue else "waiting"
    else:
        at = run.now()
        event.run_id, event.attached_at, event.status = run.id, at, "attached"
        if event.facts is not None:  # a provider may know a rehearsal's clock before we do
            at = max(at, receipts.keep(session, run, event))
    if event.status != "waiting":
        metrics.webhook(event.provider, event.status)
        said = f"{'message' if event.facts is None else 'receipt'}.{event.status}"
        data = {"event": event.id, "provider": event.provider, "delivery": event.delivery_id}
        if run is None:
            audit.append(session, "system", said, event.id, data)
        else:
            note(session, "system", said, run.id, data, chain=run.chain, at=at)
    if event.status == "unmatched" and event.facts is None:
        ask_a_person(session, "unmatched", event.id, event.provider)
    session.flush()
    return "attached" if run else "unmatched" if event.status == "unmatched" else "waiting"


def ask_a_person(session: Session, kind: str, event_id: str, provider: str) -> None:
    """Open a case about a delivery that belongs to no run."""
    open_case(
        session,
        run_id=None,
        kind=kind,
        subject=event_id,
        step="inbound_delivery",
        reason=provider,
        at=clock.real_now(),
    )


def messages_of(session: Session, run_id: str) -> list[InboundEvent]:
    """What people wrote for a run, oldest first; what a machine told of an effect is none."""
    query = select(InboundEvent).where(
        InboundEvent.run_id == run_id,
        InboundEvent.facts.is_(None),
        InboundEvent.provider.in_(inbound.WRITTEN),
    )
    return list(session.execute(query.order_by(InboundEvent.received_at)).scalars())


def _run_of(session: Session, event: InboundEvent) -> Run | None:
    """The run of the event, or of the message it answers, which may have become known since."""
    run_id = event.run_id
    if run_id is None:
        run_id = session.execute(
            select(OutboundMessage.run_id).where(OutboundMessage.message_id == event.in_reply_to)
        ).scalar_one_or_none()
    return session.get(Run, (tenant_of(session), run_id)) if run_id else None

"""Records what the provider says of an envelope, and wakes the run once when it has ended."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from sqlalchemy.orm import Session

from dealix import clock
from dealix.business.signatures import repository
from dealix.business.signatures.models import Envelope, EnvelopeEvent
from dealix.business.signatures.schemas import (
    PapersOut,
    SignatureEnd,
    SignatureEvent,
    SignatureState,
    SignatureStatus,
)
from dealix.lanes import run_book, run_events
from dealix.lanes.models import Run
from dealix.records import effects
from dealix.trust.outbound.envelopes import EnvelopeState

EVENT = "signature"
SIGNED = frozenset({"signed", "completed"})
SIGNED_BY_ALL = "signed_by_all"
"""Why papers can be taken back no more, once they are in force."""


def papers_out(session: Session, run_ids: Iterable[str]) -> dict[str, PapersOut]:
    """The newest papers of each of these runs that had some sent for signature."""
    return {
        run_id: PapersOut(
            since=row.begun_at,
            signed={
                one["role"]: datetime.fromisoformat(one["at"])
                for one in row.signers
                if one["at"] and one["status"] in SIGNED
            },
        )
        for run_id, row in repository.latest_of(session, run_ids).items()
    }


def signature_state(session: Session, run_id: str) -> SignatureState | None:
    """Where the run's newest envelope stands; None when none was ever begun."""
    row = repository.latest(session, run_id)
    if row is None:
        return None
    event = repository.event_of(session, row.envelope)
    return SignatureState(
        envelope=row.envelope,
        reference=row.reference,
        status=cast("SignatureStatus", row.status),
        document_digest=row.document_digest,
        signed_digest=row.signed_digest,
        signers=list(row.signers),
        event=_shown(event) if event else None,
    )


def take(
    session: Session, row: Envelope, lease: datetime, state: EnvelopeState, poll_at: datetime
) -> str | None:
    """Keep what the provider says; the signal that wakes the run when the envelope has ended."""
    if row.status not in repository.OPEN:
        return None
    row.status, row.tries = state.status, 0
    if state.status == "voided" and _is_taken_back(session, row):
        row.status, row.due_at = "withdrawn", None
        return None
    row.signers = [_seen(each, state) for each in row.signers]
    if not state.ended:
        if row.due_at == lease:
            row.due_at = poll_at
        return None
    row.due_at = None
    event = _ended(session, row, state)
    return _tell(session, row, event) if event else None


def _ended(session: Session, row: Envelope, state: EnvelopeState) -> EnvelopeEvent | None:
    by = next((each for each in row.signers if each["recipient"] == state.by), None)
    event_id = repository.add_event(
        session,
        row,
        status=state.status,
        by_person=by["person_id"] if by else None,
        by_role=by["role"] if by else None,
        at=state.at,
        recorded_at=clock.real_now(),
    )
    return repository.event_of(session, row.envelope) if event_id else None


def _is_taken_back(session: Session, row: Envelope) -> bool:
    """Whether we ourselves void it: then there is nothing to tell the run."""
    ledger = effects.list_effects(session, row.run_id)
    return any(each["undoes"] == row.effect_key for each in ledger)


def _tell(session: Session, row: Envelope, event: EnvelopeEvent) -> str | None:
    run = run_book.get(session, row.run_id, lock=True)
    _nothing_to_take_back(session, row, event, run)
    data = {
        "event": event.id,
        "envelope": event.envelope,
        "status": event.status,
        "by": event.by_person,
        "role": event.by_role,
        "at": event.at.isoformat(),
        "document": row.signed_digest,
    }
    at = now_of(run)
    return run_events.store(session, run, EVENT, event.id, data, by="system", at=at)


def now_of(run: Run) -> datetime:
    """The run's time: a step has it, a sweep reads it off the run."""
    return clock.now() if clock.is_run_time() else run.now()


def _nothing_to_take_back(session: Session, row: Envelope, event: EnvelopeEvent, run: Run) -> None:
    """What all have signed is final, and what others ended is out no more.

    A run whose undo has begun meets the envelope there: then a person must hear of it.
    """
    if run.undo_begun_at is None:
        final = event.status == "completed"
        key, at, reason = row.effect_key, now_of(run), SIGNED_BY_ALL if final else event.status
        effects.stands(session, key, reason, final=final, chain=run.chain, at=at)


def _seen(signer: dict[str, Any], state: EnvelopeState) -> dict[str, Any]:
    for each in state.signers:
        if each.recipient == signer["recipient"]:
            at = each.at.isoformat() if each.at else None
            return signer | {"status": each.status, "at": at}
    return signer


def _shown(event: EnvelopeEvent) -> SignatureEvent:
    return SignatureEvent(
        id=event.id,
        envelope=event.envelope,
        status=cast("SignatureEnd", event.status),
        by=event.by_person,
        role=event.by_role,
        at=event.at,
    )

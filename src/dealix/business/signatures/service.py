"""Sends for signature, takes back, and finds out how it ended by asking the provider.

A webhook only makes us ask sooner: what it says is never believed. One that is lost costs at most
`POLL`, which keeps to DocuSign's rule of one question an envelope in fifteen minutes.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy.orm import Session

from dealix import clock
from dealix.business.signatures import repository
from dealix.business.signatures.models import Envelope, EnvelopeEvent
from dealix.business.signatures.schemas import (
    SignatureEnd,
    SignatureEvent,
    SignatureState,
    SignatureStatus,
    Signer,
)
from dealix.errors import DealixError
from dealix.lanes import run_book, run_events
from dealix.lanes.models import Run
from dealix.lanes.schemas import StepCall
from dealix.records import effects
from dealix.store.session import Database, tenant_of
from dealix.trust.outbound.effects import Post
from dealix.trust.outbound.envelopes import (
    EnvelopeState,
    Papers,
    Signatory,
    named_envelope,
    reference_for,
    sent_key,
)
from dealix.trust.outbound.service import OutsideEffect

log = logging.getLogger(__name__)
EVENT = "signature"
POLL = timedelta(minutes=20)
LEASE = timedelta(minutes=2)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=2), timedelta(minutes=15)
MOST_TRIES = 12


class Signatures:
    """Signatures of all runs; `deliver(tenant, signal)` tells a workflow at once."""

    def __init__(
        self, database: Database, post: Post, deliver: Callable[[str, str], object]
    ) -> None:
        self._database = database
        self._post = post
        self._deliver = deliver

    def send_for_signature(
        self,
        call: StepCall,
        papers: Papers,
        signers: Sequence[Signer],
        *,
        action: str = "esign.send",
        step: str = "send_envelope",
    ) -> OutsideEffect:
        """The effect of a step: a PDF to sign. Make `papers` by `papers_for`, as the packet did."""
        effect = self._post.envelope(call, papers, action, step)

        def begun(session: Session) -> None:
            effect.begun(session)
            _keep(session, call, papers, signers)

        def recorded(session: Session) -> None:
            effect.recorded(session)
            _sent(session, call)

        return replace(effect, begun=begun, recorded=recorded)

    def void_envelope(
        self,
        session: Session,
        call: StepCall,
        *,
        action: str = "esign.void",
        step: str = "void_envelope",
    ) -> OutsideEffect:
        """The undo of `send_for_signature`: voids what is out, harmless where nothing is."""
        row = repository.of_effect(session, sent_key(call))
        effect = self._post.void(call, row.payload_hash if row else "", action, step)

        def recorded(session: Session) -> None:
            effect.recorded(session)
            _withdrawn(session, call)

        return replace(effect, recorded=recorded)

    def signed_document(self, tenant_id: str, run_id: str) -> bytes | None:
        """The signed documents of a run in one PDF, from the provider; None before all signed."""
        with self._database.tenant(tenant_id) as session:
            state, run = signature_state(session, run_id), run_book.get(session, run_id)
        if state is None or state.status != "completed" or state.envelope is None:
            return None
        return self._post.envelopes.document(run, state.envelope)

    def heard(self, session: Session, reference: str) -> None:
        """A webhook was attached to its run: ask about its envelope soon. An inbox's taker."""
        repository.hear(session, reference, named_envelope(reference), clock.real_now())

    def refresh(self, tenant_id: str, run_id: str) -> bool:
        """Ask about a run's envelope now, before a deadline is believed to be missed.

        True when it has just been found to have ended. Raises nothing: what cannot be asked now
        is asked later.
        """
        with self._database.tenant(tenant_id) as session:
            row = repository.latest(session, run_id)
            if row is None or row.envelope is None or row.status not in repository.OPEN:
                return False
            row_id, row.due_at = row.id, clock.real_now()
        return self.read(tenant_id, row_id)

    def read_due(self) -> int:
        """Ask about every envelope that is due. Answers how many were found to have ended."""
        with self._database.nobody() as session:
            waiting = repository.due(session, clock.real_now())
        return sum(self.read(tenant, row) for tenant, row in waiting)

    def read(self, tenant_id: str, row_id: str) -> bool:
        """Ask about one envelope that is due; True when it is now known to have ended."""
        lease = clock.real_now() + LEASE
        with self._database.tenant(tenant_id) as session:
            row = repository.claim(session, row_id, clock.real_now(), lease)
            if row is None or row.envelope is None:
                return False
            run, envelope = run_book.get(session, row.run_id), row.envelope
        try:
            state = self._post.envelopes.state(run, envelope)
        except DealixError as failure:
            log.warning("an envelope will be asked about again: %s", failure.code)
            self._later(tenant_id, row_id, lease)
            return False
        return self._record(tenant_id, row_id, lease, state)

    def _later(self, tenant_id: str, row_id: str, lease: datetime) -> None:
        with self._database.tenant(tenant_id) as session:
            row = _locked(session, row_id)
            row.tries = min(row.tries + 1, MOST_TRIES)
            if row.due_at == lease:
                pause = min(FIRST_PAUSE * 2 ** (row.tries - 1), LONGEST_PAUSE)
                row.due_at = clock.real_now() + pause

    def _record(self, tenant_id: str, row_id: str, lease: datetime, state: EnvelopeState) -> bool:
        with self._database.tenant(tenant_id) as session:
            row = _locked(session, row_id)
            signal = _take(session, row, lease, state)
        if signal is not None:
            self._deliver(tenant_id, signal)
        return signal is not None


def papers_for(
    subject: str,
    document_name: str,
    document: bytes,
    signers: Sequence[Signer],
    message: str = "",
) -> Papers:
    """What goes out, for the packet (its `payload_hash`) and for the step alike."""
    people = tuple(Signatory(each.name, each.email, each.order, each.anchor) for each in signers)
    return Papers(subject, document_name, document, people, message)


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
        document_sha256=row.document_sha256,
        signers=list(row.signers),
        event=_shown(event) if event else None,
    )


def _keep(session: Session, call: StepCall, papers: Papers, signers: Sequence[Signer]) -> None:
    people: list[dict[str, Any]] = [
        {"recipient": str(number), "person_id": each.person_id, "role": each.role}
        | {"order": each.order, "status": "sent", "at": None}
        for number, each in enumerate(signers, 1)
    ]
    repository.keep(
        session,
        run_id=call.run_id,
        effect_key=call.key,
        reference=reference_for(call.key),
        payload_hash=papers.payload_hash,
        document_sha256=papers.document_sha256,
        signers=people,
        begun_at=clock.now(),
    )


def _sent(session: Session, call: StepCall) -> None:
    """The provider's ID is known: ask at once if a webhook was faster, else after a while."""
    row = repository.of_effect(session, call.key, lock=True)
    effect = effects.effect_of(session, call.key)
    if row is None or effect is None or row.status != "sending":
        return
    now = clock.real_now()
    row.envelope, row.status = effect.reference, "sent"
    row.due_at = now if row.heard_at else now + POLL


def _withdrawn(session: Session, call: StepCall) -> None:
    row = repository.of_effect(session, sent_key(call), lock=True)
    if row is not None and row.status in repository.OPEN:
        row.status, row.due_at = "withdrawn", None


def _take(session: Session, row: Envelope, lease: datetime, state: EnvelopeState) -> str | None:
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
            row.due_at = clock.real_now() + POLL
        return None
    row.due_at = None
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
    event = repository.event_of(session, row.envelope) if event_id else None
    return _tell(session, row, event) if event else None


def _is_taken_back(session: Session, row: Envelope) -> bool:
    """Whether we ourselves void it: then there is nothing to tell the run."""
    ledger = effects.list_effects(session, row.run_id)
    return any(each["undoes"] == row.effect_key for each in ledger)


def _tell(session: Session, row: Envelope, event: EnvelopeEvent) -> str | None:
    run = session.get_one(Run, (row.tenant_id, row.run_id))
    data = {
        "event": event.id,
        "envelope": event.envelope,
        "status": event.status,
        "by": event.by_person,
        "role": event.by_role,
        "at": event.at.isoformat(),
    }
    return run_events.store(session, run, EVENT, event.id, data, by="system")


def _seen(signer: dict[str, Any], state: EnvelopeState) -> dict[str, Any]:
    for each in state.signers:
        if each.recipient == signer["recipient"]:
            at = each.at.isoformat() if each.at else None
            return signer | {"status": each.status, "at": at}
    return signer


def _locked(session: Session, row_id: str) -> Envelope:
    return session.get_one(Envelope, (tenant_of(session), row_id), with_for_update=True)


def _shown(event: EnvelopeEvent) -> SignatureEvent:
    return SignatureEvent(
        id=event.id,
        envelope=event.envelope,
        status=cast("SignatureEnd", event.status),
        by=event.by_person,
        role=event.by_role,
        at=event.at,
    )

"""Sends for signature, takes back, and finds out how it ended by asking the provider.

A webhook only makes us ask sooner: what it says is never believed. One that is lost costs at most
`POLL`. An envelope itself is not asked for again before the provider's `least_between` has passed:
what cannot wait so long is read out of a list, and a limit that was reached is waited out.
"""

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from dealix import clock
from dealix.business.signatures import repository, tracking
from dealix.business.signatures.models import Envelope
from dealix.business.signatures.schemas import Agreement, SignatureState, Signer
from dealix.connectors.outcomes import TOO_MANY
from dealix.errors import Conflict, DealixError
from dealix.lanes import run_book
from dealix.lanes.models import Run
from dealix.lanes.retries import wished
from dealix.lanes.schemas import StepCall
from dealix.records import effects
from dealix.records.canonical import digest
from dealix.store.objects import Objects
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
from dealix.trust.privacy import Vault

log = logging.getLogger(__name__)
POLL = timedelta(minutes=20)
LEASE = timedelta(minutes=2)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=2), timedelta(minutes=15)
MOST_TRIES = 12


class Signatures:
    """Signatures of all runs; `deliver(tenant, signal)` tells a workflow at once.

    A signed document is sealed for the person of its agreement and lies among the objects.
    """

    def __init__(
        self,
        database: Database,
        post: Post,
        deliver: Callable[[str, str], object],
        vault: Vault,
        objects: Objects,
    ) -> None:
        self._database = database
        self._post = post
        self._deliver = deliver
        self._vault = vault
        self._objects = objects

    def papers(self, session: Session, run_id: str, agreement: Agreement) -> Papers:
        """What goes out, for the packet (its `payload_hash`) and for the step alike."""
        return papers_for(self._vault, session, run_id, agreement)

    def send_for_signature(
        self,
        call: StepCall,
        agreement: Agreement,
        *,
        action: str = "esign.send",
        step: str = "send_envelope",
    ) -> OutsideEffect:
        """The effect of a step: the agreement, sent to those who sign it."""
        with self._database.tenant(call.tenant_id) as session:
            papers = self.papers(session, call.run_id, agreement)
        return self._post.envelope(call, papers, action, step).also(
            begun=lambda session: _keep(session, call, papers, agreement),
            recorded=lambda session: _sent(session, call),
        )

    def void_envelope(
        self,
        session: Session,
        call: StepCall,
        reason: str,
        *,
        action: str = "esign.void",
        step: str = "void_envelope",
    ) -> OutsideEffect:
        """The undo of `send_for_signature`: voids what is out, harmless where nothing is.

        `reason` (200 characters at most) is what those who were to sign are told.
        """
        row = repository.of_effect(session, sent_key(call))
        effect = self._post.void(call, row.payload_hash if row else "", reason, action, step)
        return effect.also(recorded=lambda session: _withdrawn(session, call))

    def state(self, tenant_id: str, run_id: str) -> SignatureState | None:
        """Where the signature of a run stands, for doors; None when nothing was sent."""
        with self._database.tenant(tenant_id) as session:
            return tracking.signature_state(session, run_id)

    def signed_document(self, tenant_id: str, run_id: str) -> bytes | None:
        """The signed document of a run; None before all signed, or when its person is erased."""
        with self._database.tenant(tenant_id) as session:
            row = repository.latest(session, run_id)
            if row is None or row.signed_object is None or row.person_id is None:
                return None
            return self._vault.open(session, row.person_id, self._objects.get(row.signed_object))

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
            listed = self._asked_lately(row, run)
        try:
            state = self._post.envelopes.state(run, envelope, listed=listed)
            signed = self._post.envelopes.document(run, envelope) if state.signed else None
        except DealixError as failure:
            log.warning("an envelope will be asked about again: %s", failure.code)
            self._later(tenant_id, row_id, lease, self._pause_after(failure, run))
            return False
        return self._record(tenant_id, row_id, lease, state, signed)

    def _asked_lately(self, row: Envelope, run: Run) -> bool:
        """Whether the envelope may not be asked for again yet; if it may, that is now on record."""
        now, least = clock.real_now(), self._post.envelopes.least_between(run)
        if row.asked_at is not None and now - row.asked_at < least:
            return True
        row.asked_at = now
        return False

    def _pause_after(self, failure: DealixError, run: Run) -> timedelta:
        """How long a failure wants to be waited for at least: a limit until it is lifted."""
        told = wished(failure) or timedelta(0)
        if failure.params.get("reason") != TOO_MANY:
            return told
        return max(told, self._post.envelopes.least_between(run))

    def _later(self, tenant_id: str, row_id: str, lease: datetime, least: timedelta) -> None:
        with self._database.tenant(tenant_id) as session:
            row = _locked(session, row_id)
            row.tries = min(row.tries + 1, MOST_TRIES)
            if row.due_at == lease:
                pause = min(FIRST_PAUSE * 2 ** (row.tries - 1), LONGEST_PAUSE)
                row.due_at = clock.real_now() + max(pause, least)

    def _record(
        self,
        tenant_id: str,
        row_id: str,
        lease: datetime,
        state: EnvelopeState,
        signed: bytes | None,
    ) -> bool:
        with self._database.tenant(tenant_id) as session:
            row = _locked(session, row_id)
            run = run_book.get(session, row.run_id)
            stands = clock.is_run_time() or run_book.clock_stands(session, run.id)
            if run.rehearsal and not stands:
                row.due_at = clock.real_now()  # its clock is jumping: the next sweep reads again
                return False
            if signed is not None and row.status in repository.OPEN:
                self._keep_signed(session, row, run, signed)
            signal = tracking.take(session, row, lease, state, clock.real_now() + POLL)
        if signal is not None:
            self._deliver(tenant_id, signal)
        return signal is not None

    def _keep_signed(self, session: Session, row: Envelope, run: Run, signed: bytes) -> None:
        """Keep the signed document by its content, sealed for the person whom it names."""
        if row.person_id is None:
            return
        try:
            sealed = self._vault.seal(session, row.person_id, signed)
        except Conflict:  # erased meanwhile: we may hold no copy, and the signature stands
            return
        sha256 = {"signed": hashlib.sha256(signed).hexdigest()}
        with clock.at(tracking.now_of(run)):
            made = self._vault.commit(session, row.person_id, f"{run.id}:signed", sha256)
        row.signed_digest, row.signed_object = made["signed"], self._objects.put(sealed)


def papers_for(vault: Vault, session: Session, run_id: str, agreement: Agreement) -> Papers:
    """An agreement with the commitments by which packet, ledger and evidence know it."""
    signers = agreement.signers
    people = tuple(
        Signatory(each.name, each.email, each.order, each.anchors, each.anchored_at)
        for each in signers
    )
    document = hashlib.sha256(agreement.document).hexdigest()
    whole = {
        "document": document,
        "name": agreement.document_name,
        "subject": agreement.subject,
        "message": agreement.message,
        "signers": [asdict(each) for each in people],
    }
    said = {"document": document, "envelope": digest(whole)}
    made = vault.commit(session, agreement.person_id, f"{run_id}:envelope", said)
    return Papers(
        agreement.subject,
        agreement.document_name,
        agreement.document,
        people,
        agreement.message,
        payload_hash=made["envelope"],
        document_digest=made["document"],
    )


def _keep(session: Session, call: StepCall, papers: Papers, agreement: Agreement) -> None:
    repository.keep(
        session,
        run_id=call.run_id,
        effect_key=call.key,
        reference=reference_for(call.key),
        payload_hash=papers.payload_hash,
        document_digest=papers.document_digest,
        person_id=agreement.person_id,
        signers=_people(agreement.signers),
        begun_at=clock.now(),
    )


def _people(signers: Sequence[Signer]) -> list[dict[str, Any]]:
    return [
        {"recipient": str(number), "person_id": each.person_id, "role": each.role}
        | {"order": each.order, "status": "sent", "at": None}
        for number, each in enumerate(signers, 1)
    ]


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


def _locked(session: Session, row_id: str) -> Envelope:
    return session.get_one(Envelope, (tenant_of(session), row_id), with_for_update=True)

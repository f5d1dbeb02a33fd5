"""Envelopes as outside effects, and the only way to ask what became of one."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from dealix import clock
from dealix.connectors.esign import (
    EnvelopeRequest,
    EnvelopeState,
    ESign,
    Signatory,
    reference_for,
)
from dealix.connectors.esign.connect import named_envelope, of_envelope
from dealix.connectors.rehearsal import rehearsing
from dealix.lanes.models import Run
from dealix.lanes.schemas import StepCall
from dealix.lanes.sent_messages import expect_answers
from dealix.records import effects
from dealix.records.canonical import digest
from dealix.records.schemas import Reply
from dealix.trust.outbound.service import OutsideEffect

__all__ = [
    "EnvelopeState",
    "Envelopes",
    "Papers",
    "Signatory",
    "named_envelope",
    "reference_for",
    "sent_key",
    "void_hash",
]

CHANNEL = "esign"
NOTHING = "none"
WITHDRAWN = frozenset({"voided", "declined"})


@dataclass(frozen=True)
class Papers:
    """A PDF and who signs it, in whose language; personal as a whole.

    `payload_hash` is the commitment by which policy and packet know all of it, `document_digest`
    that to the document alone.
    """

    subject: str
    document_name: str
    document: bytes
    signers: Sequence[Signatory]
    message: str
    payload_hash: str
    document_digest: str


def void_hash(sent: str) -> str:
    """The payload hash of voiding what was sent under the payload hash `sent`."""
    return digest({"void": sent})


def sent_key(call: StepCall) -> str:
    """The key of the effect that a call sends or, as its undo, takes back."""
    return call.key.removeprefix("undo:")


@dataclass(frozen=True)
class Envelopes:
    """Makes effects of papers; `esign(rehearsal)` answers that world's provider."""

    esign: Callable[[bool], ESign]

    def sending(self, call: StepCall, papers: Papers, action: str, step: str) -> OutsideEffect:
        """Send for signature; after an unknown outcome the envelope is looked up, then sent."""
        reference = reference_for(call.key)
        request = EnvelopeRequest(
            reference=reference,
            subject=papers.subject,
            message=papers.message,
            document_name=papers.document_name,
            document=papers.document,
            signers=papers.signers,
        )

        def reply(envelope: str) -> Reply:
            return Reply(envelope, {"envelope": envelope, "reference": reference})

        def send() -> Reply:
            return reply(self.esign(call.rehearsal).send(request))

        def look_up() -> Reply | None:
            found = self.esign(call.rehearsal).look_up(reference)
            return reply(found.envelope) if found else None

        return OutsideEffect(
            action=action,
            resource=f"{call.run_id}:{step}",
            payload_hash=papers.payload_hash,
            kind="envelope",
            reaches=tuple(each.email for each in papers.signers),
            call=send,
            look_up=look_up,
            begun=lambda session: _expect(session, call, reference),
            recorded=lambda session: _expect_by_id(session, call),
        )

    def voiding(
        self, call: StepCall, sent: str, reason: str, action: str, step: str
    ) -> OutsideEffect:
        """Void the envelope of the effect that this call takes back; harmless where none is.

        `reason` is what the provider writes to those who were to sign.
        """
        reference = reference_for(sent_key(call))

        def find() -> EnvelopeState | None:
            return self.esign(call.rehearsal).look_up(reference)

        def void() -> Reply:
            found = find()
            if found is not None and found.status not in WITHDRAWN:
                self.esign(call.rehearsal).void(found.envelope, reason)
            return _voided(found)

        def look_up() -> Reply | None:
            found = find()
            return _voided(found) if found is None or found.status in WITHDRAWN else None

        return OutsideEffect(
            action=action,
            resource=f"{call.run_id}:{step}",
            payload_hash=void_hash(sent),
            kind="envelope.void",
            practice="silent",
            call=void,
            look_up=look_up,
        )

    def least_between(self, run: Run) -> timedelta:
        """The least time between two questions for one envelope that are no lists."""
        return self.esign(run.rehearsal).least_between

    def state(self, run: Run, envelope: str, *, listed: bool = False) -> EnvelopeState:
        """Where an envelope stands, asked on the run's clock. Raises `ProviderError`.

        `listed`: out of a list, since the envelope itself may not be asked for again yet.
        """
        with _world(run), clock.at(run.now()):
            esign = self.esign(run.rehearsal)
            return esign.listed(envelope) if listed else esign.get(envelope)

    def document(self, run: Run, envelope: str) -> bytes:
        """The signed documents in one PDF. Raises `ProviderError`."""
        with _world(run), clock.at(run.now()):
            return self.esign(run.rehearsal).document(envelope)


def _voided(found: EnvelopeState | None) -> Reply:
    """What voiding comes to: nothing to take back where no envelope was ever made."""
    if found is None:
        return Reply(NOTHING, {"voided": False})
    return Reply(f"{found.envelope}/voided", {"envelope": found.envelope, "voided": True})


def _world(run: Run) -> AbstractContextManager[None]:
    return rehearsing(run.id) if run.rehearsal else nullcontext()


def _expect(session: Session, call: StepCall, reference: str) -> None:
    expect_answers(
        session,
        message_id=reference,
        run_id=call.run_id,
        person_id=None,
        effect_key=call.key,
        channel=CHANNEL,
        at=clock.now(),
    )


def _expect_by_id(session: Session, call: StepCall) -> None:
    """A message without our fields names the envelope alone."""
    effect = effects.effect_of(session, call.key)
    if effect is not None and effect.reference:
        _expect(session, call, of_envelope(effect.reference))

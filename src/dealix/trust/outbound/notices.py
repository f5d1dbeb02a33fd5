"""Sends stored notices to our own people: class A messages, each once by the ledger.

A notice is sent outside every gate's transaction. What may have been sent is not sent again: the
next kind of notice repairs it, so nobody is asked and no run waits for it.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from dealix import clock
from dealix.connectors.email import Mail, Mailer, message_id_for
from dealix.connectors.rehearsal import rehearsing
from dealix.errors import (
    DealixError,
    NotConfigured,
    NotEntitled,
    OutcomeUnknown,
    ProviderRefused,
    ProviderUnavailable,
)
from dealix.observability import metrics
from dealix.records import effects
from dealix.records.canonical import digest
from dealix.records.run_notes import note
from dealix.records.schemas import EffectSpec, Reply
from dealix.store.session import Database
from dealix.trust.access import directory
from dealix.trust.approvals import letters, links, outbox
from dealix.trust.approvals.outbox import Due, Settled
from dealix.trust.approvals.seating import Seating
from dealix.trust.outbound.recipients import Recipient, recipient_of
from dealix.trust.outbound.service import Gatekeeper, OutsideEffect
from dealix.trust.privacy import Vault

log = logging.getLogger(__name__)
ACTION = "notice.internal"
KIND = "notice"


@dataclass(frozen=True)
class Ready:
    """A notice whose effect is begun: the mail to hand over, and the ledger's words for it."""

    due: Due
    spec: EffectSpec
    mail: Mail


@dataclass(frozen=True)
class Herald:
    """Takes stored notices to their people; `mailer(rehearsal)` answers that world's server."""

    database: Database
    vault: Vault
    seating: Seating
    gatekeeper: Gatekeeper
    mailer: Callable[[bool], Mailer]
    sender: str
    public_url: str

    def sweep(self) -> int:
        """Send what is stored; answers how many went. Safe beside itself and after any crash."""
        with self.database.nobody() as session:
            due = outbox.queued(session)
        return sum(self._try(tenant, notice) for tenant, notice in due)

    def _try(self, tenant_id: str, notice_id: str) -> bool:
        """One notice must not keep the others from their turn."""
        try:
            return self.send(tenant_id, notice_id)
        except (DealixError, SQLAlchemyError, RuntimeError, OSError) as failure:
            log.warning("a notice will be tried again: %s", type(failure).__name__)
            return False

    def send(self, tenant_id: str, notice_id: str) -> bool:
        """Send one notice, while its run's clock stands."""
        with self.database.tenant(tenant_id) as still:
            return outbox.clock_stands(still, notice_id) and self._send(tenant_id, notice_id)

    def _send(self, tenant_id: str, notice_id: str) -> bool:
        """Begun and committed, then handed over, then recorded.

        No transaction here holds a lock on a request and on its run at once, so none can stand
        in a circle with a decision, which locks both.
        """
        with self.database.tenant(tenant_id) as session:
            due = outbox.take(session, notice_id)
            to = None if due is None else self._wanted(session, due)
        if due is None or to is None:
            return False
        try:
            with self.database.tenant(tenant_id) as session:
                mail = self._mail(session, due, to)
        except ValidationError:  # what is on record makes no mail
            with self.database.tenant(tenant_id) as session:
                self._settled(session, due, "failed", "no mail can be made for this address")
            return False
        with self.database.tenant(tenant_id) as session, clock.at(due.run.now()):
            spec = self._begun(session, due)
        return spec is not None and self._hand_over(tenant_id, Ready(due, spec, mail))

    def _wanted(self, session: Session, due: Due) -> Recipient | None:
        """Who gets a notice; None where there is nothing to send, with the reason on record."""
        earlier = effects.effect_of(session, due.key)
        if earlier is not None and earlier.open_attempt:
            effects.let_go(session, due.key, "no answer is on record")
            self._settled(session, due, "unknown", "no answer is on record")
            return None
        if outbox.late(due):
            self._settled(session, due, "dropped", "the request is settled")
            return None
        to = recipient_of(session, self.vault, due.notice.user_id)
        if to is None:
            self._settled(session, due, "failed", "nobody to reach")
        return to

    def _begun(self, session: Session, due: Due) -> EffectSpec | None:
        """Commit to a notice by the ledger, if policy permits it."""
        spec = _spec(due)
        begun = effects.begin(session, spec)
        if begun.verdict != "go":
            self._settled(session, due, "unknown", begun.verdict)
            return None
        try:
            self.gatekeeper.permit(session, due.run, _effect(due, spec), spec.key)
        except NotEntitled as refused:
            effects.fail(session, spec, refused.code)
            self._settled(session, due, "failed", refused.code)
            return None
        return spec

    def _mail(self, session: Session, due: Due, to: Recipient) -> Mail:
        token = None
        if due.asks_for_decision and due.notice.kind != "changes_requested":
            token = links.mint(session, due.approval.id, due.notice.user_id, moment_of(due))
        subject, body = letters.compose(
            due.notice.kind,  # type: ignore[arg-type]
            self._facts(session, due, token),
            to.locale,
            directory.company_zone(session),
        )
        return Mail(
            message_id=message_id_for(due.key, self.sender),
            date=moment_of(due),
            sender=self.sender,
            to=to.address,
            to_name=letters.one_line(to.name),
            subject=subject,
            body=body,
            language="ar" if to.locale == "ar" else "en",
        )

    def _facts(self, session: Session, due: Due, token: str | None) -> letters.Facts:
        terms, packet = self.seating.terms(session, due.approval), due.approval.packet
        base = self.public_url.rstrip("/")
        path = f"/d/{token}" if token else f"/approvals/{due.approval.id}"
        return letters.Facts(
            gate=due.approval.gate,
            asks=str(packet.get("asks", "")),
            subject=packet.get("subject") or {},
            amount=terms.amount,
            currency=terms.currency,
            deadline=due.approval.deadline,
            status=due.approval.status,
            address=base + path,
            has_link=token is not None,
            practice=due.run.practice,
        )

    def _hand_over(self, tenant_id: str, ready: Ready) -> bool:
        due, spec = ready.due, ready.spec
        try:
            with _world(due):
                receipt = self.mailer(due.run.rehearsal).send(ready.mail)
        except (ProviderUnavailable, NotConfigured) as away:
            with self.database.tenant(tenant_id) as session:
                effects.not_sent(session, spec, away.code)
                outbox.try_later(session, due.notice, away.code)
            return False
        except ProviderRefused as refused:
            reason = str(refused.params.get("reason", refused.code))
            with self.database.tenant(tenant_id) as session, clock.at(due.run.now()):
                effects.fail(session, spec, reason)
                self._settled(session, due, "failed", reason)
            return False
        except OutcomeUnknown as unknown:
            with self.database.tenant(tenant_id) as session:
                effects.let_go(session, spec.key, unknown.code)
                self._settled(session, due, "unknown", unknown.code)
            return False
        with self.database.tenant(tenant_id) as session, clock.at(due.run.now()):
            reply = Reply(receipt.reference, {"message_id": ready.mail.message_id})
            effects.finish(session, spec, reply)
            self._settled(session, due, "sent")
        return True

    @staticmethod
    def _settled(session: Session, due: Due, status: Settled, reason: str | None = None) -> None:
        """The notice's end: on its row, in the metrics and, where it went wrong, in the audit."""
        outbox.settle(session, due.notice.id, status, reason)
        metrics.notice(due.notice.kind, status)
        if status in {"failed", "unknown"}:
            data = {
                "approval": due.approval.id,
                "notice": due.notice.kind,
                "to": due.notice.user_id,
                "reason": reason,
            }
            action = f"notice.{status}"
            note(
                session,
                "system",
                action,
                due.run.id,
                data,
                chain=due.run.chain,
                at=due.run.now(),
            )


def moment_of(due: Due) -> datetime:
    """The date on a notice: in a rehearsal its cause's, since real time means nothing there."""
    return due.notice.at if due.run.rehearsal else due.run.now()


def _spec(due: Due) -> EffectSpec:
    told = {
        "approval": due.approval.id,
        "packet": due.approval.packet_hash,
        "kind": due.notice.kind,
        "to": due.notice.user_id,
    }
    return EffectSpec(
        run_id=due.run.id,
        seq=0,
        step=f"notice_{due.notice.kind}",
        key=due.key,
        system=KIND,
        kind=KIND,
        method="message_id",
        on_started="ask",
        at=due.run.now(),
        chain=due.run.chain,
        payload_hash=digest(told),
    )


def _effect(due: Due, spec: EffectSpec) -> OutsideEffect:
    """The notice in the words of policy, which judges it as any message."""

    def never() -> Reply:
        raise NotImplementedError

    return OutsideEffect(
        action=ACTION,
        resource=f"{due.approval.id}:{due.notice.kind}",
        payload_hash=spec.payload_hash or "",
        kind=KIND,
        call=never,
    )


def _world(due: Due) -> AbstractContextManager[object]:
    """A rehearsal's notices go to the sandbox, apart from what its steps let out, on its clock."""
    if not due.run.rehearsal:
        return nullcontext()
    stack = ExitStack()
    stack.enter_context(clock.at(due.notice.at))
    stack.enter_context(rehearsing(f"{due.run.id}:notices"))
    return stack

"""Takes what comes in from outside: verified, stored once, acknowledged, then given to its run.

A delivery names no tenant; the message of ours that it answers does. One that comes before that
message is known is put aside, encrypted, and taken up by the sweep.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.connectors import inbound
from dealix.connectors.deliveries import Delivery, ReceivedMail
from dealix.connectors.secrets import SecretStore
from dealix.errors import Conflict, InvalidInput, NotFound, NotSignedIn
from dealix.lanes.arrivals import Arrival, Owner, Sealer, is_strangers, owner_of, stored_as
from dealix.lanes.attaching import GRACE, ask_a_person, process
from dealix.lanes.inbox_models import InboundEvent
from dealix.lanes.letters import Letter
from dealix.lanes.refusals import Refusals
from dealix.lanes.tenant_keys import TenantKeys
from dealix.observability import metrics
from dealix.records.case_book import settle
from dealix.store.ids import new_id
from dealix.store.session import Database, tenant_of

ANSWERS_WITHIN = timedelta(days=14)
"""How long after our last message a word from its number is taken for an answer to it."""

BATCH = 200
PURPOSE = "inbox"
NO_TENANT = "*"
Taker = Callable[[Session, str], None]


@dataclass(frozen=True)
class Receipt:
    """What to acknowledge: our ID, whether it was stored before, whose it is if that is known."""

    event_id: str
    repeated: bool
    tenant_id: str | None


@dataclass(frozen=True)
class Heard:
    """What an outsider wrote, in the moment in which it is stored; `texts` are personal."""

    person_id: str | None
    run_id: str | None
    provider: str
    texts: tuple[str, ...]


Hearing = Callable[[Session, Heard], None]


class Inbox:
    """The inbox of an installation; safe from any thread, holds no state of its own.

    `takers` hear, by provider, of each event in the transaction that attaches it to its run:
    which of our references it names.
    """

    def __init__(
        self,
        database: Database,
        keys: TenantKeys,
        sealer: Sealer,
        secrets: SecretStore,
        *,
        hearing: Hearing | None = None,
        takers: Mapping[str, Taker] | None = None,
        operating_tenant: str | None = None,
        inbound_tenant: str | None = None,
    ) -> None:
        """`hearing` is called with each message in the transaction that stores it.

        `operating_tenant`: whose operators get what belongs to nobody; the first one's, else.
        `inbound_tenant`: to whom strangers write when they answer nothing of ours; else nobody.
        """
        self._database = database
        self._keys = keys
        self._sealer = sealer
        self._secrets = secrets
        self._hearing = hearing
        self._takers = dict(takers or {})
        self.refusals = Refusals(database, operating_tenant)
        self._inbound_tenant = inbound_tenant

    def receive(self, provider: str, headers: Mapping[str, str], raw: bytes) -> Receipt:
        """Verify a delivery and store it once; nothing else, so that it is acknowledged fast.

        `NotSignedIn` on a bad signature, `NotFound` for an unknown provider, `InvalidInput` for a
        signed body that is no event.
        """
        try:
            found = inbound.verified(provider, self._secrets, headers, raw)
        except (InvalidInput, NotSignedIn) as refusal:
            metrics.webhook(provider, "refused")
            self.refusals.keep(provider, refusal.code)
            raise
        receipts_ = [self._receive(delivery) for delivery in found]
        if not receipts_:
            metrics.webhook(provider, "ignored")
            return Receipt("", repeated=False, tenant_id=None)
        return replace(receipts_[0], repeated=all(each.repeated for each in receipts_))

    def handshake(self, provider: str, query: Mapping[str, str]) -> str:
        """What proves to a provider that this address is ours; see `connectors.inbound`."""
        return inbound.handshake(provider, self._secrets, query)

    def _receive(self, delivery: Delivery) -> Receipt:
        with self._database.nobody() as session:
            known = stored_as(session, delivery)
            owner = owner_of(session, delivery.answers) or self._spoken_to(session, delivery)
        owner = owner or self._of_stranger(delivery)
        if known is not None:
            metrics.webhook(delivery.provider, "repeated")
            return Receipt(known, repeated=True, tenant_id=owner.tenant_id if owner else None)
        receipt = self._keep(delivery, owner, delivery.raw)
        metrics.webhook(delivery.provider, "repeated" if receipt.repeated else "stored")
        return receipt

    def _spoken_to(self, session: Session, delivery: Delivery) -> Owner | None:
        """The owner of our last message in the conversation that a delivery belongs to."""
        spoken = delivery.conversation
        if spoken is None:
            return None
        row = session.execute(
            text("SELECT * FROM lookup_conversation(:channel, :address, :quoted, :since)"),
            {
                "channel": spoken.channel,
                "address": self._sealer.blind_index(spoken.name) if spoken.name else None,
                "quoted": spoken.quoted,
                "since": clock.real_now() - ANSWERS_WITHIN,
            },
        ).one_or_none()
        return Owner(row.tenant_id, row.run_id, row.person_id, row.message_id) if row else None

    def _of_stranger(self, delivery: Delivery) -> Owner | None:
        """The company that a stranger writes to, who answers nothing of ours."""
        if self._inbound_tenant is None or delivery.provider not in inbound.WRITTEN:
            return None
        quoted = delivery.conversation is not None and delivery.conversation.quoted is not None
        unknown = not quoted and not delivery.answers
        return Owner(self._inbound_tenant, None, None, None) if unknown else None

    def sweep(self) -> int:
        """Route early deliveries, then give each new event to its run. Answers how many it gave."""
        self._route()
        with self._database.nobody() as session:
            tenants = session.execute(text("SELECT tenant_id FROM lookup_inbound_tenants()"))
            waiting = [row.tenant_id for row in tenants]
            late = session.execute(
                text("SELECT count_unrouted(:before)"), {"before": clock.real_now() - GRACE}
            ).scalar_one()
        metrics.UNROUTED.set(late)
        if late:
            self._claim_late()
        return sum(self._sweep_tenant(tenant) for tenant in waiting)

    def read(self, session: Session, event: InboundEvent) -> ReceivedMail | None:
        """The mail in clear; None when its person has been erased."""
        raw = self._raw(session, event)
        return None if raw is None else inbound.read(event.provider, raw)

    def bringing(self, session: Session, event_id: str) -> tuple[str, Letter] | None:
        """A run's mail whose files are still to be taken up, with the run; locked by the caller."""
        event = session.get(InboundEvent, (tenant_of(session), event_id), with_for_update=True)
        if event is None or not event.files or event.run_id is None or event.attached_at is None:
            return None
        said = self.read(session, event)
        return event.run_id, Letter(event.id, event.provider, event.attached_at, said)

    def drop_files(self, session: Session, event_id: str) -> None:
        """Keep no longer what a mail's files hold, once they lie elsewhere; their names stay."""
        event = session.get_one(InboundEvent, (tenant_of(session), event_id))
        raw = self._raw(session, event)
        if raw is not None:
            owner = Owner(event.tenant_id, event.run_id, event.person_id, event.in_reply_to)
            event.sealed = self._seal(session, owner, inbound.without_contents(raw))
        event.files = 0

    def opened(self, tenant_id: str, event_id: str) -> ReceivedMail | None:
        """The mail of one delivery in clear; None when its person has been erased."""
        with self._database.tenant(tenant_id) as session:
            event = session.get(InboundEvent, (tenant_id, event_id))
            return self.read(session, event) if event is not None else None

    def stranger(self, session: Session, event_id: str) -> ReceivedMail:
        """What a stranger wrote, while nobody has taken it up; `NotFound` for anything else."""
        event = session.get(InboundEvent, (tenant_of(session), event_id))
        mail = self.read(session, event) if event is not None and is_strangers(event) else None
        if mail is None:
            raise NotFound("not_found")
        return mail

    def hand_over(self, session: Session, event_id: str, run_id: str, person_id: str) -> bool:
        """Give a stranger's message to a run, under its person's key; False when it has a run.

        The sweep attaches it; what asked a person to look at it is settled.
        """
        place = (tenant_of(session), event_id)
        event = session.get(InboundEvent, place, with_for_update=True)
        if event is None or event.sealed is None or not is_strangers(event):
            return False
        raw = self._keys.open_named(PURPOSE, event.tenant_id, event.sealed)
        event.sealed = self._sealer.seal(session, person_id, raw)
        event.person_id, event.run_id, event.status = person_id, run_id, "waiting"
        settle(session, "unmatched", event_id, "happened", by="system")
        return True

    def _keep(self, delivery: Delivery, owner: Owner | None, raw: bytes) -> Receipt:
        moment = clock.real_now()
        if owner is None:
            return self._put_aside(delivery, raw, moment)
        arrival = Arrival(delivery.provider, delivery.delivery_id, moment, raw)
        with self._database.tenant(owner.tenant_id) as session:
            stored = self._store(session, owner, arrival)
        if stored is None:
            with self._database.nobody() as session:
                stored = stored_as(session, delivery)
            return Receipt(stored or "", repeated=True, tenant_id=owner.tenant_id)
        return Receipt(stored, repeated=False, tenant_id=owner.tenant_id)

    def _put_aside(self, delivery: Delivery, raw: bytes, moment: datetime) -> Receipt:
        sealed = self._keys.seal_named(PURPOSE, NO_TENANT, raw)
        row = {
            "id": new_id("inb"),
            "provider": delivery.provider,
            "delivery": delivery.delivery_id,
            "answered": delivery.answers[0] if delivery.answers else None,
            "body": sealed,
            "at": moment,
        }
        call = text(
            "SELECT id FROM keep_unrouted(:id, :provider, :delivery, :answered, :body, :at)"
        )
        with self._database.nobody() as session:
            kept = session.execute(call, row).scalar_one_or_none()
            known = kept or stored_as(session, delivery) or ""
        return Receipt(known, repeated=kept is None, tenant_id=None)

    def _store(self, session: Session, owner: Owner, arrival: Arrival) -> str | None:
        """The new event's ID, or None when this delivery is stored already."""
        facts = inbound.facts_of(arrival.provider, arrival.raw)
        row = {
            "tenant_id": owner.tenant_id,
            "id": new_id("inb"),
            "provider": arrival.provider,
            "delivery_id": arrival.delivery_id,
            "received_at": arrival.received_at,
            "in_reply_to": owner.answers,
            "run_id": owner.run_id,
            "person_id": owner.person_id,
            "sealed": self._seal(session, owner, arrival.raw),
            "status": "new",
            "facts": facts.as_stored() if facts else None,
            "files": inbound.files_in(arrival.provider, arrival.raw),
        }
        storing = insert(InboundEvent).values(row).on_conflict_do_nothing()
        stored = session.execute(storing.returning(InboundEvent.id)).scalar_one_or_none()
        if stored is not None and self._hearing is not None and facts is None:
            mail = inbound.read(arrival.provider, arrival.raw)
            texts = (mail.subject, mail.text)
            heard = Heard(owner.person_id, owner.run_id, arrival.provider, texts)
            self._hearing(session, heard)
        return stored

    def _raw(self, session: Session, event: InboundEvent) -> bytes | None:
        if event.sealed is None:
            return None
        if event.person_id is None:
            return self._keys.open_named(PURPOSE, event.tenant_id, event.sealed)
        return self._sealer.open(session, event.person_id, event.sealed)

    def _seal(self, session: Session, owner: Owner, raw: bytes) -> bytes | None:
        if owner.person_id is None:
            return self._keys.seal_named(PURPOSE, owner.tenant_id, raw)
        try:
            return self._sealer.seal(session, owner.person_id, raw)
        except Conflict:
            return None  # The person was erased: that something came is kept, not what.

    def _route(self) -> None:
        with self._database.nobody() as session:
            found = session.execute(text("SELECT * FROM lookup_routable(:most)"), {"most": BATCH})
            rows = found.all()
        for row in rows:
            with self._database.tenant(row.tenant_id) as session:
                self._take(session, row.id, row.run_id, row.person_id)
            operating = self.refusals.operating()
            if operating is not None:
                with self._database.tenant(operating) as session:
                    settle(session, "unrouted", row.id, "happened", by="system")

    def _claim_late(self) -> None:
        """Make a case of each delivery that found no tenant in time; it says nothing of content."""
        operating = self.refusals.operating()
        if operating is None:
            return
        claim = text("SELECT * FROM claim_late_unrouted(:before, :most)")
        due = {"before": clock.real_now() - GRACE, "most": BATCH}
        with self._database.tenant(operating) as session:
            for row in session.execute(claim, due).all():
                ask_a_person(session, "unrouted", row.id, row.provider)

    def _take(
        self, session: Session, unrouted_id: str, run_id: str | None, person_id: str | None
    ) -> None:
        taken = session.execute(
            text("SELECT * FROM take_unrouted(:id)"), {"id": unrouted_id}
        ).one_or_none()
        if taken is None:
            return  # Another sweep was faster.
        raw = self._keys.open_named(PURPOSE, NO_TENANT, taken.sealed)
        owner = Owner(tenant_of(session), run_id, person_id, taken.in_reply_to)
        arrival = Arrival(taken.provider, taken.delivery_id, taken.received_at, raw)
        self._store(session, owner, arrival)

    def _sweep_tenant(self, tenant_id: str) -> int:
        waiting = (
            select(InboundEvent)
            .where(InboundEvent.status.in_(["new", "waiting"]))
            .order_by(InboundEvent.received_at)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        with self._database.tenant(tenant_id) as session:
            events = session.execute(waiting).scalars().all()
            attached = [event for event in events if process(session, event) == "attached"]
            for event in attached:
                self._takers.get(event.provider, _nobody)(session, event.in_reply_to or "")
        return len(attached)


def _nobody(_session: Session, _reference: str) -> None:
    """The event waits on its run for somebody to read it."""

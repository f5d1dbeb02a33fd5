"""What providers tell of messages that left: kept, ranked, and told to the ledger.

Statuses come in any order and not all of them come. A message whose answer was lost is known to
have left as soon as one status brings our correlation ID back.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealix.connectors.deliveries import StatusFacts
from dealix.errors import OutcomeUnknown, ProviderRefused
from dealix.lanes import signals
from dealix.lanes.inbox_models import InboundEvent, OutboundMessage, Receipt
from dealix.lanes.models import Run
from dealix.lanes.sent_messages import known_there_as, standing_of
from dealix.records import effects
from dealix.records.case_book import settle
from dealix.records.models import Effect
from dealix.records.schemas import Reply
from dealix.records.undos import reopen_undo, settle_undo
from dealix.store.ids import new_id
from dealix.store.session import Database, tenant_of

RANK = {"sent": 1, "delivered": 2, "read": 3}
DELIVERED = RANK["delivered"]
UNKNOWN_REASON = "not_delivered"
LOOK_SECONDS, LOOK_PAUSE = 2.0, 0.1
LOOK_AGAIN = 5.0
"""After how many seconds it is looked again whether a provider has told of a message."""


def standing(receipts: Iterable[Receipt]) -> Receipt | None:
    """The receipt that says where a message stands: the furthest, or a failure before delivery."""
    rows = sorted(receipts, key=lambda row: (row.received_at, row.id))
    good = [row for row in rows if row.status in RANK]
    bad = [row for row in rows if row.status not in RANK]
    best = max(good, key=lambda row: RANK[row.status], default=None)
    if bad and (best is None or RANK[best.status] < DELIVERED):
        return bad[0]
    return best


def keep(session: Session, run: Run, event: InboundEvent) -> datetime:
    """Keep what an event tells of a message of this run, and let the ledger know.

    Answers when the provider says that it happened, never before the message was sent.
    """
    message = session.execute(
        select(OutboundMessage).where(OutboundMessage.message_id == event.in_reply_to)
    ).scalar_one()
    facts = StatusFacts.stored(event.facts or {})
    effect = effects.effect_of(session, message.effect_key)  # locked: receipts come one by one
    at = max(facts.at, message.sent_at)
    session.add(
        Receipt(
            tenant_id=tenant_of(session),
            id=new_id("rcp"),
            run_id=run.id,
            event_id=event.id,
            effect_key=message.effect_key,
            channel=message.channel,
            reference=facts.reference,
            status=facts.status,
            reason=facts.reason,
            at=at,
            received_at=event.received_at,
        )
    )
    message.provider_id = message.provider_id or facts.reference
    session.flush()
    if effect is not None:
        _tell_ledger(session, run, effect, message.message_id)
    return at


def of_effect(session: Session, key: str) -> Sequence[Receipt]:
    """Every receipt of the effect with this key."""
    return session.execute(select(Receipt).where(Receipt.effect_key == key)).scalars().all()


def of_effects(session: Session, keys: Iterable[str]) -> dict[str, list[Receipt]]:
    """The receipts of several effects by key, each effect's oldest first."""
    query = select(Receipt).where(Receipt.effect_key.in_(sorted(set(keys))))
    found = defaultdict[str, list[Receipt]](list)
    for row in session.scalars(query.order_by(Receipt.received_at, Receipt.id)):
        found[row.effect_key].append(row)
    return found


def _tell_ledger(session: Session, run: Run, effect: Effect, message_id: str) -> None:
    """Settle what nobody knew; a message that failed before its delivery has not happened."""
    now = standing(of_effect(session, effect.key))
    spec = effects.spec_of_row(effect, run.now(), run.chain)
    settled: list[str | None] = []
    if now is not None and now.status not in RANK:
        was_done = effect.status == "done"
        settled = [effects.bounced(session, spec, now.reason or UNKNOWN_REASON)]
        if was_done and effect.undoes is not None:
            reopen_undo(session, spec, effect.undoes)
    elif now is not None and effect.status in {"started", "in_doubt"}:
        reply = Reply(now.reference, {"message_id": message_id, "wamid": now.reference})
        settled = [effects.finish(session, spec, reply)[1]]
        if effect.undoes is not None:
            settle_undo(session, effect.undoes, "done", run.now())
            settled += [settle(session, "undo_failed", effect.undoes, "happened", by="system")]
    for case_id in filter(None, settled):
        signals.enqueue(session, run.id, "case", case_id)


def held_back(standing: str) -> OutcomeUnknown:
    """What a message comes to that the provider took and holds back; it may yet go out."""
    return OutcomeUnknown(
        "outcome_unknown",
        provider="whatsapp",
        operation="send",
        reason=f"whatsapp_{standing}",
        retry_after=LOOK_AGAIN,
    )


@dataclass(frozen=True)
class ReceiptBook:
    """Answers whether a message has left, by what providers told of it."""

    database: Database

    def look_up(self, tenant_id: str, key: str) -> Reply | None:
        """The receipt of the effect `key`, waited for a moment of real time; None without one.

        A rehearsal's clock may leap while a webhook is on its way, hence the wait.
        `ProviderRefused` when the message is known not to have been delivered, `OutcomeUnknown`
        with the provider's word when it took the message and holds it back.
        """
        end = time.monotonic() + LOOK_SECONDS
        while (found := self._standing(tenant_id, key)) is None and time.monotonic() < end:
            time.sleep(LOOK_PAUSE)
        if found is None:
            self._refuse_held(tenant_id, key)
            return None
        if found.status not in RANK:
            reason = found.reason or UNKNOWN_REASON
            raise ProviderRefused("provider_refused", provider=found.channel, reason=reason)
        return Reply(found.reference, {"wamid": found.reference})

    def hold(
        self, tenant_id: str, message_id: str, reference: str, index: str, standing: str
    ) -> None:
        """A provider took a message as `reference` and holds it back: only a status tells more."""
        with self.database.tenant(tenant_id) as session:
            known_there_as(session, message_id, reference, index, standing)

    def _refuse_held(self, tenant_id: str, key: str) -> None:
        with self.database.tenant(tenant_id) as session:
            standing = standing_of(session, key)
        if standing is not None:
            raise held_back(standing)

    def _standing(self, tenant_id: str, key: str) -> Receipt | None:
        with self.database.tenant(tenant_id) as session:
            return standing(of_effect(session, key))

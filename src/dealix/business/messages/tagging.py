"""Tags each message that came in: what it wants and in which dialect, for the people who read it.

Who opts out by a rule was heard when the message was stored. Where only the model reads that
somebody known asks to stop, nothing goes to them until a person has looked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from dealix import clock
from dealix.business.messages.follow_ups import follow_up, is_unsure_stop
from dealix.business.messages.models import MessageTag
from dealix.business.messages.tasks import Message, read
from dealix.connectors.deliveries import ReceivedMail
from dealix.connectors.inbound import WRITTEN
from dealix.lanes.arrivals import whose
from dealix.lanes.inbox import Inbox
from dealix.language.dialects import dialects
from dealix.language.intents import intents
from dealix.observability import metrics
from dealix.store.session import Database
from dealix.trust.outbound.governance.doubting import Doubts

AS_FAR_BACK = timedelta(days=30)
"""Messages that came before are not tagged any more."""


@dataclass(frozen=True)
class Tagger:
    """Reads, classifies with no transaction open, and keeps the labels once."""

    database: Database
    inbox: Inbox
    doubts: Doubts

    def sweep(self) -> int:
        """Tag what came in since the last time. Answers how many messages."""
        with self.database.nobody() as session:
            query = text("SELECT * FROM lookup_untagged_messages(:written, :since)")
            since = clock.real_now() - AS_FAR_BACK
            due = session.execute(query, {"written": list(WRITTEN), "since": since}).all()
        return sum(self._tag(row.tenant_id, row.id) for row in due)

    def tags(self, tenant_id: str, event_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The tags of these deliveries by their IDs; one that is not tagged is not there."""
        query = select(MessageTag).where(
            MessageTag.event_id.in_(sorted(set(event_ids))), MessageTag.intent.is_not(None)
        )
        with self.database.tenant(tenant_id) as session:
            return {row.event_id: shown(row) for row in session.scalars(query)}

    def _tag(self, tenant_id: str, event_id: str) -> bool:
        mail = self.inbox.opened(tenant_id, event_id)
        found = labels(mail) if mail is not None else {}
        row = {
            "tenant_id": tenant_id,
            "event_id": event_id,
            "model": f"{intents().version}+{dialects().version}",
            "tagged_at": clock.real_now(),
            **found,
        }
        with self.database.tenant(tenant_id) as session:
            storing = insert(MessageTag).values(row).on_conflict_do_nothing()
            kept = session.execute(storing.returning(MessageTag.event_id)).scalar_one_or_none()
            if kept is not None and found and is_unsure_stop(found["intent"], found["rule"]):
                owner = whose(session, event_id)
                if owner is not None and owner.person_id is not None:
                    self.doubts.hold(session, owner.person_id, owner.run_id)
        if kept is not None and found:
            metrics.label("intent", str(found["intent"]))
            metrics.label("dialect", str(found["dialect"]))
        return kept is not None


def labels(mail: ReceivedMail) -> dict[str, Any]:
    """What a message wants, and in which dialect it is, by this process alone."""
    intent = read(Message(mail.text, subject=mail.subject))
    dialect = dialects().detect(mail.text)
    return {
        "intent": intent.label,
        "intent_confidence": round(intent.confidence, 4),
        "rule": intent.rule,
        "dialect": dialect.label,
        "dialect_confidence": round(dialect.confidence, 4),
    }


def shown(tag: MessageTag) -> dict[str, Any]:
    """A tag as doors show it, with what follows from the intent."""
    return {
        "intent": tag.intent,
        "intent_confidence": tag.intent_confidence,
        "rule": tag.rule,
        "follows": follow_up(str(tag.intent), tag.rule).action,
        "dialect": tag.dialect,
        "dialect_confidence": tag.dialect_confidence,
    }

"""The outbound desk and the administration of consents, as people and programs see them."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session, aliased

from dealix.actors import Actor
from dealix.errors import InvalidInput, NotFound
from dealix.lanes import receipts
from dealix.lanes.arrivals import is_strangers
from dealix.lanes.inbox_models import InboundEvent, Receipt
from dealix.lanes.models import REAL, Run
from dealix.lanes.refusals import Refusals
from dealix.records.canonical import stamp
from dealix.records.models import Effect
from dealix.store.paging import newest_first
from dealix.store.session import Database, tenant_of
from dealix.trust.outbound.governance.consents import ConsentBook
from dealix.trust.outbound.governance.models import ConsentEvent, Judgment
from dealix.trust.outbound.governance.schemas import (
    CHANNELS,
    DATA_SHARING,
    EVERYTHING,
    OWN_WORD,
    PURPOSES,
    Event,
    Source,
)

MOST = 200


class OutboundDesk:
    """Every message to an outsider with its verdicts and receipt; every delivery that came in."""

    def __init__(
        self,
        database: Database,
        consents: ConsentBook,
        permit: Callable[[Actor, str], None],
        refusals: Refusals,
    ) -> None:
        self.database = database
        self.consents = consents
        self.permit = permit
        self.refusals = refusals

    def messages(
        self,
        actor: Actor,
        run_id: str | None = None,
        limit: int = 100,
        before: str | None = None,
    ) -> list[dict[str, Any]]:
        """Messages, the last judged first, each with its judgments, receipts, and what it came to.

        `before` a judgment (`judged`) goes on where a list ended.
        """
        self.permit(actor, "message.read")
        later = aliased(Judgment)
        newer = tuple_(later.recorded_at, later.id) > tuple_(Judgment.recorded_at, Judgment.id)
        query = (
            select(Judgment, Effect, Run.practice)
            .join(Run, (Run.tenant_id == Judgment.tenant_id) & (Run.id == Judgment.run_id))
            .join(
                Effect,
                (Effect.tenant_id == Judgment.tenant_id) & (Effect.key == Judgment.effect_key),
                isouter=True,
            )
            .where(~select(later.id).where(later.effect_key == Judgment.effect_key, newer).exists())
        )
        if run_id is not None:
            query = query.where(Judgment.run_id == run_id)
        query = newest_first(query, Judgment.id, before, Judgment.recorded_at, Judgment.id)
        with self.database.tenant(actor.tenant_id) as session:
            shown = {
                judgment.effect_key: {**_message(judgment, effect), "practice": practice}
                for judgment, effect, practice in session.execute(query.limit(min(limit, MOST)))
            }
            every = select(Judgment).where(Judgment.effect_key.in_(shown))
            every = every.order_by(Judgment.recorded_at.desc(), Judgment.id.desc())
            for judgment in session.scalars(every):
                shown[judgment.effect_key]["judgments"].append(_judgment(judgment))
            for key, rows in receipts.of_effects(session, shown).items():
                stands = receipts.standing(rows)
                shown[key]["standing"] = _receipt(stands) if stands else None
                shown[key]["receipts"] = [_receipt(row) for row in rows]
        return list(shown.values())

    def deliveries(
        self,
        actor: Actor,
        run_id: str | None = None,
        limit: int = 100,
        before: str | None = None,
    ) -> list[dict[str, Any]]:
        """What came in from outside, newest first; only what carried a right signature is here.

        `before` a delivery goes on where a list ended.
        """
        self.permit(actor, "message.read")
        places = (InboundEvent.received_at, InboundEvent.id)
        query = newest_first(select(InboundEvent), InboundEvent.id, before, *places)
        if run_id is not None:
            query = query.where(InboundEvent.run_id == run_id)
        with self.database.tenant(actor.tenant_id) as session:
            return [_delivery(row) for row in session.scalars(query.limit(min(limit, MOST)))]

    def refused(self, actor: Actor, limit: int = 100) -> list[dict[str, Any]]:
        """What was refused at the door, by minute, provider and reason; the newest first.

        Nobody knows whose these deliveries were: only the operating company sees them.
        """
        self.permit(actor, "webhook.read")
        if actor.tenant_id != self.refusals.operating():
            return []
        return [_refused(row) for row in self.refusals.newest(min(limit, MOST))]

    # -- consents ----------------------------------------------------------------------------

    def people(
        self, actor: Actor, limit: int = MOST, before: str | None = None
    ) -> list[dict[str, Any]]:
        """Everybody outside of whom a consent is on record, with where each stands.

        Who said something last comes first; `before` a person goes on where a list ended.
        """
        self.permit(actor, "consent.read")
        last = func.max(ConsentEvent.recorded_at)
        spoke = select(ConsentEvent.person_id, last.label("at")).where(ConsentEvent.world == REAL)
        table = spoke.group_by(ConsentEvent.person_id).subquery()
        query = newest_first(
            select(table.c.person_id), table.c.person_id, before, table.c.at, table.c.person_id
        )
        with self.database.tenant(actor.tenant_id) as session:
            ids = list(session.scalars(query.limit(min(limit, MOST))))
            names = self.consents.vault.reveal_many(session, ids)
            return [
                {
                    "person_id": each,
                    "name": names[each].get("name"),
                    **self._standing(session, each),
                }
                for each in ids
            ]

    def person(self, actor: Actor, person_id: str) -> dict[str, Any]:
        """Where a person stands, and every event that led there."""
        self.permit(actor, "consent.read")
        with self.database.tenant(actor.tenant_id) as session:
            return self._person(session, person_id)

    def record(
        self,
        actor: Actor,
        person_id: str,
        event: Event,
        *,
        channel: str,
        purpose: str,
        source: Source,
    ) -> dict[str, Any]:
        """Record what a person said; consent needs the person's own word as its source.

        Raises:
            NotFound: nobody outside has this ID.
            InvalidInput: `consent_source`, the source is not the person's own word.
        """
        self.permit(actor, "consent.write")
        if event == "given" and source not in OWN_WORD:
            raise InvalidInput("consent_source")
        everywhere = event == "opted_out"
        with self.database.tenant(actor.tenant_id) as session:
            self._events(session, person_id)
            self.consents.record(
                session,
                person_id,
                event,
                channel=EVERYTHING if everywhere else channel,
                purpose=EVERYTHING if everywhere else purpose,
                source=source,
                by=actor.user_id,
            )
            return self._person(session, person_id)

    def _person(self, session: Session, person_id: str) -> dict[str, Any]:
        events = self._events(session, person_id)
        name = self.consents.vault.reveal(session, person_id).get("name")
        return {
            "person_id": person_id,
            "name": name,
            **self._standing(session, person_id),
            "events": [_event(each) for each in events],
        }

    def _standing(self, session: Session, person_id: str) -> dict[str, Any]:
        standing = self.consents.standing(session, person_id)
        consents = [
            {"channel": channel, "purpose": purpose, "source": standing.given[channel, purpose]}
            for channel in CHANNELS
            for purpose in PURPOSES
            if (channel, purpose) in standing.given
        ]
        if standing.sharing is not None:
            sharing = {"channel": EVERYTHING, "purpose": DATA_SHARING, "source": standing.sharing}
            consents.append(sharing)
        return {"opted_out": standing.opted_out, "consents": consents}

    @staticmethod
    def _events(session: Session, person_id: str) -> list[ConsentEvent]:
        query = (
            select(ConsentEvent)
            .where(
                ConsentEvent.tenant_id == tenant_of(session),
                ConsentEvent.person_id == person_id,
                ConsentEvent.world == REAL,
            )
            .order_by(ConsentEvent.recorded_at, ConsentEvent.id)
        )
        found = list(session.scalars(query))
        if not found:
            raise NotFound("not_found")
        return found


def _message(judgment: Judgment, effect: Effect | None) -> dict[str, Any]:
    return {
        "key": judgment.effect_key,
        "judged": judgment.id,
        "message_id": judgment.message_id,
        "run": judgment.run_id,
        "channel": judgment.channel,
        "purpose": judgment.purpose,
        "person_id": judgment.person_id,
        "verdict": judgment.kind,
        "code": judgment.code,
        "not_before": stamp(judgment.not_before) if judgment.not_before else None,
        "at": stamp(judgment.at),
        "step": effect.step if effect else None,
        "status": effect.status if effect else None,
        "reference": effect.reference if effect else None,
        "done_at": stamp(effect.done_at) if effect and effect.done_at else None,
        "judgments": [],
        "standing": None,
        "receipts": [],
    }


def _judgment(row: Judgment) -> dict[str, Any]:
    return {"at": stamp(row.at), "kind": row.kind, "code": row.code, "rules": row.rules}


def _receipt(row: Receipt) -> dict[str, Any]:
    return {"status": row.status, "reason": row.reason, "at": stamp(row.at)}


def _refused(row: Mapping[str, Any]) -> dict[str, Any]:
    times = {name: stamp(row[name]) for name in ("first_at", "last_at")}
    return {"provider": row["provider"], "code": row["reason"], "many": row["many"], **times}


def _delivery(row: InboundEvent) -> dict[str, Any]:
    return {
        "id": row.id,
        "provider": row.provider,
        "delivery_id": row.delivery_id,
        "check": "signature_right",
        "received_at": stamp(row.received_at),
        "run": row.run_id,
        "answers": row.in_reply_to,
        "status": row.status,
        "stranger": is_strangers(row),
    }


def _event(row: ConsentEvent) -> dict[str, Any]:
    return {
        "event": row.event,
        "channel": row.channel,
        "purpose": row.purpose,
        "source": row.source,
        "by": row.recorded_by,
        "at": stamp(row.at),
    }

"""Leads for the doors: entering them, what they did, and asking for their scores."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.business.leads import repository
from dealix.business.leads.matching import Matcher
from dealix.business.leads.models import Lead
from dealix.business.leads.schemas import (
    Entered,
    Facts,
    LeadCompany,
    LeadContact,
    LeadInput,
    LeadScoreCard,
    NewActivity,
)
from dealix.business.leads.tasks import ScoreLead
from dealix.errors import NotFound
from dealix.lanes.short import timed
from dealix.lanes.short_jobs import ShortJobs, Write
from dealix.records import audit
from dealix.records.canonical import stamp
from dealix.store.ids import new_id
from dealix.store.locks import lock_named
from dealix.store.session import Database, tenant_of
from dealix.trust.outbound.governance import ConsentBook
from dealix.trust.privacy import Vault

WORKFLOW = "lead_scoring"
PATIENCE = 4.0
"""Seconds of the task's five that a caller waits for a worker; the rest is the way there."""
MOST = 500


@dataclass(frozen=True)
class LookedAt:
    """A lead's facts at one moment, the card made of them, and what keeps that card."""

    facts: Facts
    card: LeadScoreCard
    keep: Write


@dataclass
class LeadService:
    """Leads of a company. `permit(actor, right)` raises."""

    database: Database
    vault: Vault
    consents: ConsentBook
    jobs: ShortJobs
    permit: Callable[[Actor, str], None]
    scoring: ScoreLead
    matcher: Matcher

    def enter(self, actor: Actor, given: LeadInput) -> Entered:
        """Enter a lead, or bring the one of the same key up to date."""
        self.permit(actor, "lead.write")
        with self.database.tenant(actor.tenant_id) as session:
            return self.keep(session, actor.user_id, given, new_id("person"))

    def keep(self, session: Session, by: str, given: LeadInput, person_id: str) -> Entered:
        """Keep a lead, once by its key; a new one's personal values lie under `person_id`."""
        if given.key:
            lock_named(session, "lead", given.key)
        company_id = repository.keep_company(session, given.company)
        known = repository.by_key(session, given.key) if given.key else None
        row = known or self._new(session, by, given, person_id)
        self._bring_up_to_date(session, row, given, company_id)
        self.matcher.keep(session, row)
        self._keep_consents(session, by, row.person_id, given, first=known is None)
        deed = "lead.entered" if known is None else "lead.changed"
        data = {"company_id": company_id, "source": given.source, "data_from": given.data_from}
        audit.append(session, by, deed, row.id, data)
        return Entered(id=row.id, created=known is None)

    def _new(self, session: Session, by: str, given: LeadInput, person_id: str) -> Lead:
        own_id, now = new_id("lead"), clock.now()
        row = Lead(
            tenant_id=tenant_of(session),
            id=own_id,
            key=given.key or own_id,
            person_id=person_id,
            status="new",
            owner_id=by,
            created_at=now,
        )
        session.add(row)
        return row

    def _bring_up_to_date(
        self, session: Session, row: Lead, given: LeadInput, company_id: str
    ) -> None:
        row.company_id, row.source, row.data_from = company_id, given.source, given.data_from
        row.budget, row.timing, row.currency = given.budget, given.timing, given.currency
        row.budget_amount = Decimal(given.budget_amount) if given.budget_amount else None
        row.updated_at = clock.now()
        session.flush()
        self.vault.add(session, row.person_id, _personal(given.contact))

    def _keep_consents(
        self, session: Session, by: str, person_id: str, given: LeadInput, *, first: bool
    ) -> None:
        """What the person said is recorded with the lead, not again with each change of it."""
        for each in given.consents if first else ():
            self.consents.record(
                session,
                person_id,
                "given",
                channel=each.channel,
                purpose=each.purpose,
                source="web_form" if given.source == "web_form" else "given_by_person",
                by=by,
            )

    def act(self, actor: Actor, lead_id: str, given: NewActivity) -> bool:
        """Record what a lead did; False when its key was known."""
        self.permit(actor, "lead.write")
        with self.database.tenant(actor.tenant_id) as session:
            repository.lead(session, lead_id)
            fresh = repository.keep_activity(session, lead_id, given, actor.user_id)
            if fresh:
                audit.append(session, actor.user_id, "lead.acted", lead_id, {"kind": given.kind})
            return fresh

    def newest(
        self,
        actor: Actor,
        *,
        grade: str | None = None,
        status: str | None = None,
        limit: int = 100,
        before: str | None = None,
    ) -> list[dict[str, Any]]:
        """Leads, the newest first; `before` a lead goes on where a list ended."""
        self.permit(actor, "lead.read")
        with self.database.tenant(actor.tenant_id) as session:
            return self._shown(session, repository.leads(session, grade, status, limit, before))

    def listed(self, actor: Actor, most: int) -> list[dict[str, Any]]:
        """The newest leads at once, to take away; that somebody took them is audited."""
        self.permit(actor, "lead.read")
        with self.database.tenant(actor.tenant_id) as session:
            found = self._shown(session, repository.leads(session, None, None, most, None))
            told = {"leads": len(found)}
            audit.append(session, actor.user_id, "lead.list_given_out", actor.tenant_id, told)
            return found

    def get(self, actor: Actor, lead_id: str) -> dict[str, Any]:
        """One lead with what it did and its score card; `scoring` while a worker is awaited."""
        self.permit(actor, "lead.read")
        with self.database.tenant(actor.tenant_id) as session:
            row = repository.lead(session, lead_id)
            shown = self._shown(session, [row])[0]
            key = row.score_key
            return {
                **shown,
                "card": repository.card(session, lead_id, key) if key else None,
                "scoring": self.jobs.waiting(session, WORKFLOW, lead_id),
                "activities": [
                    {"kind": each.kind, "at": stamp(each.at), "by": each.recorded_by}
                    for each in repository.activities(session, lead_id)
                ],
            }

    def score(self, actor: Actor, lead_id: str, patience: float = PATIENCE) -> dict[str, Any]:
        """Ask a worker for the score and wait for it.

        Answers the card with `status` `scored`; `queued` without one where no worker came within
        `patience` seconds: it is then scored as soon as one does.
        """
        self.permit(actor, "lead.score")
        began = time.perf_counter()
        with self.database.tenant(actor.tenant_id) as session:
            repository.lead(session, lead_id)
            job_id = self.jobs.ask(session, WORKFLOW, lead_id, actor.user_id)
        job = self.jobs.wait(actor.tenant_id, job_id, patience)
        card = None
        if job["status"] == "done":
            with self.database.tenant(actor.tenant_id) as session:
                card = repository.card(session, lead_id, job["answer"])
        return {
            "lead": lead_id,
            "status": "scored" if card else job["status"],
            "job": job_id,
            "error": job["error"],
            "ms": round((time.perf_counter() - began) * 1000, 1),
            "card": card,
        }

    def score_many(self, actor: Actor, lead_ids: Sequence[str]) -> dict[str, LeadScoreCard]:
        """Score up to 500 leads at once, by lead and by rules alone; unknown ones are left out.

        Raises:
            NotFound: none of them is known.
        """
        self.permit(actor, "lead.score")
        at = clock.now()
        with timed(WORKFLOW), self.database.tenant(actor.tenant_id) as session:
            facts = repository.facts(session, lead_ids[:MOST], at)
            cards = self.scoring.run(session, actor.tenant_id, facts, at, actor.user_id)
            _told(session, cards, actor.user_id)
        if not cards:
            raise NotFound("not_found")
        return {card.lead_id: card for card in cards.values()}

    def perform(self, tenant_id: str, lead_id: str, by: str) -> Write:
        """The task as a worker does it: a model may be asked, so no transaction is open.

        What it answers keeps the card, as of the moment at which the lead was looked at.

        Raises:
            NotFound: there is no such lead.
        """
        return self.looked_at(tenant_id, lead_id, by).keep

    def looked_at(self, tenant_id: str, lead_id: str, by: str) -> LookedAt:
        """A lead with its new card, which is not kept yet; see `perform`."""
        at = clock.now()
        with self.database.tenant(tenant_id) as session:
            facts = repository.facts(session, [lead_id], at)
        if not facts:
            raise NotFound("not_found")
        cards = self.scoring.score_lead(tenant_id, facts, at)

        def keep(session: Session) -> str:
            self.scoring.store_score(session, cards, by, at)
            _told(session, cards, by)
            return next(iter(cards))

        return LookedAt(facts[lead_id], next(iter(cards.values())), keep)

    def keep_company(self, session: Session, given: LeadCompany) -> str:
        """The ID of the company of this country and name, brought up to date."""
        return repository.keep_company(session, given)

    def company_of(self, session: Session, lead_id: str) -> str:
        """The ID of a lead's company; raises `NotFound`."""
        return repository.lead(session, lead_id).company_id

    def person_of(self, session: Session, lead_id: str) -> str:
        """The ID of a lead's person; raises `NotFound`."""
        return repository.lead(session, lead_id).person_id

    def history(self, session: Session, lead_id: str) -> list[dict[str, Any]]:
        """What a lead did, as evidence shows it: the newest first."""
        return [
            {"kind": row.kind, "at": stamp(row.at), "recorded_by": row.recorded_by}
            for row in repository.activities(session, lead_id)
        ]

    def company_names(self, session: Session, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The names and countries of companies by ID, in both languages where both are known."""
        found = repository.companies(session, ids)
        return {
            each.id: {
                "id": each.id,
                "name": each.name,
                "name_ar": each.name_ar,
                "country": each.country,
            }
            for each in found.values()
        }

    def _shown(self, session: Session, rows: Sequence[Lead]) -> list[dict[str, Any]]:
        known = repository.companies(session, [row.company_id for row in rows])
        people = self.vault.reveal_many(session, [row.person_id for row in rows])
        return [
            {
                "id": row.id,
                "key": row.key,
                "status": row.status,
                "company": _company(known[row.company_id]),
                "contact": {"person_id": row.person_id, **people[row.person_id]},
                "source": row.source,
                "data_from": row.data_from,
                "budget": row.budget,
                "budget_amount": str(row.budget_amount) if row.budget_amount is not None else None,
                "currency": row.currency,
                "timing": row.timing,
                "owner": row.owner_id,
                "duplicate_of": row.duplicate_of,
                "score": row.score,
                "grade": row.grade,
                "scored_at": stamp(row.scored_at) if row.scored_at else None,
                "created_at": stamp(row.created_at),
            }
            for row in rows
        ]


def _told(session: Session, cards: Mapping[str, LeadScoreCard], by: str) -> None:
    for key, card in cards.items():
        data = {"score": card.score, "scorecard": card.scorecard, "card": key}
        audit.append(session, by, "lead.scored", card.lead_id, data)


def _personal(contact: LeadContact) -> dict[str, str]:
    told = contact.model_dump(exclude_none=True)
    return {name: str(value) for name, value in told.items()}


def _company(row: Any) -> dict[str, Any]:
    names = ("id", "name", "name_ar", "country", "registration_number", "industry", "employees")
    return {name: getattr(row, name) for name in (*names, "website")}

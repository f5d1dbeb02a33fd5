"""Qualifications at the doors: what a start keeps, memos, whose leads wait, who sells what."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.business.leads import repository, routing
from dealix.business.leads.models import Lead, Qualification, SalesDesk
from dealix.business.leads.routing import DeskInput
from dealix.business.leads.schemas import LeadInput
from dealix.errors import NotFound
from dealix.lanes.kinds import Beginning, Prepared, Subject
from dealix.lanes.models import Run
from dealix.records import audit
from dealix.records.canonical import stamp
from dealix.store.ids import new_id
from dealix.store.session import Database, tenant_of
from dealix.trust.privacy import Vault

MOST = 200


@dataclass(frozen=True)
class Qualifications:
    """Memos for people, and the notices that they are owed. `permit(actor, right)` raises."""

    database: Database
    vault: Vault
    permit: Callable[[Actor, str], None]

    def prepare(
        self, session: Session, _actor: Actor, given: LeadInput, _start: Beginning
    ) -> Prepared:
        """What was entered is sealed under its person's key until the first step takes it up."""
        person_id = new_id("person")
        self.vault.add(session, person_id, {"locale": given.contact.locale})
        sealed = self.vault.seal(session, person_id, given.model_dump_json().encode())

        def keep(within: Session, run: Run) -> None:
            row = Qualification(
                tenant_id=run.tenant_id,
                run_id=run.id,
                person_id=person_id,
                sealed=sealed,
                created_at=clock.real_now(),
            )
            within.add(row)
            within.flush()

        return Prepared({"source": given.source, "data_from": given.data_from}, after=keep)

    def of_run(self, actor: Actor, run_id: str) -> dict[str, Any]:
        """The qualification that a run does; raises `NotFound`."""
        self.permit(actor, "lead.read")
        with self.database.tenant(actor.tenant_id) as session:
            return _shown(_row(session, run_id))

    def person_of(self, session: Session, run_id: str) -> str:
        """Under whose key a run's lead lies from its start on; raises `NotFound`."""
        return _row(session, run_id).person_id

    def of_lead(self, actor: Actor, lead_id: str) -> dict[str, Any] | None:
        """The newest that counts, with its memo, of a lead or of one that is the same person."""
        self.permit(actor, "lead.read")
        query = (
            select(Qualification)
            .where((Qualification.lead_id == lead_id) | (Qualification.captured_id == lead_id))
            .where(Qualification.memo.is_not(None), Qualification.superseded_at.is_(None))
            .order_by(Qualification.created_at.desc(), Qualification.run_id.desc())
            .limit(1)
        )
        with self.database.tenant(actor.tenant_id) as session:
            row = session.execute(query).scalar_one_or_none()
            return _shown(row) if row is not None else None

    def waiting(self, actor: Actor) -> list[dict[str, Any]]:
        """The leads that are the visitor's and that they have not said to have seen."""
        self.permit(actor, "lead.read")
        query = (
            select(Qualification)
            .where(Qualification.owner_id == actor.user_id, Qualification.seen_at.is_(None))
            .where(Qualification.told_at.is_not(None), Qualification.superseded_at.is_(None))
            .order_by(Qualification.told_at)
            .limit(MOST)
        )
        with self.database.tenant(actor.tenant_id) as session:
            rows = session.execute(query).scalars().all()
            names = _companies(session, [row.lead_id or "" for row in rows])
            return [{**_shown(row), "company": names[row.lead_id or ""]} for row in rows]

    def seen(self, actor: Actor, run_id: str) -> dict[str, Any]:
        """The owner has seen the lead: it no longer waits on their page.

        Raises:
            NotFound: there is no such qualification, or the lead is somebody else's.
        """
        self.permit(actor, "lead.read")
        with self.database.tenant(actor.tenant_id) as session:
            row = _row(session, run_id)
            if row.owner_id != actor.user_id or row.told_at is None:
                raise NotFound("not_found")
            if row.seen_at is None:
                row.seen_at = clock.real_now()
                audit.append(session, actor.user_id, "lead.seen", row.lead_id or "", {})
            return _shown(row)

    def desks(self, actor: Actor) -> list[dict[str, Any]]:
        """What each of our people sells, of those of whom anything is said."""
        self.permit(actor, "lead.read")
        with self.database.tenant(actor.tenant_id) as session:
            query = select(SalesDesk).order_by(SalesDesk.user_id)
            return [_desk(row) for row in session.execute(query).scalars()]

    def set_desk(self, actor: Actor, user_id: str, given: DeskInput) -> dict[str, Any]:
        """Say what somebody sells; leads that come from now on follow it."""
        self.permit(actor, "lead.route")
        with self.database.tenant(actor.tenant_id) as session:
            row = routing.keep_desk(session, user_id, given, actor.user_id)
            audit.append(session, actor.user_id, "desk.changed", user_id, given.model_dump())
            return _desk(row)

    def subjects(self, session: Session, runs: Sequence[Run]) -> dict[str, Subject]:
        """Whom qualifications are about: the lead's company, and the person there."""
        ids = [run.id for run in runs]
        query = (
            select(Qualification.run_id, Lead.id, Lead.person_id)
            .join(
                Lead,
                (Lead.tenant_id == Qualification.tenant_id) & (Lead.id == Qualification.lead_id),
            )
            .where(Qualification.run_id.in_(ids))
        )
        rows = session.execute(query).all()
        names = _companies(session, [lead for _, lead, _ in rows])
        return {
            run: Subject(names[lead]["name"], names[lead]["name_ar"], (person,))
            for run, lead, person in rows
        }


def _row(session: Session, run_id: str) -> Qualification:
    row = session.get(Qualification, (tenant_of(session), run_id))
    if row is None:
        raise NotFound("not_found")
    return row


def _companies(session: Session, lead_ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """The names of the companies of leads, by lead."""
    query = select(Lead.id, Lead.company_id).where(Lead.id.in_(lead_ids))
    of_lead = {row.id: row.company_id for row in session.execute(query)}
    known = repository.companies(session, of_lead.values())
    return {
        lead: {"name": known[each].name, "name_ar": known[each].name_ar or known[each].name}
        for lead, each in of_lead.items()
    }


def _shown(row: Qualification) -> dict[str, Any]:
    moments = ("told_at", "seen_at", "superseded_at")
    told = {name: stamp(at) if (at := getattr(row, name)) else None for name in moments}
    about = {"run": row.run_id, "lead": row.lead_id, "owner": row.owner_id}
    return {**about, **told, "memo": row.memo}


def _desk(row: SalesDesk) -> dict[str, Any]:
    return {
        "user": row.user_id,
        "countries": row.countries,
        "languages": row.languages,
        "most": row.most,
        "changed_by": row.changed_by,
        "changed_at": stamp(row.changed_at),
    }

"""Deals for the doors: entering them, what became of them, and the list of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.business.deals.models import Deal
from dealix.business.deals.schemas import CLOSED, DealEntered, NewDeal
from dealix.business.leads.service import LeadService
from dealix.errors import NotFound
from dealix.records import audit
from dealix.records.canonical import stamp
from dealix.store.ids import new_id
from dealix.store.locks import lock_named
from dealix.store.paging import newest_first
from dealix.store.session import Database, tenant_of


@dataclass
class DealService:
    """Deals of a company. `permit(actor, right)` raises."""

    database: Database
    leads: LeadService
    permit: Callable[[Actor, str], None]

    def enter(self, actor: Actor, given: NewDeal) -> DealEntered:
        """Enter a deal, or bring the one of the same key up to date."""
        self.permit(actor, "deal.write")
        with self.database.tenant(actor.tenant_id) as session:
            return self.keep(session, actor, given)

    def keep(self, session: Session, actor: Actor, given: NewDeal) -> DealEntered:
        """Write the deal in the caller's transaction, with its audit."""
        known = None
        if given.key:
            lock_named(session, "deal", given.key)
            known = session.execute(select(Deal).where(Deal.key == given.key)).scalar_one_or_none()
        company_id = self._company(session, given)
        row = known or _new(session, actor, given)
        _bring_up_to_date(row, given, company_id)
        session.flush()
        data = {"status": given.status, "amount": given.amount, "currency": given.currency}
        deed = "deal.entered" if known is None else "deal.changed"
        audit.append(session, actor.user_id, deed, row.id, data)
        return DealEntered(id=row.id, created=known is None)

    def of(self, session: Session, deal_id: str) -> dict[str, Any]:
        """One deal as doors show it; raises `NotFound` for an unknown and a foreign one alike."""
        row = session.get(Deal, (tenant_of(session), deal_id))
        if row is None:
            raise NotFound("not_found")
        return _shown(row, self.leads.company_names(session, [row.company_id])[row.company_id])

    def several(self, session: Session, deal_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """These deals by ID, as doors show them."""
        rows = session.execute(select(Deal).where(Deal.id.in_(sorted(set(deal_ids))))).scalars()
        found = list(rows)
        names = self.leads.company_names(session, [row.company_id for row in found])
        return {row.id: _shown(row, names[row.company_id]) for row in found}

    def id_of(self, session: Session, key: str) -> str | None:
        """The deal that was entered under this key, if any was."""
        return session.execute(select(Deal.id).where(Deal.key == key)).scalar_one_or_none()

    def _company(self, session: Session, given: NewDeal) -> str:
        if given.company is not None:
            return self.leads.keep_company(session, given.company)
        return self.leads.company_of(session, str(given.lead_id))

    def newest(
        self,
        actor: Actor,
        status: str | None = None,
        limit: int = 100,
        before: str | None = None,
    ) -> list[dict[str, Any]]:
        """Deals, the newest first; `before` a deal goes on where a list ended."""
        self.permit(actor, "deal.read")
        query = newest_first(select(Deal), Deal.id, before, Deal.opened_at, Deal.id)
        if status is not None:
            query = query.where(Deal.status == status)
        with self.database.tenant(actor.tenant_id) as session:
            rows = list(session.execute(query.limit(limit)).scalars())
            names = self.leads.company_names(session, [row.company_id for row in rows])
            return [_shown(row, names[row.company_id]) for row in rows]

    def get(self, actor: Actor, deal_id: str) -> dict[str, Any]:
        """One deal; raises `NotFound`."""
        self.permit(actor, "deal.read")
        with self.database.tenant(actor.tenant_id) as session:
            return self.of(session, deal_id)


def _new(session: Session, actor: Actor, given: NewDeal) -> Deal:
    own_id = new_id("deal")
    row = Deal(
        tenant_id=tenant_of(session),
        id=own_id,
        key=given.key or own_id,
        owner_id=actor.user_id,
        opened_at=clock.now(),
        closed_at=None,
    )
    session.add(row)
    return row


def _bring_up_to_date(row: Deal, given: NewDeal, company_id: str) -> None:
    """What was given; a deal that is closed keeps the moment at which it first was."""
    row.company_id, row.lead_id = company_id, given.lead_id
    row.title, row.title_ar = given.title, given.title_ar
    row.amount, row.currency = Decimal(given.amount), given.currency
    row.status, row.updated_at = given.status, clock.now()
    closed = given.closed_at or row.closed_at or clock.now()
    row.closed_at = closed if given.status in CLOSED else None


def _shown(row: Deal, names: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "key": row.key,
        "company": names,
        "lead": row.lead_id,
        "title": row.title,
        "title_ar": row.title_ar,
        "amount": str(row.amount),
        "currency": row.currency,
        "status": row.status,
        "owner": row.owner_id,
        "opened_at": stamp(row.opened_at),
        "closed_at": stamp(row.closed_at) if row.closed_at else None,
    }

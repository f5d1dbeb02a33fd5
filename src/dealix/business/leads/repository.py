"""Queries of companies, leads, what they did and their scores."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.business.leads.models import Activity, Company, Lead, Score
from dealix.business.leads.schemas import Facts, LeadCompany, LeadScoreCard, NewActivity
from dealix.errors import NotFound
from dealix.store.ids import new_id
from dealix.store.paging import newest_first
from dealix.store.session import tenant_of

RECENT = timedelta(days=30)
EARLIER = timedelta(days=90)


def lead(session: Session, lead_id: str, *, lock: bool = False) -> Lead:
    """One lead of the tenant.

    Raises:
        NotFound: there is none of this ID.
    """
    found = session.get(Lead, (tenant_of(session), lead_id), with_for_update=lock or None)
    if found is None:
        raise NotFound("not_found")
    return found


def by_key(session: Session, key: str) -> Lead | None:
    """The lead that was entered under this key, locked."""
    query = select(Lead).where(Lead.key == key).with_for_update()
    return session.execute(query).scalar_one_or_none()


def companies(session: Session, ids: Iterable[str]) -> dict[str, Company]:
    """Companies by ID, those that there are."""
    query = select(Company).where(Company.id.in_(sorted(set(ids))))
    return {row.id: row for row in session.execute(query).scalars()}


def keep_company(session: Session, given: LeadCompany) -> str:
    """The ID of the company of this country and name; what was given and not known is kept."""
    now = clock.now()
    facts = given.model_dump(exclude={"name", "country"}, exclude_none=True)
    if given.industry == "other":
        facts.pop("industry")  # says nothing, so it takes nothing back
    row = insert(Company).values(
        tenant_id=tenant_of(session),
        id=new_id("company"),
        name=given.name,
        country=given.country,
        name_key=name_key(given.name),
        created_at=now,
        updated_at=now,
        **{"industry": given.industry, **facts},
    )
    kept = row.on_conflict_do_update(
        index_elements=["tenant_id", "country", "name_key"],
        set_={**facts, "updated_at": now},
    )
    return session.execute(kept.returning(Company.id)).scalar_one()


def name_key(name: str) -> str:
    """A company's name without what only spelling decides: case, spaces and points."""
    return " ".join(name.casefold().replace(".", " ").replace(",", " ").split())


def leads(
    session: Session, grade: str | None, status: str | None, limit: int, before: str | None
) -> list[Lead]:
    """Leads, the newest first; `before` a lead goes on where a list ended."""
    query = newest_first(select(Lead), Lead.id, before, Lead.created_at, Lead.id)
    if grade is not None:
        query = query.where(Lead.grade == grade)
    if status is not None:
        query = query.where(Lead.status == status)
    return list(session.execute(query.limit(limit)).scalars())


def keep_activity(session: Session, lead_id: str, given: NewActivity, by: str) -> bool:
    """Record an activity once by its key; False when it was known."""
    values = {
        "tenant_id": tenant_of(session),
        "lead_id": lead_id,
        "key": given.key or new_id("activity"),
        "kind": given.kind,
        "at": given.at or clock.now(),
        "recorded_by": by,
        "recorded_at": clock.real_now(),
    }
    kept = insert(Activity).values(values).on_conflict_do_nothing().returning(Activity.key)
    return session.execute(kept).scalar_one_or_none() is not None


def activities(session: Session, lead_id: str, limit: int = 100) -> list[Activity]:
    """What a lead did, the newest first."""
    query = select(Activity).where(Activity.lead_id == lead_id)
    query = query.order_by(Activity.at.desc(), Activity.key).limit(limit)
    return list(session.execute(query).scalars())


def facts(session: Session, lead_ids: Iterable[str], at: datetime) -> dict[str, Facts]:
    """What the scores of several leads are made of, in two queries; unknown leads are left out."""
    wanted = sorted(set(lead_ids))
    done = _engagement(session, wanted, at)
    joined = select(Lead, Company).join(
        Company, (Company.tenant_id == Lead.tenant_id) & (Company.id == Lead.company_id)
    )
    rows = session.execute(joined.where(Lead.id.in_(wanted)).order_by(Lead.id))
    return {
        row.id: Facts(
            country=company.country,
            industry=company.industry,
            employees=company.employees,
            budget=row.budget,
            budget_amount=str(row.budget_amount) if row.budget_amount is not None else None,
            currency=row.currency,
            timing=row.timing,
            recent=done.get(row.id, {}).get("recent", {}),
            earlier=done.get(row.id, {}).get("earlier", {}),
        )
        for row, company in rows
    }


def _engagement(
    session: Session, lead_ids: Sequence[str], at: datetime
) -> dict[str, dict[str, dict[str, int]]]:
    is_recent = Activity.at > at - RECENT
    query = (
        select(Activity.lead_id, Activity.kind, is_recent, func.count())
        .where(Activity.lead_id.in_(lead_ids), Activity.at > at - EARLIER, Activity.at <= at)
        .group_by(Activity.lead_id, Activity.kind, is_recent)
        .order_by(Activity.lead_id, Activity.kind)
    )
    found: dict[str, dict[str, dict[str, int]]] = {}
    for lead_id, kind, recent, count in session.execute(query):
        part = found.setdefault(lead_id, {}).setdefault("recent" if recent else "earlier", {})
        part[kind] = count
    return found


def keep_scores(
    session: Session, cards: Mapping[str, LeadScoreCard], by: str, at: datetime
) -> None:
    """Keep cards by their keys, each as its lead's present one; a known key changes no card."""
    if not cards:
        return
    tenant = tenant_of(session)
    rows = [
        {
            "tenant_id": tenant,
            "lead_id": card.lead_id,
            "key": key,
            "score": card.score,
            "grade": card.grade,
            "body": card.model_dump(mode="json"),
            "scored_by": by,
            "scored_at": at,
        }
        for key, card in cards.items()
    ]
    session.execute(insert(Score).on_conflict_do_nothing(), rows)
    session.execute(
        update(Lead),
        [
            {
                "tenant_id": tenant,
                "id": row["lead_id"],
                "score": row["score"],
                "grade": row["grade"],
                "score_key": row["key"],
                "scored_at": at,
            }
            for row in rows
        ],
    )


def card(session: Session, lead_id: str, key: str) -> dict[str, Any]:
    """A score card as it was kept.

    Raises:
        NotFound: there is none of this key.
    """
    found = session.get(Score, (tenant_of(session), lead_id, key))
    if found is None:
        raise NotFound("not_found")
    return found.body

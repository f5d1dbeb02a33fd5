"""Tables of leads: companies, the leads in them, what these did, and every score of theirs."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from dealix.store.base import Base, Tenanted


class Company(Tenanted, Base):
    """A company that may buy; one row by country and name."""

    __tablename__ = "companies"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_ar: Mapped[str | None]
    name_key: Mapped[str]
    country: Mapped[str]
    registration_number: Mapped[str | None]
    industry: Mapped[str]
    employees: Mapped[int | None]
    website: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Lead(Tenanted, Base):
    """Somebody at a company who may buy; name and addresses lie in the vault under `person_id`.

    `score` and `grade` are those of the card `score_key`; None before the first.
    """

    __tablename__ = "leads"
    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str]
    company_id: Mapped[str]
    person_id: Mapped[str]
    source: Mapped[str]
    data_from: Mapped[str]
    budget: Mapped[str]
    budget_amount: Mapped[Decimal | None]
    currency: Mapped[str]
    timing: Mapped[str]
    status: Mapped[str]
    owner_id: Mapped[str]
    score: Mapped[int | None]
    grade: Mapped[str | None]
    score_key: Mapped[str | None]
    scored_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Activity(Tenanted, Base):
    """Something that a lead did, once by its key; never changed."""

    __tablename__ = "lead_activities"
    lead_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    at: Mapped[datetime]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]


class Score(Tenanted, Base):
    """One score card of a lead: the same inputs by the same scorecard are the same row."""

    __tablename__ = "lead_scores"
    lead_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    score: Mapped[int]
    grade: Mapped[str]
    body: Mapped[dict[str, Any]]
    scored_by: Mapped[str]
    scored_at: Mapped[datetime]

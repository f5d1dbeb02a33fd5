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
    duplicate_of: Mapped[str | None] = mapped_column(default=None)


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


class LeadMark(Tenanted, Base):
    """A keyed hash of something by which a lead is found: a phone, a domain, a name's key."""

    __tablename__ = "lead_marks"
    lead_id: Mapped[str] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(primary_key=True)


class SalesDesk(Tenanted, Base):
    """What one of our people sells: where, in which languages, how many leads at once."""

    __tablename__ = "sales_desks"
    user_id: Mapped[str] = mapped_column(primary_key=True)
    countries: Mapped[list[str]]
    languages: Mapped[list[str]]
    most: Mapped[int | None]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]


class Qualification(Tenanted, Base):
    """A qualification by its run: what was entered until it is captured, then its memo.

    `sealed` is the input under the key of `person_id`. `was_owned_by` and `was` are the lead's
    owner and status before, for a run that ends badly. `superseded_at`: it does not count.
    `reading` is what was said of the findings until it is part of the memo.
    """

    __tablename__ = "lead_qualifications"
    run_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str]
    sealed: Mapped[bytes | None]
    created_at: Mapped[datetime]
    captured_id: Mapped[str | None] = mapped_column(default=None)
    lead_id: Mapped[str | None] = mapped_column(default=None)
    owner_id: Mapped[str | None] = mapped_column(default=None)
    was_owned_by: Mapped[str | None] = mapped_column(default=None)
    was: Mapped[str | None] = mapped_column(default=None)
    reading: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    memo: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    told_at: Mapped[datetime | None] = mapped_column(default=None)
    seen_at: Mapped[datetime | None] = mapped_column(default=None)
    superseded_at: Mapped[datetime | None] = mapped_column(default=None)

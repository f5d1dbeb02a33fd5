"""Who gets a lead: rules as data, tried in their order, each keeping whom it speaks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.business.leads.models import Lead, SalesDesk
from dealix.business.leads.schemas import Country
from dealix.business.partners.schemas import Strict
from dealix.errors import NotFound
from dealix.store.session import tenant_of
from dealix.trust.access import directory

VERSION = "routing-1"
ORDER = ("account", "territory", "language", "load")
"""The rules in force, in the order in which they are asked."""
SELLS = "sales_rep"
LIVE = ("new", "qualified")


class DeskInput(Strict):
    """What somebody sells: nothing said means everything; `most` open leads at once."""

    countries: Annotated[list[Country], Field(max_length=6)] = Field(default_factory=list)
    languages: Annotated[list[Literal["ar", "en"]], Field(max_length=2)] = Field(
        default_factory=list
    )
    most: Annotated[int | None, Field(ge=0, le=10_000)] = None


@dataclass(frozen=True)
class Seller:
    """One who sells, with the open leads that they have."""

    user_id: str
    countries: frozenset[str]
    languages: frozenset[str]
    most: int | None
    open: int

    @property
    def is_full(self) -> bool:
        """Whether they have as many leads as they take."""
        return self.most is not None and self.open >= self.most


@dataclass(frozen=True)
class Need:
    """What a lead asks of its owner; `account` has the company's earlier lead."""

    country: str
    language: str
    account: str | None = None


@dataclass(frozen=True)
class Routed:
    """The owner, None where nobody sells, and what each rule said."""

    owner: str | None
    because: tuple[str, ...]
    considered: int


def route(sellers: Sequence[Seller], need: Need) -> Routed:
    """Choose by the rules in their order; of several that are left the one with fewest leads."""
    if not sellers:
        return Routed(None, ("nobody_sells",), 0)
    if any(each.user_id == need.account for each in sellers):
        return Routed(need.account, ("has_the_account",), len(sellers))
    free = [each for each in sellers if not each.is_full]
    because = [] if free else ["everybody_is_full"]
    left = free or list(sellers)
    for rule, wants in (("territory", need.country), ("language", need.language)):
        fits = [each for each in left if _fits(each, rule, wants)]
        because.append(f"{rule}_fits" if fits else f"nobody_has_{rule}")
        left = fits or left
    chosen = min(left, key=lambda each: (each.open, each.user_id))
    if len(left) > 1:
        because.append("fewest_open_leads")
    return Routed(chosen.user_id, tuple(because), len(sellers))


def _fits(seller: Seller, rule: str, wants: str) -> bool:
    has = seller.countries if rule == "territory" else seller.languages
    return not has or wants in has


def sellers(session: Session, but: str) -> list[Seller]:
    """Everybody active who sells: by a desk of theirs, or by their role. `but` is not counted."""
    desks = {desk.user_id: desk for desk in session.execute(select(SalesDesk)).scalars()}
    counts = (
        select(Lead.owner_id, func.count())
        .where(Lead.status.in_(LIVE), Lead.id != but)
        .group_by(Lead.owner_id)
    )
    loads = {row[0]: row[1] for row in session.execute(counts)}
    return [
        _seller(person.user_id, desks.get(person.user_id), loads)
        for person in directory.active_users(session)
        if person.user_id in desks or SELLS in person.roles
    ]


def _seller(user_id: str, desk: SalesDesk | None, loads: Mapping[str, int]) -> Seller:
    return Seller(
        user_id,
        frozenset(desk.countries if desk else ()),
        frozenset(desk.languages if desk else ()),
        desk.most if desk else None,
        loads.get(user_id, 0),
    )


def keep_desk(session: Session, user_id: str, given: DeskInput, by: str) -> SalesDesk:
    """Say what an active person sells; raises `NotFound` for anybody else."""
    if user_id not in {person.user_id for person in directory.active_users(session)}:
        raise NotFound("not_found")
    facts = {**given.model_dump(), "changed_by": by, "changed_at": clock.real_now()}
    row = insert(SalesDesk).values(tenant_id=tenant_of(session), user_id=user_id, **facts)
    kept = row.on_conflict_do_update(index_elements=["tenant_id", "user_id"], set_=facts)
    session.execute(kept)
    return session.get_one(SalesDesk, (tenant_of(session), user_id), populate_existing=True)

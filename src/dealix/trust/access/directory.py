"""The people of a company as roles and a line of managers, without a name or an address."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealix.errors import InvalidInput
from dealix.records import audit
from dealix.store.session import tenant_of
from dealix.trust.access.models import Tenant, User

GIVING = ("user.created", "user.changed", "user.invited", "user.proposed")


@dataclass(frozen=True)
class Person:
    """An active person: who, with which roles, under whom."""

    user_id: str
    roles: frozenset[str]
    manager_id: str | None


def active_users(session: Session) -> list[Person]:
    """Every person of the tenant who may act now, by user ID.

    Whose roles wait for a second person may not act, not even as somebody's manager.
    """
    query = select(User).where(User.active).order_by(User.id)
    return [_person(user) for user in session.scalars(query) if user.roles]


def active_user(session: Session, user_id: str) -> Person:
    """One active person.

    Raises:
        InvalidInput: `unknown_person`, nobody active has this ID in the tenant.
    """
    user = session.get(User, (tenant_of(session), user_id))
    if user is None or not user.active or not user.roles:
        raise InvalidInput("unknown_person", person=user_id)
    return _person(user)


def given_by(session: Session, user_id: str) -> str | None:
    """Who last gave a person their rights: made, invited or changed the account, or proposed to.

    None for an account that came with the installation.
    """
    return audit.last_doer(session, user_id, GIVING)


@dataclass(frozen=True)
class Reach:
    """How one of our own people is reached: the vault has the address of `person_id`."""

    user_id: str
    person_id: str
    locale: str


def reach(session: Session, user_id: str) -> Reach | None:
    """How to reach an active person; None for one who has left."""
    user = session.get(User, (tenant_of(session), user_id))
    if user is None or not user.active:
        return None
    return Reach(user.id, user.person_id, user.locale)


def company_zone(session: Session) -> ZoneInfo:
    """The clocks of the company."""
    return ZoneInfo(session.get_one(Tenant, tenant_of(session)).time_zone)


def company_names(session: Session) -> tuple[str, str]:
    """The company's own name, in English and in Arabic."""
    tenant = session.get_one(Tenant, tenant_of(session))
    return tenant.name, tenant.name_ar


@dataclass(frozen=True)
class Company:
    """A company's public facts."""

    name: str
    name_ar: str
    country: str
    time_zone: str


def company(session: Session) -> Company:
    """The company of this transaction; one that is not on record yet has its ID as its name."""
    own = tenant_of(session)
    found = session.get(Tenant, own)
    if found is None:
        return Company(own, own, "SA", "Asia/Riyadh")
    return Company(found.name, found.name_ar, found.country, found.time_zone)


def _person(user: User) -> Person:
    return Person(user.id, frozenset(user.roles), user.manager_id)


def company_country(session: Session) -> str:
    """The country from which the company sells, by its two letters."""
    return session.get_one(Tenant, tenant_of(session)).country

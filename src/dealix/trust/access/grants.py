"""What one administrator gives counts for nothing until a second person, in nobody's hand, agrees.

Every role may decide somewhere, and so may who stands above somebody in the line of managers. So
whoever gets a role or people below them gets it by two hands, and so does who comes back by a code
or after having left: the administrator who made the code could sit there themselves. What takes
away needs no second hand.

The second hand is neither the first, nor one that gets something, nor one that let the person in.
And neither hand may hold its own rights, directly or through others, from the person who gets roles
now: that would close a circle in which people make each other. What was given longer ago than
`REMEMBERED` closes none, and neither does a password set anew, which brings back what was there.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealix import clock
from dealix.errors import Conflict, InvalidInput, NotEntitled, NotFound
from dealix.records import audit
from dealix.store.ids import new_id
from dealix.store.session import tenant_of
from dealix.trust.access.models import Grant, User
from dealix.trust.access.rights import holders_of

Why = Literal["invited", "changed", "password_set", "restored"]
REMEMBERED = timedelta(days=90)
LONGEST_LINE = 50


def gives(user: User, roles: Collection[str], manager_id: str | None) -> bool:
    """Whether anybody would have more than now: the person a role, or a manager a subordinate."""
    return bool(set(roles) - set(user.roles)) or manager_id not in {None, user.manager_id}


def propose(
    session: Session, by: str, user: User, roles: Sequence[str], manager_id: str | None, why: Why
) -> Grant:
    """Let roles and a manager wait for a second person; what waited before is replaced."""
    withdraw(session, user.id, by)
    grant = Grant(
        tenant_id=tenant_of(session),
        id=new_id("grt"),
        user_id=user.id,
        roles=sorted(roles),
        manager_id=manager_id,
        gets=sorted(receivers(user, manager_id)),
        why=why,
        proposed_by=by,
        proposed_at=clock.real_now(),
    )
    session.add(grant)
    session.flush()
    data = {"grant": grant.id, "why": why, "roles": grant.roles, "manager": manager_id}
    audit.append(session, by, "user.proposed", user.id, data)
    return grant


def suspend(session: Session, by: str, user: User, why: Why) -> None:
    """Take a person's roles out of force until a second person confirms that it is they."""
    if user.roles:
        propose(session, by, user, user.roles, user.manager_id, why)
        user.roles = []
        session.flush()


def withdraw(session: Session, user_id: str, by: str) -> None:
    """End what waits for this person; something else takes its place, or nothing."""
    grant = waiting(session, user_id)
    if grant is not None:
        settle(session, grant, "replaced", by)


def settle(session: Session, grant: Grant, status: str, by: str) -> None:
    """Say how a grant ended, and by whom."""
    grant.status, grant.settled_by, grant.settled_at = status, by, clock.real_now()
    session.flush()


def withdraw_all_by(session: Session, by: str) -> None:
    """End what somebody proposed who has left: nobody stands behind it any more."""
    query = select(Grant).where(Grant.status == "waiting", Grant.proposed_by == by)
    for grant in session.scalars(query):
        settle(session, grant, "replaced", "system")


def waiting(session: Session, user_id: str) -> Grant | None:
    """What waits for this person to be confirmed."""
    query = select(Grant).where(Grant.user_id == user_id, Grant.status == "waiting")
    return session.execute(query).scalar_one_or_none()


def all_waiting(session: Session) -> list[Grant]:
    """Everything that waits, the oldest first."""
    query = select(Grant).where(Grant.status == "waiting").order_by(Grant.proposed_at, Grant.id)
    return list(session.scalars(query))


def receivers(user: User, manager_id: str | None) -> set[str]:
    """Who gets something: the person, and whoever would newly stand above them."""
    newly = () if manager_id is None or manager_id == user.manager_id else (manager_id,)
    return {user.id, *newly}


def barred(grant: Grant, user: User) -> set[str]:
    """Who does not confirm a grant, whatever their rights: whoever had or gets something of it."""
    let_in = () if user.admitted_by is None else (user.admitted_by,)
    return {grant.proposed_by, *grant.gets, *let_in}


def assert_free(session: Session, hand: str, user_id: str, why: Why) -> None:
    """Refuse somebody whose own rights come from the person who gets roles now.

    Raises:
        NotEntitled: `rights_in_a_circle`.
    """
    if why != "password_set" and user_id in origins(session, hand):
        raise NotEntitled("rights_in_a_circle")


def assert_can_be_confirmed(
    session: Session, by: str, user: User, why: Why, manager_id: str | None = None
) -> None:
    """Refuse to propose what nobody could confirm, so that no account hangs for ever.

    Raises:
        Conflict: `nobody_confirms`.
    """
    let_in = by if why in {"invited", "password_set"} else user.admitted_by
    out = receivers(user, manager_id) | {by, let_in or by}
    others = holders_of("user.confirm", _active(session)) - out
    back = why == "password_set"
    if not any(back or user.id not in origins(session, one) for one in others):
        raise Conflict("nobody_confirms")


def origins(session: Session, user_id: str) -> frozenset[str]:
    """From whom a person's rights come, directly or through others, as far as it is remembered."""
    query = select(Grant).where(
        Grant.status == "confirmed", Grant.settled_at > clock.real_now() - REMEMBERED
    )
    hands: dict[str, set[str]] = {}
    for grant in session.scalars(query):
        both = {grant.proposed_by, str(grant.settled_by)}
        hands.setdefault(grant.user_id, set()).update(both)
    found: set[str] = set()
    ahead = [user_id]
    while ahead:
        new = hands.get(ahead.pop(), set()) - found
        found |= new
        ahead += new
    return frozenset(found)


def manager_after(session: Session, user: User, manager_id: str | None) -> str | None:
    """The manager, if they may be it; a line that comes back to its start is refused.

    Raises:
        InvalidInput: `unknown_person`, `manager_circle`.
    """
    if manager_id is None:
        return None
    above: str | None = active(session, manager_id).id
    for _ in range(LONGEST_LINE):
        if above is None:
            return manager_id
        if above == user.id:
            break
        above = session.get_one(User, (user.tenant_id, above)).manager_id
    raise InvalidInput("manager_circle")


def find(session: Session, user_id: str, *, lock: bool = False) -> User:
    """An account of the company.

    Raises:
        NotFound: unknown, or another company's.
    """
    user = session.get(User, (tenant_of(session), user_id), with_for_update=lock)
    if user is None:
        raise NotFound("not_found")
    return user


def active(session: Session, user_id: str) -> User:
    """An account that has access.

    Raises:
        InvalidInput: `unknown_person`.
    """
    user = session.get(User, (tenant_of(session), user_id))
    if user is None or not user.active:
        raise InvalidInput("unknown_person", person=user_id)
    return user


def shown(grant: Grant | None, user: User) -> dict[str, Any] | None:
    """What waits, in the surface's shape."""
    if grant is None:
        return None
    return {
        "id": grant.id,
        "user_id": grant.user_id,
        "roles": grant.roles,
        "manager_id": grant.manager_id,
        "barred": sorted(barred(grant, user)),
        "why": grant.why,
        "proposed_by": grant.proposed_by,
        "proposed_at": grant.proposed_at.isoformat(),
        "has_password": user.password_hash is not None,
    }


def _active(session: Session) -> list[tuple[str, frozenset[str]]]:
    query = select(User.id, User.roles).where(User.active)
    return [(row.id, frozenset(row.roles)) for row in session.execute(query)]

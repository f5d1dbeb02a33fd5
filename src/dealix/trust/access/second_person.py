"""The second person: confirms or refuses what an administrator gives; each refusal is on record."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy.orm import Session

from dealix.actors import Actor
from dealix.errors import Conflict, NotEntitled
from dealix.records import audit
from dealix.store.locks import lock_named
from dealix.store.session import Database
from dealix.trust.access import grants
from dealix.trust.access.models import Grant, User
from dealix.trust.access.rights import permit


@dataclass(frozen=True)
class SecondPerson:
    """Settles what waits; each call works inside the actor's own company."""

    database: Database

    def waiting(self, actor: Actor) -> list[dict[str, Any]]:
        """What waits for a second person, the oldest first."""
        permit(actor, "user.confirm", "user.manage")
        with self.database.tenant(actor.tenant_id) as session:
            found = grants.all_waiting(session)
            shown = [grants.shown(one, grants.find(session, one.user_id)) for one in found]
        return [one for one in shown if one is not None]

    def confirm(self, actor: Actor, user_id: str, grant_id: str) -> None:
        """Put into force what waits under this very ID; roles and manager count from now on.

        Raises:
            NotEntitled: `same_person_confirms`, `rights_in_a_circle`.
            Conflict: `grant_settled`, `password_first`.
            InvalidInput: `unknown_person`, `manager_circle`, the manager cannot be it any more.
        """
        permit(actor, "user.confirm")
        with noting_refusals(self.database, actor, user_id), self._settling(actor) as session:
            user, grant = _waiting(session, user_id, grant_id)
            if actor.user_id in grants.barred(grant, user) or actor.kind != "person":
                raise NotEntitled("same_person_confirms")
            for hand in (actor.user_id, grant.proposed_by):
                grants.assert_free(session, hand, user_id, cast("grants.Why", grant.why))
            if user.password_hash is None:
                raise Conflict("password_first")
            before = {"roles": sorted(user.roles), "manager": user.manager_id}
            if grant.manager_id != user.manager_id:  # who stays above somebody may have left
                user.manager_id = grants.manager_after(session, user, grant.manager_id)
            user.roles = list(grant.roles)
            grants.settle(session, grant, "confirmed", actor.user_id)
            after = {"roles": grant.roles, "manager": grant.manager_id}
            data: dict[str, Any] = {"grant": grant.id, "before": before, "after": after}
            data["proposed_by"] = grant.proposed_by
            audit.append(session, actor.user_id, "user.confirmed", user_id, data)

    def refuse(self, actor: Actor, user_id: str, grant_id: str) -> None:
        """Say no to what waits; who proposed it takes it back by this, too.

        Raises:
            Conflict: `grant_settled`.
        """
        permit(actor, "user.confirm", "user.manage")
        with self._settling(actor) as session:
            _user, grant = _waiting(session, user_id, grant_id)
            grants.settle(session, grant, "refused", actor.user_id)
            data = {"grant": grant.id, "proposed_by": grant.proposed_by}
            audit.append(session, actor.user_id, "user.refused", user_id, data)

    @contextmanager
    def _settling(self, actor: Actor) -> Iterator[Session]:
        with self.database.tenant(actor.tenant_id) as session:
            lock_named(session, "accounts")
            yield session


@contextmanager
def noting_refusals(database: Database, actor: Actor, user_id: str) -> Iterator[None]:
    """Leave one audit record where somebody reached for what is not theirs to give."""
    try:
        yield
    except NotEntitled as refusal:
        with database.tenant(actor.tenant_id) as session:
            data = {"code": refusal.code}
            audit.append(session, actor.user_id, "user.grant_barred", user_id, data)
        raise


def _waiting(session: Session, user_id: str, grant_id: str) -> tuple[User, Grant]:
    user, grant = grants.find(session, user_id, lock=True), grants.waiting(session, user_id)
    if grant is None or grant.id != grant_id:
        raise Conflict("grant_settled")
    return user, grant

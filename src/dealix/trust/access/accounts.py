"""Accounts as a company's administrator keeps them: invited, given roles and a manager, ended.

Nobody changes their own rights, and what gives somebody more waits for a second person (`grants`).
Names and addresses lie in the vault; rows and audit carry IDs.
"""

import re
import secrets
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.errors import Conflict, InvalidInput, NotEntitled
from dealix.records import audit
from dealix.store.ids import new_id
from dealix.store.locks import lock_named
from dealix.store.session import Database, tenant_of
from dealix.trust.access import grants
from dealix.trust.access.models import Device, Invitation, Passkey, SignInSession, User
from dealix.trust.access.rights import ROLES, permit
from dealix.trust.access.second_person import noting_refusals
from dealix.trust.access.service import digest_of
from dealix.trust.privacy import Vault

ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
INVITED_FOR = timedelta(hours=72)
Waiting = Callable[[Session, str], list[dict[str, Any]]]
"""The open requests that a person may decide; `sole` where nobody else could."""

Leaving = Callable[[Session, str], None]
"""Ends what other parts gave a person who leaves, such as links."""


def _nothing_else(_session: Session, _user_id: str) -> None:
    """Nobody else gave the person anything."""


@dataclass(frozen=True)
class NewPerson:
    """What an administrator says of a person who comes in."""

    name: str
    name_ar: str
    email: str
    roles: tuple[str, ...]
    manager_id: str | None = None
    locale: str = "ar"


@dataclass(frozen=True)
class Changes:
    """What an administrator changes of an account; what is None stays as it is."""

    roles: tuple[str, ...] | None = None
    manager_id: str | None = None
    without_manager: bool = False
    locale: str | None = None


@dataclass(frozen=True)
class Code:
    """A fresh invitation; the code is shown this once and kept nowhere."""

    user_id: str
    code: str
    expires_at: datetime


@dataclass(frozen=True)
class Accounts:
    """The accounts of every company; each call works inside the actor's own."""

    database: Database
    vault: Vault
    waiting: Waiting
    leaving: Leaving = _nothing_else

    def get(self, actor: Actor, user_id: str) -> dict[str, Any]:
        """One account with what depends on it: requests that wait, people who report to it."""
        permit(actor, "user.manage", "user.confirm")
        with self.database.tenant(actor.tenant_id) as session:
            return self._view(session, grants.find(session, user_id))

    def create(self, actor: Actor, person: NewPerson) -> Code:
        """Make an account without a password, and the code with which its person sets one.

        Roles and manager wait for a second person.

        Raises:
            InvalidInput: `unknown_role`, `unknown_person` (the manager), `email_unusable`.
            Conflict: `nobody_confirms`.
        """
        permit(actor, "user.manage")
        _check_person(person)
        _check_roles(person.roles)
        user_id, person_id = new_id("usr"), new_id("per")
        fields = {"name": person.name, "name_ar": person.name_ar, "email": person.email}
        try:
            with self.database.tenant(actor.tenant_id) as session:
                lock_named(session, "accounts")
                self.vault.add(session, person_id, fields)
                user = self._row(session, user_id, person_id, person)
                session.add(user)
                session.flush()
                manager = grants.manager_after(session, user, person.manager_id)
                data = {"roles": sorted(person.roles), "manager": manager}
                audit.append(session, actor.user_id, "user.created", user_id, data)
                grants.assert_can_be_confirmed(session, actor.user_id, user, "invited", manager)
                grants.propose(session, actor.user_id, user, person.roles, manager, "invited")
                return _invite(session, actor, user_id)
        except IntegrityError:
            raise InvalidInput(
                "email_unusable", errors=[{"field": "email", "type": "email_unusable"}]
            ) from None

    def invite(self, actor: Actor, user_id: str) -> Code:
        """A new code for somebody who lost theirs or their password; older codes end.

        Whoever sets a password by it has their roles again once a second person has confirmed them.

        Raises:
            NotEntitled: `own_rights`.
            NotFound: there is no such account; InvalidInput: `unknown_person`, it has ended.
            Conflict: `nobody_confirms`.
        """
        permit(actor, "user.manage")
        with self._giving(actor, user_id) as session:
            grants.find(session, user_id)
            user = grants.active(session, user_id)
            grants.assert_can_be_confirmed(session, actor.user_id, user, "password_set")
            return _invite(session, actor, user_id)

    def change(self, actor: Actor, user_id: str, changes: Changes) -> dict[str, Any]:
        """Change roles, manager or language of somebody else.

        What gives nobody more counts from now on; else roles and manager stay as they are until a
        second person confirms the new ones.

        Raises:
            NotEntitled: `own_rights`, `rights_in_a_circle`.
            InvalidInput: `unknown_role`, `unknown_person`, `manager_circle`.
            Conflict: `nobody_confirms`.
        """
        permit(actor, "user.manage")
        with self._giving(actor, user_id) as session:
            user = grants.find(session, user_id)
            if changes.roles is not None:
                _check_roles(changes.roles)
            roles = sorted(user.roles if changes.roles is None else changes.roles)
            manager = user.manager_id
            if changes.without_manager or changes.manager_id is not None:
                wanted = None if changes.without_manager else changes.manager_id
                manager = grants.manager_after(session, user, wanted)
            user.locale = changes.locale or user.locale
            if grants.gives(user, roles, manager):
                grants.assert_free(session, actor.user_id, user_id, "changed")
                grants.assert_can_be_confirmed(session, actor.user_id, user, "changed", manager)
                grants.propose(session, actor.user_id, user, roles, manager, "changed")
            elif changes.roles is not None or changes.without_manager:
                self._take_away(session, actor, user, roles, manager)
            return self._view(session, user)

    @staticmethod
    def _take_away(
        session: Session, actor: Actor, user: User, roles: list[str], manager: str | None
    ) -> None:
        grants.withdraw(session, user.id, actor.user_id)
        before = {"roles": sorted(user.roles), "manager": user.manager_id}
        user.roles, user.manager_id = roles, manager
        session.flush()
        data = {"before": before, "after": {"roles": roles, "manager": manager}}
        audit.append(session, actor.user_id, "user.changed", user.id, data)

    @contextmanager
    def _giving(self, actor: Actor, user_id: str) -> Iterator[Session]:
        """A transaction that gives somebody else something, one at a time in a company."""
        with (
            noting_refusals(self.database, actor, user_id),
            self.database.tenant(actor.tenant_id) as session,
        ):
            _not_oneself(actor, user_id)
            lock_named(session, "accounts")
            yield session

    def deactivate(self, actor: Actor, user_id: str, *, knowing: bool = False) -> dict[str, Any]:
        """End somebody's access with all that opened it; the account stays for its history.

        Sessions, tokens, devices, passkeys, invitations and links are gone for good: who comes
        back makes new ones.

        Raises:
            NotEntitled: `own_rights`.
            Conflict: `sole_approver`, naming the requests, unless `knowing`.
        """
        permit(actor, "user.manage")
        with self._giving(actor, user_id) as session:
            user = grants.find(session, user_id, lock=True)
            sole = [each["approval"] for each in self.waiting(session, user_id) if each["sole"]]
            if sole and not knowing:
                raise Conflict("sole_approver", approvals=", ".join(sole), requests=sole)
            if user.active:
                user.active = False
                session.flush()
                end_access(session, user_id)
                grants.withdraw(session, user_id, actor.user_id)
                grants.withdraw_all_by(session, user_id)
                self.leaving(session, user_id)
                data = {"left_without_approver": sole}
                audit.append(session, actor.user_id, "user.deactivated", user_id, data)
            return self._view(session, user)

    def activate(self, actor: Actor, user_id: str) -> dict[str, Any]:
        """Give an account its access back, with its password; its roles wait for a second person.

        Raises:
            NotEntitled: `own_rights`, `rights_in_a_circle`.
            Conflict: `person_erased`, `nobody_confirms`.
        """
        permit(actor, "user.manage")
        with self._giving(actor, user_id) as session:
            user = grants.find(session, user_id, lock=True)
            if self.vault.is_erased(session, user.person_id):
                raise Conflict("person_erased")
            if not user.active:
                user.active = True
                audit.append(session, actor.user_id, "user.activated", user_id, {})
                grants.assert_free(session, actor.user_id, user_id, "restored")
                grants.assert_can_be_confirmed(session, actor.user_id, user, "restored")
                grants.suspend(session, actor.user_id, user, "restored")
            return self._view(session, user)

    @staticmethod
    def forget(session: Session, person_id: str) -> dict[str, Any]:
        """What an erasure takes from accounts: the look-up of the email, password, sessions.

        Raises:
            Conflict: `person_active`, the person can still sign in.
        """
        query = select(User).where(User.person_id == person_id).with_for_update()
        user = session.execute(query).scalar_one_or_none()
        if user is None:
            return {}
        if user.active:
            raise Conflict("person_active")
        user.email_hash, user.password_hash = f"erased:{new_id('nobody')}", None
        end_access(session, user.id)
        return {"user": user.id}

    @staticmethod
    def of_persons(session: Session, person_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Which of these persons have an account, by person."""
        query = select(User.person_id, User.id, User.active).where(User.person_id.in_(person_ids))
        return {
            row.person_id: {"user": row.id, "active": row.active} for row in session.execute(query)
        }

    def _row(self, session: Session, user_id: str, person_id: str, person: NewPerson) -> User:
        return User(
            tenant_id=tenant_of(session),
            id=user_id,
            person_id=person_id,
            email_hash=self.vault.blind_index(person.email),
            password_hash=None,
            roles=[],
            manager_id=None,
            locale=person.locale,
            active=True,
            created_at=clock.real_now(),
        )

    def _view(self, session: Session, user: User) -> dict[str, Any]:
        known = self.vault.reveal(session, user.person_id)
        reports = select(User.id).where(User.manager_id == user.id, User.active)
        open_sessions = select(func.count()).where(
            SignInSession.user_id == user.id, SignInSession.expires_at > clock.real_now()
        )
        return {
            "id": user.id,
            "person_id": user.person_id,
            "name": known.get("name"),
            "name_ar": known.get("name_ar"),
            "email": known.get("email"),
            "roles": sorted(user.roles),
            "manager_id": user.manager_id,
            "locale": user.locale,
            "active": user.active,
            "has_password": user.password_hash is not None,
            "created_at": user.created_at.isoformat(),
            "grant": grants.shown(grants.waiting(session, user.id), user),
            "waiting": self.waiting(session, user.id) if user.active else [],
            "reports": sorted(session.scalars(reports)),
            "sessions": session.execute(open_sessions).scalar_one(),
        }


def end_sessions(session: Session, user_id: str, *, but: str | None = None) -> int:
    """End a person's sessions, tokens and devices, but the one of this hash; answers how many."""
    mine = (Device.user_id == user_id, Device.revoked_at.is_(None))
    kept = select(SignInSession.device_id).where(
        SignInSession.token_hash == but, SignInSession.device_id.is_not(None)
    )
    leaving = update(Device).where(*mine, Device.id.not_in(kept))
    session.execute(
        leaving.values(revoked_at=clock.real_now()),
        execution_options={"synchronize_session": False},
    )
    query = delete(SignInSession).where(SignInSession.user_id == user_id)
    if but is not None:
        query = query.where(SignInSession.token_hash != but)
    return len(session.execute(query.returning(SignInSession.token_hash)).all())


def end_access(session: Session, user_id: str) -> None:
    """Remove everything by which a person came in: nothing of it works or is listed again."""
    end_sessions(session, user_id)
    for table in (Device, Passkey, Invitation):
        session.execute(delete(table).where(table.user_id == user_id))


def _invite(session: Session, actor: Actor, user_id: str) -> Code:
    session.execute(delete(Invitation).where(Invitation.user_id == user_id))
    code, now = secrets.token_urlsafe(15), clock.real_now()
    session.add(
        Invitation(
            tenant_id=tenant_of(session),
            code_hash=digest_of(code),
            user_id=user_id,
            made_by=actor.user_id,
            made_at=now,
            expires_at=now + INVITED_FOR,
        )
    )
    session.flush()
    audit.append(session, actor.user_id, "user.invited", user_id, {})
    return Code(user_id, code, now + INVITED_FOR)


def _not_oneself(actor: Actor, user_id: str) -> None:
    if actor.user_id == user_id:
        raise NotEntitled("own_rights")


def _check_person(person: NewPerson) -> None:
    """A name stands on one line and misleads no reader, an address has its form."""
    wrong = []
    for field, text in (("name", person.name), ("name_ar", person.name_ar)):
        if not text.strip():
            wrong.append({"field": field, "type": "missing"})
        elif any(unicodedata.category(sign) in {"Cc", "Cf", "Cs"} for sign in text):
            wrong.append({"field": field, "type": "forbidden_character"})
    if not ADDRESS.fullmatch(person.email):
        wrong.append({"field": "email", "type": "email_address"})
    if wrong:
        raise InvalidInput("invalid_input", errors=wrong)


def _check_roles(roles: Sequence[str]) -> None:
    for role in roles:
        if role not in ROLES:
            raise InvalidInput("unknown_role", role=role)
    if not roles:
        raise InvalidInput("invalid_input", errors=[{"field": "roles", "type": "missing"}])

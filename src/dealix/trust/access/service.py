"""Signing in and out: passwords in, secrets out that are kept only as their SHA-256."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.errors import NotEntitled, NotSignedIn
from dealix.records import audit
from dealix.store.paging import newest_first
from dealix.store.session import Database, tenant_of
from dealix.trust.access import freshness, passwords
from dealix.trust.access.limiting import SignInLimits, Try
from dealix.trust.access.models import SignInSession, Tenant, User
from dealix.trust.access.rights import permit
from dealix.trust.privacy import Vault

Kind = Literal["session", "token"]
MOST = 200
"""How many people a list holds at most."""
PREFIX: dict[Kind, str] = {"session": "dxs_", "token": "dxt_"}


@dataclass(frozen=True)
class SignedIn:
    """A fresh secret with its end; the secret is shown this once and kept nowhere."""

    secret: str
    expires_at: datetime
    actor: Actor


@dataclass(frozen=True)
class Access:
    """The one way in. `hours` is how long a sign-in lasts."""

    database: Database
    vault: Vault
    limits: SignInLimits
    hours: int = 12

    def sign_in(self, email: str, password: str, *, address: str, kind: Kind) -> SignedIn:
        """Open a session, or make a bearer token, for the person of this email.

        Raises:
            NotSignedIn: `sign_in_failed`, whether the email or the password was wrong.
            TooMany: too many tries at this account or from this address.
        """
        attempt = Try(self.vault.blind_index(email), address)
        self.limits.begin(attempt)
        found = self._account(attempt.account)
        if not passwords.matches(found.password_hash if found else None, password) or not found:
            self.limits.failed(attempt)
            if found:
                self._note(found.tenant_id, found.user_id, "session.refused")
            raise NotSignedIn("sign_in_failed")
        self.limits.succeeded(attempt)
        with self.database.tenant(found.tenant_id) as session:
            user = session.get_one(User, (found.tenant_id, found.user_id))
            if passwords.outdated(found.password_hash):
                user.password_hash = passwords.hashed(password)
            _forget_expired(session)
            return issue(session, user, kind, timedelta(hours=self.hours), fresh=True)

    def fresh(self, actor: Actor) -> bool:
        """Whether the actor's browser was touched within five minutes; a program needs no touch."""
        with self.database.tenant(actor.tenant_id) as session:
            return freshness.is_fresh(session, actor)

    def touch(self, actor: Actor, password: str) -> None:
        """The signed-in person proves anew, by password, that it is they.

        Raises:
            NotEntitled: `touch_failed`; TooMany: too many tries.
        """
        with self.database.tenant(actor.tenant_id) as session:
            user = session.get_one(User, (actor.tenant_id, actor.user_id))
        attempt = Try(user.email_hash, "", own=True)
        self.limits.begin(attempt)
        if not passwords.matches(user.password_hash, password):
            self.limits.failed(attempt)
            self._note(actor.tenant_id, actor.user_id, "session.refused")
            raise NotEntitled("touch_failed")
        self.limits.succeeded(attempt)
        with self.database.tenant(actor.tenant_id) as session:
            freshness.touch(session, actor, "password")

    def actor_of(self, secret: str) -> Actor:
        """Whose secret this is.

        Raises:
            NotSignedIn: unknown, ended, or its person is no longer active.
        """
        digest = digest_of(secret)
        query = text("SELECT tenant_id, user_id, expires_at FROM lookup_session(:digest)")
        with self.database.nobody() as session:
            found = session.execute(query, {"digest": digest}).one_or_none()
        if found is None or found.expires_at <= clock.real_now():
            raise NotSignedIn("not_signed_in")
        with self.database.tenant(found.tenant_id) as session:
            user = session.get(User, (found.tenant_id, found.user_id))
            if user is None or not user.active:
                raise NotSignedIn("not_signed_in")
            return actor_for(user)

    def person(self, tenant_id: str, user_id: str) -> Actor:
        """An active person as an actor; whoever calls knows by what they are known.

        Raises:
            NotSignedIn: there is no such person, or they have left.
        """
        with self.database.tenant(tenant_id) as session:
            user = session.get(User, (tenant_id, user_id))
            if user is None or not user.active:
                raise NotSignedIn("not_signed_in")
            return actor_for(user)

    def sign_out(self, actor: Actor, secret: str) -> None:
        """End what this secret opens; a second time changes nothing."""
        with self.database.tenant(actor.tenant_id) as session:
            ended = session.execute(
                delete(SignInSession)
                .where(SignInSession.token_hash == digest_of(secret))
                .returning(SignInSession.user_id)
            ).scalar_one_or_none()
            if ended is not None:
                audit.append(session, actor.user_id, "session.ended", ended, {})

    def profile(self, actor: Actor) -> dict[str, Any]:
        """The signed-in person and company, for the frame of a page and for `GET /me`."""
        with self.database.tenant(actor.tenant_id) as session:
            user = session.get_one(User, (actor.tenant_id, actor.user_id))
            tenant = session.get_one(Tenant, actor.tenant_id)
            company = {
                "id": tenant.tenant_id,
                "name": tenant.name,
                "name_ar": tenant.name_ar,
                "country": tenant.country,
                "time_zone": tenant.time_zone,
            }
            return {**self._shown(session, [user])[0], "locale": user.locale, "tenant": company}

    def people(
        self, actor: Actor, limit: int = MOST, before: str | None = None
    ) -> list[dict[str, Any]]:
        """The people of the actor's company: names, roles, managers.

        Who may come in goes first; `before` a person goes on where a list ended.
        """
        permit(actor, "person.read")
        query = newest_first(select(User), User.id, before, User.active, User.id).limit(limit)
        with self.database.tenant(actor.tenant_id) as session:
            return self._shown(session, session.scalars(query).all())

    def named(self, actor: Actor, user_ids: Iterable[str]) -> list[dict[str, Any]]:
        """These people of the actor's company, those that there are."""
        permit(actor, "person.read")
        query = select(User).where(User.id.in_(sorted(set(user_ids))))
        with self.database.tenant(actor.tenant_id) as session:
            return self._shown(session, session.scalars(query).all())

    def find(self, actor: Actor, written: str) -> str | None:
        """The ID of who is meant by an email address, an ID, or a full name that only one has."""
        permit(actor, "person.read")
        with self.database.tenant(actor.tenant_id) as session:
            digest = self.vault.blind_index(written)
            query = select(User.id).where((User.id == written) | (User.email_hash == digest))
            found = session.scalars(query).one_or_none()
        return found or self._named_alone(actor, " ".join(written.casefold().split()))

    def _named_alone(self, actor: Actor, name: str) -> str | None:
        found: list[str] = []
        before: str | None = None
        while rows := self.people(actor, MOST, before):
            for each in rows:
                names = {each["name"], each["name_ar"]}
                if any(name == " ".join(one.casefold().split()) for one in names if one):
                    found.append(each["id"])
            before = rows[-1]["id"]
        return found[0] if len(found) == 1 else None

    def _shown(self, session: Session, users: Iterable[User]) -> list[dict[str, Any]]:
        users = list(users)
        known = self.vault.reveal_many(session, [user.person_id for user in users])
        return [
            {
                "id": user.id,
                "name": known[user.person_id].get("name"),
                "name_ar": known[user.person_id].get("name_ar"),
                "email": known[user.person_id].get("email"),
                "roles": sorted(user.roles),
                "manager_id": user.manager_id,
                "active": user.active,
            }
            for user in users
        ]

    def _account(self, email_digest: str) -> Any:
        query = text("SELECT tenant_id, user_id, password_hash FROM lookup_sign_in(:digest)")
        with self.database.nobody() as session:
            return session.execute(query, {"digest": email_digest}).one_or_none()

    def _note(self, tenant_id: str, user_id: str, action: str) -> None:
        with self.database.tenant(tenant_id) as session:
            audit.append(session, "system", action, user_id, {})


def issue(
    session: Session,
    user: User,
    kind: Kind,
    lasts: timedelta,
    secret: str | None = None,
    *,
    fresh: bool = False,
    device_id: str | None = None,
) -> SignedIn:
    """Make a secret for a person, keep its hash, and note it in the audit.

    `fresh`: the person has just proven who they are; `device_id`: a known device came back.

    Raises:
        NotSignedIn: their access has ended meanwhile.
    """
    require_active(session, user.id)
    secret = secret or PREFIX[kind] + secrets.token_urlsafe(32)
    now = clock.real_now()
    row = SignInSession(
        tenant_id=tenant_of(session),
        token_hash=digest_of(secret),
        user_id=user.id,
        kind=kind,
        created_at=now,
        expires_at=now + lasts,
        touched_at=now if fresh and kind == "session" else None,
        device_id=device_id,
    )
    session.add(row)
    session.flush()
    opened = {"kind": kind} | ({"device": device_id} if device_id else {})
    audit.append(session, user.id, "session.opened", user.id, opened)
    return SignedIn(secret, row.expires_at, actor_for(user))


def require_active(session: Session, user_id: str) -> None:
    """Give nothing to somebody who is leaving at this moment: the end of an access is waited for.

    Raises:
        NotSignedIn: the access has ended.
    """
    query = select(User.active).where(User.tenant_id == tenant_of(session), User.id == user_id)
    if not session.execute(query.with_for_update(read=True)).scalar_one():
        raise NotSignedIn("not_signed_in")


def actor_for(user: User) -> Actor:
    """The actor whom the services see."""
    return Actor(user.tenant_id, user.id, frozenset(user.roles), "person", user.locale)


def digest_of(secret: str) -> str:
    """How a secret is kept: its SHA-256; 256 random bits need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _forget_expired(session: Session) -> None:
    session.execute(delete(SignInSession).where(SignInSession.expires_at < clock.real_now()))

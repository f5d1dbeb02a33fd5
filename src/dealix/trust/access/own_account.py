"""One's own account: setting a password, and the sessions in which one is signed in."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.errors import InvalidInput, NotFound, NotSignedIn
from dealix.records import audit
from dealix.store.locks import lock_named
from dealix.store.session import Database
from dealix.trust.access import grants, passwords
from dealix.trust.access.accounts import end_access, end_sessions
from dealix.trust.access.limiting import SignInLimits, Try
from dealix.trust.access.models import Device, Invitation, SignInSession, User
from dealix.trust.access.service import digest_of
from dealix.trust.privacy import Vault

SHORTEST_PASSWORD = 12


@dataclass(frozen=True)
class OwnAccount:
    """What everybody may do with their own account, and only with that."""

    database: Database
    vault: Vault
    limits: SignInLimits

    def redeem(self, email: str, code: str, password: str, *, address: str) -> None:
        """Set a password with an invitation's code, which ends; so does every other way in.

        Roles that the account had wait for a second person: who made the code could sit here.

        Raises:
            NotSignedIn: `invitation_invalid`, whatever of it was wrong.
            InvalidInput: `password_weak`.
            TooMany: too many tries at this account or from this address.
        """
        attempt = Try(self.vault.blind_index(email), address)
        self.limits.begin(attempt)
        found = self._account(attempt.account)
        if found is None or not self._redeemed(found, email, code, password):
            self.limits.failed(attempt)
            raise NotSignedIn("invitation_invalid")
        self.limits.succeeded(attempt)

    def change_password(self, actor: Actor, old: str, new: str, *, secret: str) -> int:
        """Replace one's password; every session but that of `secret` ends. Answers how many.

        Raises:
            InvalidInput: `password_wrong`, `password_weak`.
            TooMany: too many tries.
        """
        with self.database.tenant(actor.tenant_id) as session:
            user = session.get_one(User, (actor.tenant_id, actor.user_id))
            attempt = Try(user.email_hash, "", own=True)
            email = self.vault.reveal(session, user.person_id).get("email", "")
        self.limits.begin(attempt)
        if not passwords.matches(user.password_hash, old):
            self.limits.failed(attempt)
            raise InvalidInput(
                "password_wrong", errors=[{"field": "old", "type": "password_wrong"}]
            )
        require_strong(new, email, old)
        self.limits.succeeded(attempt)
        hashed = passwords.hashed(new)
        with self.database.tenant(actor.tenant_id) as session:
            user = session.get_one(User, (actor.tenant_id, actor.user_id), with_for_update=True)
            user.password_hash = hashed
            ended = end_sessions(session, user.id, but=digest_of(secret))
            data = {"sessions_ended": ended}
            audit.append(session, actor.user_id, "user.password_changed", user.id, data)
        return ended

    def sessions(self, actor: Actor, secret: str) -> list[dict[str, Any]]:
        """Where one is signed in, newest first; `secret` is the present request's."""
        present = digest_of(secret)
        query = select(SignInSession).where(
            SignInSession.user_id == actor.user_id, SignInSession.expires_at > clock.real_now()
        )
        with self.database.tenant(actor.tenant_id) as session:
            rows = session.scalars(query.order_by(SignInSession.created_at.desc())).all()
        return [
            {
                "id": name_of(row.token_hash),
                "kind": row.kind,
                "created_at": row.created_at.isoformat(),
                "expires_at": row.expires_at.isoformat(),
                "present": row.token_hash == present,
            }
            for row in rows
        ]

    def end_session(self, actor: Actor, session_id: str) -> None:
        """End one of one's own sessions or tokens; anybody else's is unknown."""
        with self.database.tenant(actor.tenant_id) as session:
            query = select(SignInSession).where(SignInSession.user_id == actor.user_id)
            found = session.scalars(query).all()
            wanted = [each for each in found if name_of(each.token_hash) == session_id]
            if not wanted:
                raise NotFound("not_found")
            if wanted[0].device_id is not None:  # else it would come back by itself
                device = session.get_one(Device, (actor.tenant_id, wanted[0].device_id))
                device.revoked_at = device.revoked_at or clock.real_now()
            session.delete(wanted[0])
            audit.append(session, actor.user_id, "session.ended", actor.user_id, {})

    def _redeemed(self, found: Any, email: str, code: str, password: str) -> bool:
        with self.database.tenant(found.tenant_id) as session:
            lock_named(session, "accounts")
            invitation = _take(session, found.user_id, code)
            if invitation is None:
                return False
            require_strong(password, email)  # raising gives the code back
            user = session.get_one(User, (found.tenant_id, found.user_id))
            user.password_hash, user.admitted_by = passwords.hashed(password), invitation
            end_access(session, user.id)  # also a passkey that somebody else left there
            data = {"invited_by": invitation}
            audit.append(session, user.id, "user.password_set", user.id, data)
            grants.suspend(session, invitation, user, "password_set")
        return True

    def _account(self, email_digest: str) -> Any:
        query = text("SELECT tenant_id, user_id FROM lookup_sign_in(:digest)")
        with self.database.nobody() as session:
            return session.execute(query, {"digest": email_digest}).one_or_none()


def require_strong(password: str, email: str, old: str | None = None) -> None:
    """Refuse a password that is short, the old one, or the person's own address.

    Raises:
        InvalidInput: `password_weak`.
    """
    own = password.casefold() in {email.casefold(), email.partition("@")[0].casefold()}
    if len(password) < SHORTEST_PASSWORD or own or password == old:
        raise InvalidInput(
            "password_weak",
            least=SHORTEST_PASSWORD,
            errors=[{"field": "new", "type": "password_weak"}],
        )


def name_of(token_hash: str) -> str:
    """What a session is called: enough of its secret's hash to tell it from others."""
    return f"ses_{token_hash[:24]}"


def _take(session: Session, user_id: str, code: str) -> str | None:
    """Use up a living code of this person; answers who made it."""
    taken = session.execute(
        delete(Invitation)
        .where(Invitation.user_id == user_id, Invitation.code_hash == digest_of(code))
        .returning(Invitation.made_by, Invitation.expires_at)
    ).one_or_none()
    return None if taken is None or taken.expires_at <= clock.real_now() else taken.made_by

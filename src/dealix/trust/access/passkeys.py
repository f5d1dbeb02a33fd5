"""Passkeys: registered from the profile, signed in with, and touched for decisions that ask it.

Each ceremony's challenge is kept by its hash for five minutes and taken once, so that an answer
which is played again finds nothing. The private key never leaves the person's device.
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from typing import Any, Literal, Self
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from webauthn.helpers import (
    base64url_to_bytes,
    options_to_json_dict,
    parse_client_data_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from dealix import clock
from dealix.actors import Actor
from dealix.errors import Conflict, NotConfigured, NotEntitled, NotFound, NotSignedIn
from dealix.records import audit
from dealix.store.ids import new_id
from dealix.store.session import Database, tenant_of
from dealix.trust.access import freshness
from dealix.trust.access.limiting import SignInLimits, Try
from dealix.trust.access.models import Passkey, User
from dealix.trust.access.service import SignedIn, issue, require_active

Purpose = Literal["register", "sign_in", "touch"]
Json = Mapping[str, Any]
LASTS = timedelta(minutes=5)
LONGEST_LABEL = 60
BROKEN = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Site:
    """Where passkeys are valid: the name they are bound to, and the origins that may use them."""

    name: str
    origins: tuple[str, ...]

    @classmethod
    def of(cls, public_url: str) -> Self:
        """The site of an address; a machine's own address is called `localhost` by browsers."""
        parts = urlsplit(public_url)
        host, origin = parts.hostname or "localhost", f"{parts.scheme}://{parts.netloc}"
        if _is_address(host):
            host = "localhost"
            origin = f"{parts.scheme}://localhost" + (f":{parts.port}" if parts.port else "")
        return cls(host, (origin,))

    def serves(self, host: str) -> bool:
        """Whether a page opened under this host (`name:port`) can use passkeys."""
        return any(urlsplit(origin).netloc == host for origin in self.origins)


@dataclass(frozen=True)
class Passkeys:
    """Passkeys of one installation; `hours` is how long a session lasts."""

    database: Database
    limits: SignInLimits
    site: Site
    hours: int = 12

    def options(self, purpose: Purpose, actor: Actor | None, display: str = "") -> dict[str, Any]:
        """What a browser is asked to do; its challenge is good for one answer, for five minutes."""
        challenge = secrets.token_bytes(32)
        holder = "" if purpose == "sign_in" or actor is None else actor.session
        if purpose != "sign_in" and not holder:
            raise NotSignedIn("not_signed_in")
        self._keep(challenge, purpose, holder)
        known = self._known(actor) if actor is not None and purpose != "sign_in" else ()
        if purpose == "register" and actor is not None:
            made = webauthn.generate_registration_options(
                rp_id=self.site.name,
                rp_name="Dealix",
                user_id=_handle(actor.tenant_id, actor.user_id),
                user_name=display or actor.user_id,
                challenge=challenge,
                authenticator_selection=AuthenticatorSelectionCriteria(
                    resident_key=ResidentKeyRequirement.REQUIRED,
                    user_verification=UserVerificationRequirement.REQUIRED,
                ),
                exclude_credentials=[*known],
            )
            return options_to_json_dict(made)
        asked = webauthn.generate_authentication_options(
            rp_id=self.site.name,
            challenge=challenge,
            allow_credentials=[*known] or None,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options_to_json_dict(asked)

    def register(self, actor: Actor, credential: Json, label: str) -> str:
        """Keep a new passkey of the signed-in person; answers its ID.

        Raises:
            NotEntitled: `passkey_refused`; Conflict: `passkey_known`.
        """
        challenge = self._taken(credential, "register", actor.session)
        try:
            made = webauthn.verify_registration_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=self.site.name,
                expected_origin=list(self.site.origins),
                require_user_verification=True,
            )
        except BROKEN:
            raise NotEntitled("passkey_refused") from None
        if self._owner(made.credential_id) is not None:
            raise Conflict("passkey_known")
        row = Passkey(
            tenant_id=actor.tenant_id,
            id=new_id("psk"),
            user_id=actor.user_id,
            credential_id=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            label=label.strip()[:LONGEST_LABEL] or "—",
            created_at=clock.real_now(),
        )
        with self.database.tenant(actor.tenant_id) as session:
            require_active(session, actor.user_id)
            session.add(row)
            session.flush()
            audit.append(session, actor.user_id, "passkey.added", row.id, {})
        return row.id

    def sign_in(self, credential: Json, *, address: str) -> SignedIn:
        """Open a session for the person whose passkey answered.

        Raises:
            NotSignedIn: `passkey_refused`; TooMany: too many tries with it or from this address.
        """
        raw = _raw_id(credential)
        attempt = Try(f"passkey:{hashlib.sha256(raw).hexdigest()}", address)
        self.limits.begin(attempt)

        def opened(session: Session, user: User) -> SignedIn:
            return issue(session, user, "session", timedelta(hours=self.hours), fresh=True)

        try:
            challenge = self._taken(credential, "sign_in", "")
            signed: SignedIn = self._asserted(credential, challenge, "sign_in", opened)
        except NotEntitled:
            self.limits.failed(attempt)
            raise NotSignedIn("passkey_refused") from None
        self.limits.succeeded(attempt)
        return signed

    def touch(self, actor: Actor, credential: Json) -> None:
        """The signed-in person proves anew, with one of their own passkeys, that it is they.

        Raises:
            NotEntitled: `passkey_refused`, also for another person's passkey.
        """
        challenge = self._taken(credential, "touch", actor.session)

        def touched(session: Session, user: User) -> SignedIn | None:
            if user.id != actor.user_id or tenant_of(session) != actor.tenant_id:
                raise NotEntitled("passkey_refused")
            freshness.touch(session, actor, "passkey")
            return None

        self._asserted(credential, challenge, "touch", touched)

    def list(self, actor: Actor) -> list[dict[str, Any]]:
        """The person's passkeys, newest first."""
        query = (
            select(Passkey)
            .where(Passkey.user_id == actor.user_id)
            .order_by(Passkey.created_at.desc())
        )
        with self.database.tenant(actor.tenant_id) as session:
            return [
                {
                    "id": row.id,
                    "label": row.label,
                    "since": row.created_at,
                    "used_at": row.used_at,
                }
                for row in session.execute(query).scalars()
            ]

    def remove(self, actor: Actor, passkey_id: str) -> None:
        """Forget one of the person's passkeys.

        Raises:
            NotFound: unknown, or somebody else's.
        """
        with self.database.tenant(actor.tenant_id) as session:
            row = session.get(Passkey, (actor.tenant_id, passkey_id))
            if row is None or row.user_id != actor.user_id:
                raise NotFound("not_found")
            session.delete(row)
            audit.append(session, actor.user_id, "passkey.removed", passkey_id, {})

    def _asserted(
        self,
        credential: Json,
        challenge: bytes,
        purpose: Purpose,
        then: Callable[[Session, User], Any],
    ) -> Any:
        """Verify an answer by the key that is on record, and go on in the same transaction."""
        owner = self._owner(_raw_id(credential))
        if owner is None:
            raise NotEntitled("passkey_refused")
        with self.database.tenant(owner.tenant_id) as session:
            row = session.get_one(Passkey, (owner.tenant_id, owner.id), with_for_update=True)
            user = session.get_one(User, (owner.tenant_id, row.user_id))
            try:
                done = webauthn.verify_authentication_response(
                    credential=dict(credential),
                    expected_challenge=challenge,
                    expected_rp_id=self.site.name,
                    expected_origin=list(self.site.origins),
                    credential_public_key=row.public_key,
                    credential_current_sign_count=row.sign_count,
                    require_user_verification=True,
                )
            except BROKEN:
                raise NotEntitled("passkey_refused") from None
            if not user.active:
                raise NotEntitled("passkey_refused")
            row.sign_count, row.used_at = done.new_sign_count, clock.real_now()
            audit.append(session, user.id, "passkey.used", row.id, {"for": purpose})
            return then(session, user)

    def _known(self, actor: Actor) -> Sequence[PublicKeyCredentialDescriptor]:
        query = select(Passkey.credential_id).where(Passkey.user_id == actor.user_id)
        with self.database.tenant(actor.tenant_id) as session:
            ids = session.execute(query).scalars().all()
        return [PublicKeyCredentialDescriptor(id=one) for one in ids]

    def _owner(self, credential_id: bytes) -> Any:
        query = text("SELECT tenant_id, id FROM lookup_passkey(:credential)")
        with self.database.nobody() as session:
            return session.execute(query, {"credential": credential_id}).one_or_none()

    def _keep(self, challenge: bytes, purpose: Purpose, holder: str) -> None:
        now = clock.real_now()
        values = {
            "digest": hashlib.sha256(challenge).hexdigest(),
            "purpose": purpose,
            "holder": holder,
            "until": now + LASTS,
            "at": now,
        }
        query = text("SELECT keep_challenge(:digest, :purpose, :holder, :until, :at)")
        with self.database.nobody() as session:
            session.execute(query, values)

    def _taken(self, credential: Json, purpose: Purpose, holder: str) -> bytes:
        """The challenge that this answers, once: kept for this purpose and this session."""
        try:
            sent = base64url_to_bytes(credential["response"]["clientDataJSON"])
            challenge = parse_client_data_json(sent).challenge
        except BROKEN:
            raise NotEntitled("passkey_refused") from None
        query = text("SELECT * FROM take_challenge(:digest)")
        with self.database.nobody() as session:
            digest = hashlib.sha256(challenge).hexdigest()
            found = session.execute(query, {"digest": digest}).one_or_none()
        if found is None or (found.purpose, found.holder) != (purpose, holder):
            raise NotEntitled("passkey_refused")
        if found.expires_at <= clock.real_now():
            raise NotEntitled("passkey_refused")
        return challenge

    def assert_served(self, host: str) -> None:
        """Refuse a page that was opened where browsers allow no passkeys.

        Raises:
            NotConfigured: `passkeys_unavailable`.
        """
        if not self.site.serves(host):
            raise NotConfigured("passkeys_unavailable", host=host)


def _raw_id(credential: Json) -> bytes:
    try:
        return base64url_to_bytes(credential["rawId"])
    except BROKEN:
        raise NotSignedIn("passkey_refused") from None


def _handle(tenant_id: str, user_id: str) -> bytes:
    """What an authenticator keeps of the person: it names nobody."""
    return hashlib.sha256(f"{tenant_id}/{user_id}".encode()).digest()


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True

"""Devices that stay signed in for 30 days: a secret that changes with each use, and can be revoked.

Who presents a secret that was already exchanged holds a copy of it: the device is then signed out
everywhere. Only a page's parallel requests are forgiven, for a minute.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.errors import NotFound, NotSignedIn
from dealix.records import audit
from dealix.store.ids import new_id
from dealix.store.session import Database, tenant_of
from dealix.trust.access.models import Device, SignInSession, User
from dealix.trust.access.service import SignedIn, digest_of, issue

LASTS = timedelta(days=30)
FORGIVEN = timedelta(minutes=1)
PREFIX = "dxd_"
LONGEST_LABEL = 60
SYSTEMS = ("iPhone", "iPad", "Android", "Windows", "Macintosh", "Linux")
BROWSERS = ("Edg", "Firefox", "Chrome", "Safari")


@dataclass(frozen=True)
class Resumed:
    """A fresh session of a known device, and the device's next secret if it has changed."""

    signed: SignedIn
    secret: str | None
    expires_at: datetime


@dataclass(frozen=True)
class Devices:
    """Remembers devices and lets them in again; `hours` is how long a session lasts."""

    database: Database
    hours: int = 12

    def remember(self, signed: SignedIn, label: str) -> tuple[str, datetime]:
        """Keep the device of this session signed in; answers its first secret and its end."""
        now, secret = clock.real_now(), PREFIX + secrets.token_urlsafe(32)
        actor = signed.actor
        device = Device(
            tenant_id=actor.tenant_id,
            id=new_id("dev"),
            user_id=actor.user_id,
            label=label[:LONGEST_LABEL],
            token_hash=digest_of(secret),
            rotated_at=now,
            created_at=now,
            expires_at=now + LASTS,
        )
        with self.database.tenant(actor.tenant_id) as session:
            session.add(device)
            session.flush()
            row = session.get_one(SignInSession, (actor.tenant_id, digest_of(signed.secret)))
            row.device_id = device.id
            audit.append(session, actor.user_id, "device.remembered", device.id, {})
        return secret, device.expires_at

    def resume(self, secret: str) -> Resumed:
        """Open a session for a known device and change its secret.

        Raises:
            NotSignedIn: unknown, ended, revoked, or a copy of a secret that was already used.
        """
        digest = digest_of(secret)
        with self.database.nobody() as session:
            query = text("SELECT tenant_id, id FROM lookup_device(:digest)")
            found = session.execute(query, {"digest": digest}).one_or_none()
        resumed = None
        if found is not None:
            with self.database.tenant(found.tenant_id) as session:
                resumed = self._exchange(session, found.id, digest)
        if resumed is None:
            raise NotSignedIn("not_signed_in")
        return resumed

    def list(self, actor: Actor) -> list[dict[str, Any]]:
        """The person's devices that are signed in now, newest use first."""
        query = (
            select(Device)
            .where(
                Device.user_id == actor.user_id,
                Device.revoked_at.is_(None),
                Device.expires_at > clock.real_now(),
            )
            .order_by(Device.rotated_at.desc())
        )
        with self.database.tenant(actor.tenant_id) as session:
            return [
                {
                    "id": row.id,
                    "label": row.label,
                    "since": row.created_at,
                    "used_at": row.rotated_at,
                    "expires_at": row.expires_at,
                }
                for row in session.execute(query).scalars()
            ]

    def revoke(self, actor: Actor, device_id: str) -> None:
        """Sign one of the person's devices out, with the sessions it has opened.

        Raises:
            NotFound: unknown, or somebody else's.
        """
        with self.database.tenant(actor.tenant_id) as session:
            device = session.get(Device, (actor.tenant_id, device_id), with_for_update=True)
            if device is None or device.user_id != actor.user_id:
                raise NotFound("not_found")
            _revoke(session, device, actor.user_id, "device.revoked")

    def forget(self, secret: str) -> None:
        """Sign out on this device: what it holds opens nothing any more."""
        digest = digest_of(secret)
        with self.database.nobody() as session:
            query = text("SELECT tenant_id, id FROM lookup_device(:digest)")
            found = session.execute(query, {"digest": digest}).one_or_none()
        if found is not None:
            with self.database.tenant(found.tenant_id) as session:
                device = session.get_one(Device, (found.tenant_id, found.id), with_for_update=True)
                _revoke(session, device, device.user_id, "device.revoked")

    def _exchange(self, session: Session, device_id: str, digest: str) -> Resumed | None:
        now, tenant = clock.real_now(), tenant_of(session)
        device = session.get_one(Device, (tenant, device_id), with_for_update=True)
        user = session.get_one(User, (tenant, device.user_id))
        if device.revoked_at is not None or device.expires_at <= now or not user.active:
            return None
        secret = None
        if device.token_hash == digest:
            secret = PREFIX + secrets.token_urlsafe(32)
            device.previous_hash, device.token_hash = digest, digest_of(secret)
            device.rotated_at = now
        elif now - device.rotated_at > FORGIVEN:
            _revoke(session, device, "system", "device.reused")
            return None
        lasts = timedelta(hours=self.hours)
        signed = issue(session, user, "session", lasts, device_id=device.id)
        return Resumed(signed, secret, device.expires_at)


def label_of(user_agent: str) -> str:
    """A device as its owner knows it: browser and system, nothing that tells it from others."""
    browser = next((name for name in BROWSERS if name in user_agent), "")
    system = next((name for name in SYSTEMS if name in user_agent), "")
    return " · ".join(filter(None, (browser.replace("Edg", "Edge"), system))) or "—"


def _revoke(session: Session, device: Device, by: str, action: str) -> None:
    if device.revoked_at is None:
        device.revoked_at = clock.real_now()
        audit.append(session, by, action, device.id, {"user": device.user_id})
    session.execute(delete(SignInSession).where(SignInSession.device_id == device.id))

"""Tables of who may come in: tenants, users, sessions, devices, passkeys."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from dealix.store.base import Base, Tenanted


class Tenant(Tenanted, Base):
    """A company; its names are public facts, not personal data."""

    __tablename__ = "tenants"
    name: Mapped[str]
    name_ar: Mapped[str]
    country: Mapped[str] = mapped_column(String(2))
    time_zone: Mapped[str]
    created_at: Mapped[datetime]


class User(Tenanted, Base):
    """A person who signs in; name and email lie in the vault under `person_id`."""

    __tablename__ = "users"
    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str]
    email_hash: Mapped[str]
    password_hash: Mapped[str | None]
    roles: Mapped[list[str]]
    manager_id: Mapped[str | None]
    locale: Mapped[str] = mapped_column(String(2))
    active: Mapped[bool]
    created_at: Mapped[datetime]
    admitted_by: Mapped[str | None] = mapped_column(default=None)
    """Who made the code by which the password was set, and so could sit at the account."""


class Grant(Tenanted, Base):
    """What an administrator gives a person; it counts once a second person has confirmed it.

    `gets` are those who have more by it: the person, and a manager who gets somebody below them.
    """

    __tablename__ = "account_grants"
    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    roles: Mapped[list[str]]
    manager_id: Mapped[str | None]
    gets: Mapped[list[str]]
    why: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(default="waiting")
    settled_by: Mapped[str | None] = mapped_column(default=None)
    settled_at: Mapped[datetime | None] = mapped_column(default=None)


class Invitation(Tenanted, Base):
    """A code, known by its hash, with which a person sets a password once."""

    __tablename__ = "invitations"
    code_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class SignInSession(Tenanted, Base):
    """A browser session or a bearer token, known by the hash of its secret."""

    __tablename__ = "sessions"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    kind: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    touched_at: Mapped[datetime | None] = mapped_column(default=None)
    device_id: Mapped[str | None] = mapped_column(default=None)


class Device(Tenanted, Base):
    """A device that stays signed in; its secret changes with each use, only hashes are kept."""

    __tablename__ = "devices"
    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    label: Mapped[str]
    token_hash: Mapped[str]
    previous_hash: Mapped[str | None]
    rotated_at: Mapped[datetime]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Passkey(Tenanted, Base):
    """A public key by which a person signs in; the private one never leaves their device."""

    __tablename__ = "passkeys"
    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    credential_id: Mapped[bytes]
    public_key: Mapped[bytes]
    sign_count: Mapped[int]
    label: Mapped[str]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

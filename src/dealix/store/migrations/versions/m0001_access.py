"""Tenants, users and sessions, and the grants on which every later table stands."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from dealix.store import rls

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the access tables and the trigger function of append-only tables."""
    op.execute(f"GRANT USAGE ON SCHEMA public TO {rls.APP_ROLE}")
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; "
        "END $$"
    )
    tenants()
    users()
    sessions()
    lookups()


def tenants() -> None:
    """The companies; a tenant sees itself only."""
    op.create_table(
        "tenants",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("name_ar", sa.String, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("time_zone", sa.String, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    rls.protect("tenants", rights="SELECT, INSERT, UPDATE")


def users() -> None:
    """People who sign in; name and email are personal and lie in `personal_fields`."""
    op.create_table(
        "users",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("person_id", sa.String, nullable=False),
        sa.Column("email_hash", sa.String, nullable=False, unique=True),
        sa.Column("password_hash", sa.String),
        sa.Column("roles", postgresql.ARRAY(sa.String), nullable=False),
        sa.Column("manager_id", sa.String),
        sa.Column("locale", sa.String(2), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "manager_id"], ["users.tenant_id", "users.id"]),
    )
    rls.protect("users", rights="SELECT, INSERT, UPDATE")


def sessions() -> None:
    """Browser sessions and bearer tokens, by the hash of their secret."""
    op.create_table(
        "sessions",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("token_hash", sa.String, primary_key=True),
        sa.Column("user_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"]),
    )
    op.create_index("uq_sessions_token_hash", "sessions", ["token_hash"], unique=True)
    rls.protect("sessions")


def lookups() -> None:
    """Sign-in and bearer tokens do not know the tenant yet: two named look-ups answer it."""
    rls.lookup(
        "lookup_sign_in",
        "email_digest text",
        "TABLE (tenant_id varchar, user_id varchar, password_hash varchar)",
        "SELECT tenant_id, id, password_hash FROM users WHERE email_hash = email_digest AND active",
    )
    rls.lookup(
        "lookup_session",
        "digest text",
        "TABLE (tenant_id varchar, user_id varchar, kind varchar, expires_at timestamptz)",
        "SELECT s.tenant_id, s.user_id, s.kind, s.expires_at FROM sessions s "
        "JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id "
        "WHERE s.token_hash = digest AND u.active",
    )

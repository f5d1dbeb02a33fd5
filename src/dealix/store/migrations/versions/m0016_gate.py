"""Decision links, notices to our own people, what was seen, passkeys and devices."""

import sqlalchemy as sa
from alembic import op

from dealix.store import rls

revision = "0016"
down_revision = "0013"

MOMENT = sa.DateTime(timezone=True)
USER = (["tenant_id", "user_id"], ["users.tenant_id", "users.id"])
APPROVAL = (["tenant_id", "approval_id"], ["approvals.tenant_id", "approvals.id"])


def upgrade() -> None:
    """Create what a person needs between the notice of a request and the decision on it."""
    approval_links()
    approval_notices()
    approval_looks()
    sessions_and_devices()
    passkeys()


def approval_links() -> None:
    """Links by the hash of their token; a link only ever gets used or dead."""
    op.create_table(
        "approval_links",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("token_hash", sa.String, nullable=False, unique=True),
        sa.Column("approval_id", sa.String, nullable=False),
        sa.Column("user_id", sa.String, nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.Column("dead_at", MOMENT),
        sa.ForeignKeyConstraint(*APPROVAL),
        sa.ForeignKeyConstraint(*USER),
    )
    op.create_index("ix_approval_links_approval", "approval_links", ["tenant_id", "approval_id"])
    rls.protect("approval_links", rights="SELECT, INSERT, UPDATE (used_at, dead_at)")
    rls.lookup(
        "lookup_approval_link",
        "digest text",
        "TABLE (tenant_id varchar, id varchar)",
        "SELECT tenant_id, id FROM approval_links WHERE token_hash = digest",
    )


def approval_notices() -> None:
    """The outbox of notices: one row for each request, person and kind."""
    op.create_table(
        "approval_notices",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("approval_id", sa.String, nullable=False),
        sa.Column("user_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_try_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT),
        sa.Column("reason", sa.String),
        sa.CheckConstraint("status IN ('queued', 'sent', 'failed', 'unknown', 'dropped')"),
        sa.UniqueConstraint("tenant_id", "approval_id", "user_id", "kind"),
        sa.ForeignKeyConstraint(*APPROVAL),
        sa.ForeignKeyConstraint(*USER),
    )
    op.execute(
        "CREATE INDEX ix_approval_notices_queued ON approval_notices (next_try_at) "
        "WHERE status = 'queued'"
    )
    rls.protect(
        "approval_notices",
        rights="SELECT, INSERT, UPDATE (status, attempts, next_try_at, settled_at, reason)",
    )
    rls.lookup(
        "lookup_queued_notices",
        "before timestamptz, at_most integer",
        "TABLE (tenant_id varchar, id varchar)",
        "SELECT tenant_id, id FROM approval_notices "
        "WHERE status = 'queued' AND next_try_at <= before ORDER BY next_try_at LIMIT at_most",
    )


def approval_looks() -> None:
    """Who has seen which packet, once."""
    op.create_table(
        "approval_looks",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("user_id", sa.String, primary_key=True),
        sa.Column("approval_id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("gate", sa.String, nullable=False),
        sa.Column("packet_hash", sa.String, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(*APPROVAL),
        sa.ForeignKeyConstraint(*USER),
    )
    op.create_index(
        "ix_approval_looks_gate", "approval_looks", ["tenant_id", "user_id", "run_id", "gate"]
    )
    rls.protect("approval_looks", rights="SELECT, INSERT")


def sessions_and_devices() -> None:
    """When a session was last touched, and the devices that stay signed in."""
    op.add_column("sessions", sa.Column("touched_at", MOMENT))
    op.add_column("sessions", sa.Column("device_id", sa.String))
    op.create_table(
        "devices",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("user_id", sa.String, nullable=False),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("token_hash", sa.String, nullable=False, unique=True),
        sa.Column("previous_hash", sa.String),
        sa.Column("rotated_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT),
        sa.ForeignKeyConstraint(*USER),
    )
    op.create_index("ix_devices_previous_hash", "devices", ["previous_hash"])
    rls.protect(
        "devices",
        rights="SELECT, INSERT, UPDATE (token_hash, previous_hash, rotated_at, revoked_at)",
    )
    rls.lookup(
        "lookup_device",
        "digest text",
        "TABLE (tenant_id varchar, id varchar)",
        "SELECT tenant_id, id FROM devices "
        "WHERE (token_hash = digest OR previous_hash = digest) AND revoked_at IS NULL",
    )


def passkeys() -> None:
    """Public keys of people, and the challenges of ceremonies that know no tenant yet."""
    op.create_table(
        "passkeys",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("user_id", sa.String, nullable=False),
        sa.Column("credential_id", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("sign_count", sa.BigInteger, nullable=False),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.ForeignKeyConstraint(*USER),
    )
    rls.protect("passkeys", rights="SELECT, INSERT, DELETE, UPDATE (sign_count, used_at)")
    rls.lookup(
        "lookup_passkey",
        "credential bytea",
        "TABLE (tenant_id varchar, id varchar)",
        "SELECT tenant_id, id FROM passkeys WHERE credential_id = credential",
    )
    op.create_table(
        "passkey_challenges",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("purpose", sa.String, nullable=False),
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
    )
    op.execute(f"REVOKE ALL ON passkey_challenges FROM PUBLIC, {rls.APP_ROLE}")
    rls.door(
        "keep_challenge",
        "new_digest text, wanted text, whose text, until timestamptz, at timestamptz",
        "void",
        "DELETE FROM passkey_challenges WHERE expires_at < at; "
        "INSERT INTO passkey_challenges VALUES (new_digest, wanted, whose, until)",
    )
    rls.door(
        "take_challenge",
        "wanted text",
        "TABLE (purpose varchar, holder varchar, expires_at timestamptz)",
        "DELETE FROM passkey_challenges c WHERE c.digest = wanted "
        "RETURNING c.purpose, c.holder, c.expires_at",
    )

"""Approval tokens, and the versioned tables of who approves what."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from dealix.store import rls

revision = "0004"
down_revision = "0003"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create tokens and authority tables; the database itself keeps both honest."""
    tokens()
    token_is_used_once()
    authority_tables()
    active_tables_never_change()


def tokens() -> None:
    """One row an effect that a decision allows; only its use may ever be written afterwards."""
    op.create_table(
        "tokens",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("decision_id", sa.String),
        sa.Column("issued_by", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("resource", sa.String, nullable=False),
        sa.Column("payload_hash", sa.String, nullable=False),
        sa.Column("covers", sa.String, nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.Column("used_by", sa.String),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"]),
        sa.CheckConstraint("covers IN ('packet', 'bad_end', 'standing')", name="token_covers"),
        sa.CheckConstraint(
            "covers = 'bad_end' OR decision_id IS NOT NULL", name="token_needs_decision"
        ),
        sa.CheckConstraint("(used_at IS NULL) = (used_by IS NULL)", name="token_use_is_whole"),
        sa.UniqueConstraint(
            *("tenant_id", "run_id", "decision_id", "action", "resource", "payload_hash", "covers"),
            name="uq_tokens_effect",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        "ix_tokens_exact", "tokens", ["tenant_id", "action", "resource", "payload_hash"]
    )
    rls.protect("tokens", rights="SELECT, INSERT, UPDATE (used_at, used_by)")


def token_is_used_once() -> None:
    """A token that served one effect never serves another, whatever the code does."""
    op.execute(
        "CREATE FUNCTION keep_token_use() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF OLD.used_by IS NOT NULL AND (NEW.used_by, NEW.used_at) IS DISTINCT FROM "
        "(OLD.used_by, OLD.used_at) THEN RAISE EXCEPTION 'a token is used once' "
        "USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER tokens_used_once BEFORE UPDATE ON tokens "
        "FOR EACH ROW EXECUTE FUNCTION keep_token_use()"
    )


def authority_tables() -> None:
    """Versions of the table by which approvers are named; at most one is active in a tenant."""
    op.create_table(
        "authority_tables",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("rows", JSONB, nullable=False),
        sa.Column("proposed_by", sa.String, nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("activated_by", sa.String),
        sa.Column("activated_at", MOMENT),
        sa.Column("retired_at", MOMENT),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.tenant_id"]),
        sa.CheckConstraint("status IN ('draft', 'active', 'retired')", name="authority_status"),
        sa.CheckConstraint("activated_by <> proposed_by", name="authority_second_person"),
        sa.CheckConstraint(
            "status = 'draft' OR activated_by IS NOT NULL", name="authority_activated"
        ),
    )
    op.execute(
        "CREATE UNIQUE INDEX uq_authority_tables_active ON authority_tables (tenant_id) "
        "WHERE status = 'active'"
    )
    rls.protect(
        "authority_tables",
        rights="SELECT, INSERT, UPDATE (status, activated_by, activated_at, retired_at)",
    )


def active_tables_never_change() -> None:
    """Draft, active, retired, in this order only: the table of an old decision stays readable."""
    op.execute(
        "CREATE FUNCTION keep_authority() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF (NEW.tenant_id, NEW.version, NEW.rows, NEW.proposed_by, NEW.proposed_at) "
        "IS DISTINCT FROM (OLD.tenant_id, OLD.version, OLD.rows, OLD.proposed_by, OLD.proposed_at) "
        "OR (OLD.status, NEW.status) NOT IN (('draft', 'active'), ('active', 'retired')) "
        "OR (OLD.activated_by IS NOT NULL AND (NEW.activated_by, NEW.activated_at) "
        "IS DISTINCT FROM (OLD.activated_by, OLD.activated_at)) "
        "THEN RAISE EXCEPTION 'a version of the authority table does not change' "
        "USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER authority_tables_kept BEFORE UPDATE ON authority_tables "
        "FOR EACH ROW EXECUTE FUNCTION keep_authority()"
    )

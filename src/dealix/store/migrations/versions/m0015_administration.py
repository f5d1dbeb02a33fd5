"""Administration: invitations, anchors of the audit, and cases that belong to no run."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from dealix.store import rls

revision = "0015"
down_revision = "0014"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create both tables, free cases of their run, and let late deliveries be claimed."""
    invitations()
    audit_anchors()
    cases_without_a_run()
    late_deliveries()


def invitations() -> None:
    """Codes by which a person sets a first or a forgotten password, known by their hash."""
    op.create_table(
        "invitations",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("code_hash", sa.String, primary_key=True),
        sa.Column("user_id", sa.String, nullable=False),
        sa.Column("made_by", sa.String, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"]),
    )
    rls.protect("invitations", rights="SELECT, INSERT, DELETE")


def audit_anchors() -> None:
    """What left for a second owner: the heads of a tenant's chains, once a day."""
    op.create_table(
        "audit_anchors",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("day", sa.String, primary_key=True),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("heads", JSONB, nullable=False),
        sa.Column("target", sa.String, nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT),
        sa.Column("reference", sa.String),
        sa.CheckConstraint("status IN ('started', 'done', 'in_doubt')", name="anchor_status"),
    )
    rls.protect(
        "audit_anchors", rights="SELECT, INSERT, UPDATE (status, done_at, reference), DELETE"
    )
    rls.lookup(
        "lookup_unanchored",
        "today text",
        "TABLE (tenant_id varchar)",
        "SELECT t.tenant_id FROM tenants t WHERE NOT EXISTS (SELECT 1 FROM audit_anchors a "
        "WHERE a.tenant_id = t.tenant_id AND a.day = today AND a.status <> 'started') "
        "ORDER BY t.tenant_id",
    )


def cases_without_a_run() -> None:
    """What only a person can settle need not belong to a run: a delivery may have none."""
    op.alter_column("cases", "run_id", nullable=True)


def late_deliveries() -> None:
    """A delivery that waits too long for its tenant is claimed once, for a case of the operator."""
    op.add_column("unrouted_events", sa.Column("claimed_at", MOMENT))
    rls.lookup(
        "lookup_first_tenant",
        "",
        "TABLE (tenant_id varchar)",
        "SELECT tenant_id FROM tenants ORDER BY created_at, tenant_id LIMIT 1",
    )
    arguments = "before timestamptz, at_most integer"
    op.execute(
        f"CREATE FUNCTION claim_late_unrouted({arguments}) "
        "RETURNS TABLE (id varchar, provider varchar, received_at timestamptz) "
        "LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $body$ "
        "UPDATE unrouted_events u SET claimed_at = clock_timestamp() WHERE u.id IN ("
        "SELECT e.id FROM unrouted_events e WHERE e.received_at < before "
        "AND e.claimed_at IS NULL ORDER BY e.received_at LIMIT at_most FOR UPDATE SKIP LOCKED) "
        "RETURNING u.id, u.provider, u.received_at $body$"
    )
    op.execute(f"REVOKE ALL ON FUNCTION claim_late_unrouted({arguments}) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION claim_late_unrouted({arguments}) TO {rls.APP_ROLE}")

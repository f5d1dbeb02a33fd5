"""The audit: records that nobody changes, and the seals that chain them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from dealix.store import rls

revision = "0003"
down_revision = "0002"

MOMENT = sa.DateTime(timezone=True)

# The writer names neither its transaction nor its receipt time nor its place: the database does.
WRITTEN = "tenant_id, id, chain, actor_id, action, subject, data, at"


def upgrade() -> None:
    """Create both tables, append-only for the owner too, and the sealer's look-up."""
    audit_records()
    audit_seals()
    rls.lookup(
        "lookup_unsealed",
        "since timestamptz",
        "TABLE (tenant_id varchar, chain varchar)",
        "SELECT DISTINCT r.tenant_id, r.chain FROM audit_records r WHERE r.recorded_at >= since "
        "AND NOT EXISTS (SELECT 1 FROM audit_seals s "
        "WHERE s.tenant_id = r.tenant_id AND s.record_id = r.id)",
    )


def audit_records() -> None:
    """What was done: `at` is the run's clock, `recorded_at` the database's; IDs and hashes only."""
    op.create_table(
        "audit_records",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("chain", sa.String, nullable=False),
        sa.Column("actor_id", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("data", JSONB, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column(
            "recorded_at", MOMENT, nullable=False, server_default=sa.text("clock_timestamp()")
        ),
        sa.Column("place", sa.BigInteger, sa.Identity(always=True), nullable=False),
    )
    op.execute(
        "ALTER TABLE audit_records ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id()"
    )
    op.create_index("ix_audit_records_recorded", "audit_records", ["recorded_at"])
    op.create_index("ix_audit_records_place", "audit_records", ["tenant_id", "chain", "place"])
    op.create_index("ix_audit_records_subject", "audit_records", ["tenant_id", "subject"])
    op.execute(
        "CREATE INDEX ix_audit_records_run ON audit_records (tenant_id, (data ->> 'run_id')) "
        "WHERE data ? 'run_id'"
    )
    rls.protect("audit_records", rights=f"SELECT, INSERT ({WRITTEN})")
    rls.append_only("audit_records")


def audit_seals() -> None:
    """A link of a chain each: place, record, and the hash over all that came before."""
    op.create_table(
        "audit_seals",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("chain", sa.String, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("record_id", sa.String, nullable=False),
        sa.Column("record_digest", sa.String, nullable=False),
        sa.Column("prev_hash", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("sealed_at", MOMENT, nullable=False),
        sa.UniqueConstraint("tenant_id", "record_id"),
    )
    rls.protect("audit_seals", rights="SELECT, INSERT")
    rls.append_only("audit_seals")

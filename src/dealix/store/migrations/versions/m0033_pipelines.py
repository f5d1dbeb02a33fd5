"""The leases of pipelines, and packs that a pipeline assembles about another run."""

import sqlalchemy as sa
from alembic import op

from dealix.store import rls

revision = "0033"
down_revision = "0030"

MOMENT = sa.DateTime(timezone=True)
DUE = """
SELECT tenant_id, run_id FROM (
  SELECT l.tenant_id, l.run_id, l.due_at,
    row_number() OVER (PARTITION BY l.tenant_id ORDER BY l.due_at, l.run_id) AS turn
  FROM run_leases l
  WHERE l.due_at <= clock_timestamp()
    AND (l.expires_at IS NULL OR l.expires_at < clock_timestamp())
) waiting ORDER BY turn, due_at LIMIT 50
"""
"""In turn: the oldest run of each company, then the second of each, so that no company's crowd of
runs keeps another's from its turn."""


def upgrade() -> None:
    """Create what the medium lane and its first pipeline keep."""
    leases()
    packs()


def packs() -> None:
    """A pack may be assembled by a run of its own; what that run has so far lies in its drafts."""
    op.add_column("evidence_packs", sa.Column("assembled_by", sa.String))
    op.create_foreign_key(
        None, "evidence_packs", "runs", ["tenant_id", "assembled_by"], ["tenant_id", "id"]
    )
    op.create_index("ix_evidence_packs_by", "evidence_packs", ["tenant_id", "assembled_by"])
    op.create_table(
        "evidence_drafts",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
    )
    rls.protect("evidence_drafts")


def leases() -> None:
    """One row a run that has not ended; a worker's token rises with each who takes it."""
    op.create_table(
        "run_leases",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, primary_key=True),
        sa.Column("owner", sa.String),
        sa.Column("token", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT),
        sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
        sa.CheckConstraint("(owner IS NULL) = (expires_at IS NULL)", name="lease_held_until"),
    )
    op.create_index("ix_run_leases_due", "run_leases", ["due_at"])
    rls.protect("run_leases")
    rls.lookup("lookup_due_pipelines", "", "TABLE (tenant_id varchar, id varchar)", DUE)

"""The leases of pipelines: who works on a run of the medium lane, and until when."""

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

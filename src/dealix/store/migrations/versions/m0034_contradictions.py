"""Contradictions and what became of them: both only ever grow."""

import sqlalchemy as sa
from alembic import op

from dealix.store import rls

revision = "0034"
down_revision = "0033"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """One row for two places that do not both hold, whichever scan has found it first."""
    side = [
        (
            sa.Column(f"source_{one}", sa.String, nullable=False),
            sa.Column(f"line_{one}", sa.Integer, nullable=False),
            sa.Column(f"quote_{one}", sa.LargeBinary, nullable=False),
            sa.Column(f"person_{one}", sa.String),
        )
        for one in ("a", "b")
    ]
    op.create_table(
        "contradictions",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("severity", sa.String, nullable=False),
        sa.Column("rule", sa.String, nullable=False),
        *side[0],
        *side[1],
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("kind IN ('factual', 'temporal', 'scope', 'policy')"),
        sa.CheckConstraint("severity IN ('high', 'medium', 'low')"),
        sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
    )
    op.create_index("ix_contradictions_run", "contradictions", ["tenant_id", "run_id"])
    rls.protect("contradictions", rights="SELECT, INSERT")
    rls.append_only("contradictions")
    op.create_table(
        "contradiction_events",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("contradiction_id", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("by_user", sa.String, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("status IN ('detected', 'reviewing', 'resolved', 'accepted')"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contradiction_id"], ["contradictions.tenant_id", "contradictions.id"]
        ),
    )
    op.create_index(
        "ix_contradiction_events_of", "contradiction_events", ["tenant_id", "contradiction_id"]
    )
    rls.protect("contradiction_events", rights="SELECT, INSERT")
    rls.append_only("contradiction_events")

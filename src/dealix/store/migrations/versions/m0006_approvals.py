"""Approval requests with their packets, and the decisions that people took on them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from dealix.store import rls

revision = "0006"
down_revision = "0005"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the two tables of the one door."""
    op.create_table(
        "approvals",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("gate", sa.String, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("category", sa.String, nullable=False),
        sa.Column("priority", sa.String, nullable=False),
        sa.Column("requested_by", sa.String, nullable=False),
        sa.Column("packet", JSONB, nullable=False),
        sa.Column("packet_hash", sa.String, nullable=False),
        sa.Column("slots", JSONB, nullable=False),
        sa.Column("authority_version", sa.Integer, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("deadline", MOMENT),
        sa.Column("closed_at", MOMENT),
        sa.Column("escalation_level", sa.Integer, nullable=False, server_default="0"),
        sa.UniqueConstraint("tenant_id", "run_id", "gate", "round"),
        sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
    )
    op.create_index("ix_approvals_status", "approvals", ["tenant_id", "status"])
    rls.protect(
        "approvals",
        rights="SELECT, INSERT, UPDATE (status, closed_at, escalation_level)",
    )
    op.create_table(
        "decisions",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("approval_id", sa.String, nullable=False),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("user_id", sa.String, nullable=False),
        sa.Column("slot", sa.String, nullable=False),
        sa.Column("decision", sa.String, nullable=False),
        sa.Column("comment", sa.String),
        sa.Column("packet_hash", sa.String, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("effective_at", MOMENT),
        sa.UniqueConstraint("tenant_id", "approval_id", "user_id"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "approval_id"], ["approvals.tenant_id", "approvals.id"]
        ),
    )
    op.create_index("ix_decisions_run", "decisions", ["tenant_id", "run_id"])
    rls.protect("decisions", rights="SELECT, INSERT, UPDATE (effective_at)")

"""What scans of controls found: results and reports, which nobody changes afterwards."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from dealix.store import rls

revision = "0042"
down_revision = "0041"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """A row for each control of each scan, and one for the scan's end."""
    op.create_table(
        "compliance_results",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, primary_key=True),
        sa.Column("control", sa.String, primary_key=True),
        sa.Column("framework", sa.String, nullable=False),
        sa.Column("severity", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("change", sa.String, nullable=False),
        sa.Column("evidence", JSONB, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("severity IN ('critical', 'high', 'medium', 'low')"),
        sa.CheckConstraint("status IN ('pass', 'fail', 'not_applicable', 'manual')"),
        sa.CheckConstraint(
            "change IN ('first', 'newly_failing', 'newly_passing', 'changed', 'unchanged')"
        ),
        sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
    )
    rls.protect("compliance_results", rights="SELECT, INSERT")
    rls.append_only("compliance_results")
    op.create_table(
        "compliance_reports",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, primary_key=True),
        sa.Column("previous", sa.String),
        sa.Column("controls_version", sa.String, nullable=False),
        sa.Column("counts", JSONB, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
    )
    op.create_index("ix_compliance_reports_at", "compliance_reports", ["tenant_id", "at"])
    rls.protect("compliance_reports", rights="SELECT, INSERT")
    rls.append_only("compliance_reports")

"""Qualification of leads: by what leads are found, who sells what, and memos by their runs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from dealix.store import rls

revision = "0041"
down_revision = "0040"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables of qualification; a lead may say of which earlier one it is a double."""
    op.add_column("leads", sa.Column("duplicate_of", sa.String))
    marks()
    desks()
    qualifications()


def marks() -> None:
    """Keyed hashes by which leads are found."""
    op.create_table(
        "lead_marks",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("lead_id", sa.String, primary_key=True),
        sa.Column("mark", sa.String, primary_key=True),
        sa.ForeignKeyConstraint(["tenant_id", "lead_id"], ["leads.tenant_id", "leads.id"]),
    )
    op.create_index("ix_lead_marks", "lead_marks", ["tenant_id", "mark"])
    rls.protect("lead_marks", rights="SELECT, INSERT, DELETE")


def desks() -> None:
    """What one of our people sells."""
    op.create_table(
        "sales_desks",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("user_id", sa.String, primary_key=True),
        sa.Column("countries", ARRAY(sa.String), nullable=False),
        sa.Column("languages", ARRAY(sa.String), nullable=False),
        sa.Column("most", sa.Integer),
        sa.Column("changed_by", sa.String, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"]),
    )
    rls.protect("sales_desks", rights="SELECT, INSERT, UPDATE")


def qualifications() -> None:
    """A qualification by its run, with its memo."""
    op.create_table(
        "lead_qualifications",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, primary_key=True),
        sa.Column("person_id", sa.String, nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("captured_id", sa.String),
        sa.Column("lead_id", sa.String),
        sa.Column("owner_id", sa.String),
        sa.Column("was_owned_by", sa.String),
        sa.Column("was", sa.String),
        sa.Column("memo", JSONB),
        sa.Column("told_at", MOMENT),
        sa.Column("seen_at", MOMENT),
        sa.Column("superseded_at", MOMENT),
        sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "lead_id"], ["leads.tenant_id", "leads.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "captured_id"], ["leads.tenant_id", "leads.id"]),
    )
    op.create_index("ix_lead_qualifications_of", "lead_qualifications", ["tenant_id", "lead_id"])
    op.create_index(
        "ix_lead_qualifications_told",
        "lead_qualifications",
        ["tenant_id", "owner_id", "told_at"],
        postgresql_where=sa.text("seen_at IS NULL"),
    )
    rls.protect("lead_qualifications", rights="SELECT, INSERT, UPDATE")

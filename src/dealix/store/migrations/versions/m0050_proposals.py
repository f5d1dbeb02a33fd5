"""Price books by version, prices with all that made them, proposals, and the runs that write them.

Books, prices and proposals are never changed: what is offered stays as it was offered.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from dealix.store import rls

revision = "0050"
down_revision = "0052"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the four tables."""
    books()
    prices()
    proposals()
    runs()


def books() -> None:
    """A version of the price book of one currency; the newest is in force."""
    op.create_table(
        "price_books",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("currency", sa.String(3), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("kept_by", sa.String, nullable=False),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.CheckConstraint("version >= 1"),
    )
    rls.protect("price_books", rights="SELECT, INSERT")
    rls.append_only("price_books")


def prices() -> None:
    """A pricing decision record."""
    op.create_table(
        "price_records",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("deal_id", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("needs_approval", sa.Boolean, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "deal_id"], ["deals.tenant_id", "deals.id"]),
    )
    op.create_index("ix_price_records_deal", "price_records", ["tenant_id", "deal_id", "version"])
    rls.protect("price_records", rights="SELECT, INSERT")
    rls.append_only("price_records")


def proposals() -> None:
    """A version of a proposal, as it was offered."""
    op.create_table(
        "proposal_packs",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("proposal_id", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("deal_id", sa.String, nullable=False),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "deal_id"], ["deals.tenant_id", "deals.id"]),
    )
    rls.protect("proposal_packs", rights="SELECT, INSERT")
    rls.append_only("proposal_packs")


def runs() -> None:
    """The run that writes a version, and how far it has come."""
    op.create_table(
        "proposal_runs",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, primary_key=True),
        sa.Column("deal_id", sa.String, nullable=False),
        sa.Column("owner_id", sa.String, nullable=False),
        sa.Column("goes_on_from", sa.String),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer),
        sa.Column("prose", JSONB),
        sa.Column("record_id", sa.String),
        sa.Column("price_run", sa.String),
        sa.Column("told_to", sa.String),
        sa.Column("told_at", MOMENT),
        sa.Column("seen_at", MOMENT),
        sa.Column("superseded_at", MOMENT),
        sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "deal_id"], ["deals.tenant_id", "deals.id"]),
        sa.ForeignKeyConstraint(
            ["tenant_id", "record_id"], ["price_records.tenant_id", "price_records.id"]
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "goes_on_from"], ["proposal_runs.tenant_id", "proposal_runs.run_id"]
        ),
    )
    op.create_index(
        "ix_proposal_runs_version",
        "proposal_runs",
        ["tenant_id", "deal_id", "version"],
        unique=True,
        postgresql_where=sa.text("goes_on_from IS NULL"),
    )
    op.create_index(
        "ix_proposal_runs_goes_on",
        "proposal_runs",
        ["tenant_id", "goes_on_from"],
        unique=True,
        postgresql_where=sa.text("goes_on_from IS NOT NULL"),
    )
    op.create_index(
        "ix_proposal_runs_told",
        "proposal_runs",
        ["tenant_id", "told_to", "told_at"],
        postgresql_where=sa.text("seen_at IS NULL"),
    )
    rls.protect("proposal_runs", rights="SELECT, INSERT, UPDATE")

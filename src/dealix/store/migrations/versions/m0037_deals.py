"""Deals, and the indexes from which the dashboard reads without touching a table."""

import sqlalchemy as sa
from alembic import op

from dealix.store import rls

revision = "0037"
down_revision = "0036"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table and the indexes."""
    op.create_table(
        "deals",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("company_id", sa.String, nullable=False),
        sa.Column("lead_id", sa.String),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("amount", sa.Numeric(14, 2), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("owner_id", sa.String, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.UniqueConstraint("tenant_id", "key", name="one_deal_by_key"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "company_id"], ["companies.tenant_id", "companies.id"]
        ),
        sa.ForeignKeyConstraint(["tenant_id", "lead_id"], ["leads.tenant_id", "leads.id"]),
        sa.CheckConstraint("status IN ('open', 'negotiating', 'won', 'lost')", name="deal_status"),
        sa.CheckConstraint(
            "(status IN ('won', 'lost')) = (closed_at IS NOT NULL)", name="deal_closed"
        ),
    )
    op.create_index("ix_deals_newest", "deals", ["tenant_id", "opened_at", "id"])
    op.create_index(
        "ix_deals_figures",
        "deals",
        ["tenant_id", "status", "closed_at"],
        postgresql_include=["currency", "amount"],
    )
    op.create_index(
        "ix_consents_figures",
        "consents",
        ["tenant_id", "world", "person_id"],
        postgresql_include=["event", "purpose"],
    )
    op.create_index("ix_approvals_closed", "approvals", ["tenant_id", "closed_at"])
    rls.protect("deals", rights="SELECT, INSERT, UPDATE")

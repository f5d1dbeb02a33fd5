"""Roles and managers that an administrator gives wait here until a second person confirms them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from dealix.store import rls

revision = "0030"
down_revision = "0020"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table; what people have already stays in force.

    `admitted_by` is who made the code by which an account's password was set.
    """
    op.add_column("users", sa.Column("admitted_by", sa.String))
    op.create_table(
        "account_grants",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("user_id", sa.String, nullable=False),
        sa.Column("roles", ARRAY(sa.String), nullable=False),
        sa.Column("manager_id", sa.String),
        sa.Column("gets", ARRAY(sa.String), nullable=False),
        sa.Column("why", sa.String, nullable=False),
        sa.Column("proposed_by", sa.String, nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("settled_by", sa.String),
        sa.Column("settled_at", MOMENT),
        sa.ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"]),
        sa.CheckConstraint(
            "status IN ('waiting', 'confirmed', 'refused', 'replaced')", name="grant_status"
        ),
        sa.CheckConstraint(
            "status <> 'confirmed' OR NOT (settled_by = proposed_by OR settled_by = ANY (gets))",
            name="grant_of_two_hands",
        ),
    )
    op.create_index(
        "one_grant_waits",
        "account_grants",
        ["tenant_id", "user_id"],
        unique=True,
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_index("ix_account_grants_of", "account_grants", ["tenant_id", "user_id", "status"])
    rls.protect("account_grants", rights="SELECT, INSERT, UPDATE (status, settled_by, settled_at)")

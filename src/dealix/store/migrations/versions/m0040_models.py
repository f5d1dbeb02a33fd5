"""Who does model steps, what a day may take and took, and the register of processing."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from dealix.store import rls

revision = "0040"
down_revision = "0039"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the three tables; nothing is chosen, so rules go on doing every step."""
    op.create_table(
        "model_settings",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("settings", JSONB, nullable=False),
        sa.Column("set_by", sa.String, nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
    )
    rls.protect("model_settings", rights="SELECT, INSERT, UPDATE")
    op.create_table(
        "model_usage",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        sa.Column("cost", sa.Numeric(18, 6), nullable=False),
        sa.CheckConstraint("calls > 0 AND tokens >= 0 AND cost >= 0", name="usage_is_counted"),
    )
    rls.protect("model_usage", rights="SELECT, INSERT, UPDATE (calls, tokens, cost)")
    op.create_table(
        "processing_register",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("activity", sa.String, primary_key=True),
        sa.Column("entry", JSONB, nullable=False),
        sa.Column("set_by", sa.String, nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
    )
    rls.protect("processing_register", rights="SELECT, INSERT, UPDATE")

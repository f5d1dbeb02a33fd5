"""Who looks at a control that no data can answer, and until when, as a company says."""

import sqlalchemy as sa
from alembic import op

from dealix.store import rls

revision = "0053"
down_revision = "0060"


def upgrade() -> None:
    """Create the table; what ships holds until a company says otherwise."""
    op.create_table(
        "compliance_charges",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("control", sa.String, primary_key=True),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("due", sa.Date, nullable=False),
        sa.Column("set_by", sa.String, nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
    )
    rls.protect("compliance_charges", rights="SELECT, INSERT, UPDATE")

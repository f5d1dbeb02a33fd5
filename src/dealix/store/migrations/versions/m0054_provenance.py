"""Where a contradiction and what a control answered come from: rules or a model, out of what."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0054"
down_revision = "0061"


def upgrade() -> None:
    """A column each, empty in rows that are there: it was not kept of them."""
    op.add_column("contradictions", sa.Column("provenance", JSONB))
    op.add_column("compliance_results", sa.Column("provenance", JSONB))

"""Room for models: a worker has a short task to itself; a qualification keeps what a model read."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0052"
down_revision = "0042"


def upgrade() -> None:
    """Two columns, both empty in rows that are there."""
    op.add_column("short_jobs", sa.Column("taken_until", sa.DateTime(timezone=True)))
    op.add_column("lead_qualifications", sa.Column("reading", JSONB))

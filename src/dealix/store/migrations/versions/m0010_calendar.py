"""A tenant's working clock: its settings, and the days of which it knows better."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from dealix.store import rls

revision = "0010"
down_revision = "0009"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables of the working clock."""
    settings()
    overrides()


def settings() -> None:
    """Hours, allowed working times, quiet hours and limits; rehearsals may have their own."""
    op.create_table(
        "working_settings",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("world", sa.String, primary_key=True),
        sa.Column("settings", JSONB, nullable=False),
        sa.Column("set_by", sa.String, nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.CheckConstraint("world IN ('real', 'rehearsal')"),
    )
    rls.protect("working_settings")


def overrides() -> None:
    """One day each: a holiday, a working day, or a day with other hours."""
    op.create_table(
        "day_overrides",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("name", sa.String),
        sa.Column("name_ar", sa.String),
        sa.Column("begins", sa.Time),
        sa.Column("ends", sa.Time),
        sa.Column("set_by", sa.String, nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.CheckConstraint("kind IN ('holiday', 'working', 'hours')"),
        sa.CheckConstraint("kind <> 'hours' OR begins < ends"),
    )
    rls.protect("day_overrides")

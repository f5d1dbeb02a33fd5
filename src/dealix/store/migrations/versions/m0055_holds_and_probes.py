"""Holds that a person can lift again, and how often each connector answered, day by day."""

import sqlalchemy as sa
from alembic import op

from dealix.store import rls

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    """One more event in the book of consents, and a table of counts that knows no tenant."""
    op.execute("ALTER TABLE consents DROP CONSTRAINT consents_event_check")
    op.execute(
        "ALTER TABLE consents ADD CONSTRAINT consents_event_check "
        "CHECK (event IN ('given', 'withdrawn', 'opted_out', 'lifted'))"
    )
    probe_days()


def probe_days() -> None:
    """How often a connector was asked on a day and answered; what is older than 60 days goes."""
    op.create_table(
        "probe_days",
        sa.Column("connector", sa.String, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("asked", sa.Integer, nullable=False),
        sa.Column("answered", sa.Integer, nullable=False),
    )
    op.execute(f"REVOKE ALL ON probe_days FROM PUBLIC, {rls.APP_ROLE}")
    rls.door(
        "count_probe",
        "name text, on_day date, well boolean",
        "void",
        "DELETE FROM probe_days d WHERE d.day < on_day - 60; "
        "INSERT INTO probe_days AS d (connector, day, asked, answered) "
        "VALUES (name, on_day, 1, well::int) ON CONFLICT (connector, day) DO UPDATE "
        "SET asked = d.asked + 1, answered = d.answered + well::int",
    )
    rls.lookup(
        "lookup_probes",
        "name text, since date",
        "TABLE (asked bigint, answered bigint)",
        "SELECT coalesce(sum(d.asked), 0), coalesce(sum(d.answered), 0) "
        "FROM probe_days d WHERE d.connector = name AND d.day >= since",
    )

"""What came from outside: the files of a partner's mails, and what was refused at the door."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from dealix.store import rls

revision = "0058"
down_revision = "0055"

KEEP = """
DELETE FROM refused_deliveries AS old WHERE old.minute < at - interval '30 days';
INSERT INTO refused_deliveries AS kept (provider, reason, minute, many, first_at, last_at)
VALUES (sender, why, date_trunc('minute', at), how_many, at, at)
ON CONFLICT (provider, reason, minute) DO UPDATE SET
many = kept.many + excluded.many, last_at = greatest(kept.last_at, excluded.last_at)
"""
MAILS = """
SELECT event.tenant_id, event.id FROM inbound_events AS event
JOIN runs AS run ON run.tenant_id = event.tenant_id AND run.id = event.run_id
WHERE event.files > 0 AND event.status = 'attached' AND run.workflow = flow
AND event.received_at > since
ORDER BY event.received_at LIMIT 50
"""


def upgrade() -> None:
    """Extend the inbox; a mail that is there brought no file that anybody kept."""
    returned_files()
    refused_deliveries()


def returned_files() -> None:
    """Each file of a mail by its place in it: an upload, or refused with its reason."""
    op.add_column(
        "inbound_events", sa.Column("files", sa.Integer, nullable=False, server_default="0")
    )
    op.create_index(
        "ix_inbound_events_files",
        "inbound_events",
        ["received_at"],
        postgresql_where=sa.text("files > 0"),
    )
    op.create_table(
        "returned_files",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("event_id", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("person_id", sa.String, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("size", sa.BigInteger),
        sa.Column("upload_id", sa.String),
        sa.Column("refused", sa.String),
        sa.Column("changed", JSONB),
        sa.Column("compared", sa.LargeBinary),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(upload_id IS NULL) <> (refused IS NULL)", name="ck_returned_files"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"], ["inbound_events.tenant_id", "inbound_events.id"]
        ),
        sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "upload_id"], ["uploads.tenant_id", "uploads.id"]),
    )
    op.create_index("ix_returned_files_run", "returned_files", ["tenant_id", "run_id"])
    rls.protect("returned_files", rights="SELECT, INSERT")
    rls.lookup(
        "lookup_mails_with_files",
        "flow text, since timestamptz",
        "TABLE (tenant_id varchar, id varchar)",
        MAILS,
    )


def refused_deliveries() -> None:
    """Refused deliveries of a minute by provider and reason: whose they were, nobody knows."""
    op.create_table(
        "refused_deliveries",
        sa.Column("provider", sa.String, primary_key=True),
        sa.Column("reason", sa.String, primary_key=True),
        sa.Column("minute", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("many", sa.Integer, nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_refused_deliveries_minute", "refused_deliveries", ["minute"])
    op.execute(f"REVOKE ALL ON refused_deliveries FROM PUBLIC, {rls.APP_ROLE}")
    rls.door(
        "keep_refused", "sender text, why text, how_many integer, at timestamptz", "void", KEEP
    )
    rls.lookup(
        "lookup_refused",
        "at_most integer",
        "TABLE (provider varchar, reason varchar, many integer, first_at timestamptz, "
        "last_at timestamptz)",
        "SELECT provider, reason, many, first_at, last_at FROM refused_deliveries "
        "ORDER BY last_at DESC, provider, reason LIMIT at_most",
    )

"""What came from outside is kept whole: the files of a partner's mails."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from dealix.store import rls

revision = "0058"
down_revision = "0050"

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

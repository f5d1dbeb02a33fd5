"""What a message from outside wants and in which dialect it is, as the models said when it came."""

import sqlalchemy as sa
from alembic import op

from dealix.store import rls

revision = "0039"
down_revision = "0038"

UNTAGGED = """
SELECT event.tenant_id, event.id FROM inbound_events AS event
WHERE event.facts IS NULL AND event.sealed IS NOT NULL
AND event.provider = ANY (written) AND event.received_at > since
AND NOT EXISTS (
    SELECT FROM message_tags AS tag
    WHERE tag.tenant_id = event.tenant_id AND tag.event_id = event.id
)
ORDER BY event.received_at LIMIT 100
"""


def upgrade() -> None:
    """Create the table; a message that nobody could open has a row without labels."""
    op.create_table(
        "message_tags",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("event_id", sa.String, primary_key=True),
        sa.Column("intent", sa.String),
        sa.Column("intent_confidence", sa.Float),
        sa.Column("rule", sa.String),
        sa.Column("dialect", sa.String),
        sa.Column("dialect_confidence", sa.Float),
        sa.Column("model", sa.String, nullable=False),
        sa.Column("tagged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"], ["inbound_events.tenant_id", "inbound_events.id"]
        ),
    )
    rls.protect("message_tags", rights="SELECT, INSERT")
    rls.lookup(
        "lookup_untagged_messages",
        "written text[], since timestamptz",
        "TABLE (tenant_id varchar, id varchar)",
        UNTAGGED,
    )

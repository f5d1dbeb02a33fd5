"""Receipts of messages, and the routing of answers that name no message of ours."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from dealix.store import rls

revision = "0012"
down_revision = "0010"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Extend the inbox's tables, add receipts, and the look-up of a conversation."""
    messages_and_events()
    receipts()
    rls.lookup(
        "lookup_conversation",
        "spoken text, address text, quoted text, since timestamptz",
        "TABLE (tenant_id varchar, run_id varchar, person_id varchar, message_id varchar)",
        "SELECT tenant_id, run_id, person_id, message_id FROM outbound_messages "
        "WHERE channel = spoken AND (provider_id = quoted "
        "OR (address_index = address AND recorded_at >= since)) "
        "ORDER BY (provider_id = quoted) IS TRUE DESC, recorded_at DESC LIMIT 1",
    )


def messages_and_events() -> None:
    """A message knows its other end by a blind index; an event may be facts about a message."""
    op.add_column(
        "outbound_messages",
        sa.Column("recorded_at", MOMENT, nullable=False, server_default=sa.func.now()),
    )
    op.add_column("outbound_messages", sa.Column("address_index", sa.String))
    op.add_column("outbound_messages", sa.Column("provider_id", sa.String))
    op.create_index(
        "ix_outbound_messages_address", "outbound_messages", ["address_index", "recorded_at"]
    )
    op.create_index("ix_outbound_messages_provider_id", "outbound_messages", ["provider_id"])
    op.add_column("inbound_events", sa.Column("facts", JSONB))


def receipts() -> None:
    """What providers told of our messages: identifiers, words and times, nobody's data."""
    op.create_table(
        "receipts",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("event_id", sa.String, nullable=False),
        sa.Column("effect_key", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("reference", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.CheckConstraint("status IN ('sent', 'delivered', 'read', 'failed')"),
        sa.UniqueConstraint("tenant_id", "event_id"),
        sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
    )
    op.create_index("ix_receipts_effect", "receipts", ["tenant_id", "effect_key"])
    op.create_index("ix_receipts_run", "receipts", ["tenant_id", "run_id"])
    rls.protect("receipts", rights="SELECT, INSERT")
    rls.append_only("receipts")

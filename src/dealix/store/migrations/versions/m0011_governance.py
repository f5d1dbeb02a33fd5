"""Consents as events that stay, and every judgment about a message; a run may rest till morning."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from dealix.store import rls

revision = "0011"
down_revision = "0017"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables of outbound governance."""
    consents()
    judgments()
    op.add_column("runs", sa.Column("resumes_at", MOMENT))


def consents() -> None:
    """Given, withdrawn, opted out: by person, channel and purpose, with where it comes from."""
    op.create_table(
        "consents",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("world", sa.String, nullable=False),
        sa.Column("person_id", sa.String, nullable=False),
        sa.Column("address_hash", sa.String),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("purpose", sa.String, nullable=False),
        sa.Column("event", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("recorded_by", sa.String, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.CheckConstraint("event IN ('given', 'withdrawn', 'opted_out')"),
    )
    op.create_index("ix_consents_person", "consents", ["tenant_id", "person_id"])
    op.create_index("ix_consents_address", "consents", ["tenant_id", "address_hash"])
    rls.protect("consents", rights="SELECT, INSERT")
    rls.append_only("consents")


def judgments() -> None:
    """What each rule said of each message, each time it was asked anew."""
    op.create_table(
        "message_judgments",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("effect_key", sa.String, nullable=False),
        sa.Column("message_id", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("purpose", sa.String, nullable=False),
        sa.Column("person_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("code", sa.String),
        sa.Column("not_before", MOMENT),
        sa.Column("rules", JSONB, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.CheckConstraint("kind IN ('allowed', 'refused', 'later')"),
        sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
    )
    op.create_index("ix_message_judgments_run", "message_judgments", ["tenant_id", "run_id"])
    op.create_index("ix_message_judgments_key", "message_judgments", ["tenant_id", "effect_key"])
    op.create_index("ix_message_judgments_at", "message_judgments", ["tenant_id", "recorded_at"])
    op.create_index("ix_outbound_messages_person", "outbound_messages", ["tenant_id", "person_id"])
    op.create_index("ix_outbound_messages_sent", "outbound_messages", ["tenant_id", "sent_at"])
    rls.protect("message_judgments", rights="SELECT, INSERT")
    rls.append_only("message_judgments")

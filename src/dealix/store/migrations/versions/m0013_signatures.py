"""Envelopes and how they ended; what the company registry answered, and when."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from dealix.store import rls

revision = "0013"
down_revision = "0011"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables of signatures and of registry answers."""
    signature_envelopes()
    signature_events()
    registry_answers()


def signature_envelopes() -> None:
    """One row for each document sent for signature, from the moment that we commit to it."""
    op.create_table(
        "signature_envelopes",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("effect_key", sa.String, nullable=False),
        sa.Column("reference", sa.String, nullable=False),
        sa.Column("envelope", sa.String),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("payload_hash", sa.String, nullable=False),
        sa.Column("document_sha256", sa.String, nullable=False),
        sa.Column("signers", JSONB, nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("heard_at", MOMENT),
        sa.Column("due_at", MOMENT),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.CheckConstraint(
            "status IN ('sending', 'created', 'sent', 'delivered', 'completed', 'declined', "
            "'voided', 'withdrawn')"
        ),
        sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
        sa.UniqueConstraint("tenant_id", "effect_key"),
        sa.UniqueConstraint("tenant_id", "reference"),
    )
    op.create_index("ix_signature_envelopes_run", "signature_envelopes", ["tenant_id", "run_id"])
    op.execute(
        "CREATE INDEX ix_signature_envelopes_due ON signature_envelopes (due_at) "
        "WHERE due_at IS NOT NULL AND envelope IS NOT NULL"
    )
    rls.protect("signature_envelopes", rights="SELECT, INSERT, UPDATE")
    rls.lookup(
        "lookup_due_envelopes",
        "at timestamptz",
        "TABLE (tenant_id varchar, id varchar)",
        "SELECT tenant_id, id FROM signature_envelopes "
        "WHERE due_at <= at AND envelope IS NOT NULL ORDER BY due_at LIMIT 200",
    )


def signature_events() -> None:
    """How an envelope ended: once, and never changed."""
    op.create_table(
        "signature_events",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("envelope", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("by_person", sa.String),
        sa.Column("by_role", sa.String),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.CheckConstraint("status IN ('completed', 'declined', 'voided')"),
        sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
        sa.UniqueConstraint("tenant_id", "envelope"),
    )
    op.create_index("ix_signature_events_run", "signature_events", ["tenant_id", "run_id"])
    rls.protect("signature_events", rights="SELECT, INSERT")
    rls.append_only("signature_events")


def registry_answers() -> None:
    """Each answer that was paid for. It names people, so it lies sealed under the tenant's key."""
    op.create_table(
        "registry_answers",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("number", sa.String, nullable=False),
        sa.Column("world", sa.String, nullable=False),
        sa.Column("fetched_at", MOMENT, nullable=False),
        sa.Column("known", sa.Boolean, nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.CheckConstraint("known = (sealed IS NOT NULL)"),
    )
    op.create_index(
        "ix_registry_answers_number",
        "registry_answers",
        ["tenant_id", "source", "number", "world", "fetched_at"],
    )
    rls.protect("registry_answers", rights="SELECT, INSERT, DELETE")

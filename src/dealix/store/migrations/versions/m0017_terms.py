"""Versions of a partner's terms, the links by which a partner answers them, and the answers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from dealix.store import rls

revision = "0017"
down_revision = "0012"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the three tables; nothing in them is ever rewritten."""
    terms()
    links()
    answers()


def terms() -> None:
    """What is offered, a row a version; who made it and out of what."""
    op.create_table(
        "partner_terms",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("made_by", sa.String, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
    )
    rls.protect("partner_terms", rights="SELECT, INSERT")
    rls.append_only("partner_terms")


def links() -> None:
    """The page on which a partner answers one version: only the hash of its address is kept."""
    op.create_table(
        "partner_links",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("token_hash", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.UniqueConstraint("tenant_id", "run_id", "version"),
    )
    rls.protect("partner_links", rights="SELECT, INSERT")
    rls.lookup(
        "lookup_partner_link",
        "asked text",
        "TABLE (tenant_id text, run_id text, version integer)",
        "SELECT tenant_id, run_id, version FROM partner_links WHERE token_hash = asked",
    )


def answers() -> None:
    """What a partner answered to a version; their own words are sealed under their key."""
    op.create_table(
        "partner_answers",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("answer", sa.String, nullable=False),
        sa.Column("proposals", JSONB, nullable=False),
        sa.Column("person_id", sa.String),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("entered_by", sa.String, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("answer IN ('accept', 'counter', 'decline')"),
        sa.UniqueConstraint("tenant_id", "run_id", "version"),
        sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
    )
    rls.protect("partner_answers", rights="SELECT, INSERT")
    rls.append_only("partner_answers")

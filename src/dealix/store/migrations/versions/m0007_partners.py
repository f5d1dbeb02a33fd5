"""Partners, their dossiers and economics, drafted documents, and assembled evidence packs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from dealix.store import rls

revision = "0007"
down_revision = "0006"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables of the partners capability and of evidence."""
    partners()
    outputs()
    documents()
    packs()


def partners() -> None:
    """A company that may become a partner; its contact is a person of the vault."""
    op.create_table(
        "partners",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("name_ar", sa.String, nullable=False),
        sa.Column("partner_type", sa.String, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("registration_number", sa.String, nullable=False),
        sa.Column("contact_person_id", sa.String, nullable=False),
        sa.Column("locale", sa.String(2), nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("crm_reference", sa.String),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
    )
    op.create_index(
        "ix_partners_registration", "partners", ["tenant_id", "country", "registration_number"]
    )
    rls.protect("partners", rights="SELECT, INSERT, UPDATE")


def outputs() -> None:
    """Typed outputs on which people decide, each with its provenance, one a run and schema."""
    op.create_table(
        "decision_outputs",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, primary_key=True),
        sa.Column("schema_name", sa.String, primary_key=True),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
    )
    rls.protect("decision_outputs", rights="SELECT, INSERT, UPDATE")


def documents() -> None:
    """Drafts by content; a text that names a person is sealed under that person's key."""
    op.create_table(
        "documents",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("person_id", sa.String, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("template_version", sa.String, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.UniqueConstraint("tenant_id", "run_id", "kind", "digest"),
        sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
    )
    rls.protect("documents", rights="SELECT, INSERT")


def packs() -> None:
    """Evidence packs: where each lies by content, and what it holds."""
    op.create_table(
        "evidence_packs",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("items", JSONB, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
    )
    op.create_index("ix_evidence_packs_run", "evidence_packs", ["tenant_id", "run_id"])
    rls.protect("evidence_packs", rights="SELECT, INSERT")

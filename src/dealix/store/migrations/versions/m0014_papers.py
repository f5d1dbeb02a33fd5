"""The clause library with its history, templates, drafted papers, and uploads."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from dealix.store import rls

revision = "0014"
down_revision = "0016"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables of the papers capability."""
    clauses()
    templates()
    papers()
    uploads()


def clauses() -> None:
    """A clause as it stands, and every wording that it ever had."""
    op.create_table(
        "clauses",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("approved_version", sa.Integer),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("changed_by", sa.String, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("confirmed_by", sa.String),
        sa.Column("confirmed_at", MOMENT),
        sa.CheckConstraint(
            "status IN ('approved', 'draft', 'stale_ar', 'stale_en')", name="ck_clauses_status"
        ),
        sa.CheckConstraint("approved_version <= version", name="ck_clauses_approved"),
    )
    rls.protect("clauses", rights="SELECT, INSERT, UPDATE")
    op.create_table(
        "clause_versions",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("wording", JSONB, nullable=False),
        sa.Column("changed_by", sa.String, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
    )
    rls.protect("clause_versions", rights="SELECT, INSERT")
    rls.append_only("clause_versions")


def templates() -> None:
    """The company's own templates by version; the files lie among the objects."""
    op.create_table(
        "paper_templates",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("prevailing", sa.String(2), nullable=False),
        sa.Column("made_by", sa.String, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
    )
    rls.protect("paper_templates", rights="SELECT, INSERT")
    rls.append_only("paper_templates")


def papers() -> None:
    """Drafted papers by the commitments to their files, which lie sealed among the objects."""
    op.create_table(
        "papers",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("template_version", sa.String, nullable=False),
        sa.Column("person_id", sa.String, nullable=False),
        sa.Column("docx_digest", sa.String, nullable=False),
        sa.Column("docx_object", sa.String(64), nullable=False),
        sa.Column("pdf_digest", sa.String, nullable=False),
        sa.Column("pdf_object", sa.String(64), nullable=False),
        sa.Column("clauses", JSONB, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.UniqueConstraint("tenant_id", "run_id", "kind", "docx_digest", "pdf_digest"),
        sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
    )
    rls.protect("papers", rights="SELECT, INSERT")
    rls.append_only("papers")


def uploads() -> None:
    """Files that people brought in, and which run took them up."""
    op.create_table(
        "uploads",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("person_id", sa.String, nullable=False),
        sa.Column("object_sha256", sa.String(64), nullable=False),
        sa.Column("uploaded_by", sa.String, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
    )
    op.create_index("ix_uploads_sha256", "uploads", ["tenant_id", "sha256"])
    rls.protect("uploads", rights="SELECT, INSERT")
    op.create_table(
        "upload_uses",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, primary_key=True),
        sa.Column("upload_id", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
        sa.ForeignKeyConstraint(["tenant_id", "upload_id"], ["uploads.tenant_id", "uploads.id"]),
    )
    rls.protect("upload_uses", rights="SELECT, INSERT")

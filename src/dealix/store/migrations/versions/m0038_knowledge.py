"""Knowledge: documents with their audience, passages with vectors, word index and trigrams."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from dealix.store import rls

revision = "0038"
down_revision = "0037"

MOMENT = sa.DateTime(timezone=True)
FOUND_BY_WORD = f"""
SELECT document_id, number FROM knowledge_passages
WHERE tenant_id = {rls.TENANT} AND words @@ asked::tsquery
  AND (audience = '{{}}' OR audience && roles::varchar[])
ORDER BY ts_rank(words, asked::tsquery, 1) DESC, document_id, number LIMIT most
"""
WITHOUT_VECTOR = """
(SELECT tenant_id FROM knowledge_passages WHERE model IS NULL LIMIT 1000)
UNION (SELECT tenant_id FROM knowledge_passages WHERE model < named LIMIT 1000)
UNION (SELECT tenant_id FROM knowledge_passages WHERE model > named LIMIT 1000)
"""


def upgrade() -> None:
    """Create the tables of the knowledge capability.

    The extensions are there where the database was set up for us; else the owner must be allowed
    to create them. The application's role creates nothing.
    """
    for extension in ("vector", "pg_trgm"):
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    documents()
    passages()
    rls.lookup(
        "knowledge_by_word",
        "asked text, roles text[], most integer",
        "TABLE (document_id varchar, number integer)",
        FOUND_BY_WORD,
    )
    rls.lookup("lookup_unembedded", "named text", "SETOF varchar", WITHOUT_VECTOR)


def documents() -> None:
    """What was brought in; the same content is one document."""
    op.create_table(
        "knowledge_documents",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("media_type", sa.String, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("pages", sa.Integer),
        sa.Column("passages", sa.Integer, nullable=False),
        sa.Column("audience", ARRAY(sa.String), nullable=False),
        sa.Column("person_id", sa.String, nullable=False),
        sa.Column("object_sha256", sa.String(64), nullable=False),
        sa.Column("added_by", sa.String, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.UniqueConstraint("tenant_id", "sha256"),
    )
    op.create_index(
        "ix_knowledge_documents_person", "knowledge_documents", ["tenant_id", "person_id"]
    )
    rls.protect("knowledge_documents")


def passages() -> None:
    """Their passages; a vector belongs to the model beside it and is compared with no other's."""
    op.create_table(
        "knowledge_passages",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("document_id", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("page", sa.Integer),
        sa.Column("starts", sa.Integer, nullable=False),
        sa.Column("ends", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("terms", sa.Text, nullable=False),
        sa.Column("audience", ARRAY(sa.String), nullable=False),
        sa.Column("model", sa.String),
        sa.ForeignKeyConstraint(
            ["tenant_id", "document_id"],
            ["knowledge_documents.tenant_id", "knowledge_documents.id"],
            ondelete="CASCADE",
        ),
    )
    op.execute("ALTER TABLE knowledge_passages ADD COLUMN embedding vector(384)")
    op.execute(
        "ALTER TABLE knowledge_passages ADD COLUMN words tsvector "
        "GENERATED ALWAYS AS (to_tsvector('simple', terms)) STORED"
    )
    op.execute(
        "ALTER TABLE knowledge_passages ADD CONSTRAINT vector_has_model "
        "CHECK ((model IS NULL) = (embedding IS NULL))"
    )
    op.execute(
        "CREATE INDEX ix_knowledge_passages_near ON knowledge_passages "
        "USING hnsw (embedding vector_cosine_ops)"
    )
    op.execute("CREATE INDEX ix_knowledge_passages_words ON knowledge_passages USING gin (words)")
    op.create_index("ix_knowledge_passages_model", "knowledge_passages", ["model"])
    rls.protect("knowledge_passages")

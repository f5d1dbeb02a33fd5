"""Trust scores of leads, affiliates, companies and connectors."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from dealix.store import rls

revision = "0036"
down_revision = "0035"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table; of a row only the moment at which its factors were last so may change."""
    op.create_table(
        "trust_scores",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("entity_type", sa.String, primary_key=True),
        sa.Column("entity_id", sa.String, primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("score", sa.Integer),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("scored_by", sa.String, nullable=False),
        sa.Column("scored_at", MOMENT, nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name="trust_score_range"),
        sa.CheckConstraint(
            "entity_type IN ('lead', 'affiliate', 'company', 'connector')",
            name="trust_score_entity",
        ),
    )
    op.create_index(
        "ix_trust_scores_newest",
        "trust_scores",
        ["tenant_id", "entity_type", "entity_id", "scored_at"],
    )
    rls.protect("trust_scores", rights="SELECT, INSERT, UPDATE (scored_at)")

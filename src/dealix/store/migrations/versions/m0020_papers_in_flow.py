"""What a paper was made of; the file that a partner returned, and what it says otherwise."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0020"
down_revision = "0022"


def upgrade() -> None:
    """Extend papers and answers; a draft is a paper now, so its own table goes."""
    op.add_column("papers", sa.Column("made_of", sa.String, nullable=False, server_default=""))
    op.add_column("partner_answers", sa.Column("upload_id", sa.String))
    op.add_column("partner_answers", sa.Column("changed", JSONB))
    op.add_column("partner_answers", sa.Column("compared", sa.LargeBinary))
    op.create_foreign_key(
        "partner_answers_upload",
        "partner_answers",
        "uploads",
        ["tenant_id", "upload_id"],
        ["tenant_id", "id"],
    )
    op.drop_table("documents")

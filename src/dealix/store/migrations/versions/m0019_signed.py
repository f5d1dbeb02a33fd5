"""The signed document of an envelope, sealed, and commitments where bare hashes named a person."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0015"


def upgrade() -> None:
    """Say for whom an envelope's papers are sealed, and where the signed document lies."""
    op.alter_column("signature_envelopes", "document_sha256", new_column_name="document_digest")
    op.add_column("signature_envelopes", sa.Column("person_id", sa.String))
    op.add_column("signature_envelopes", sa.Column("signed_digest", sa.String))
    op.add_column("signature_envelopes", sa.Column("signed_object", sa.String))

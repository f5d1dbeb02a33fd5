"""When an envelope was last asked for, since a provider bounds how often that may be."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0052"


def upgrade() -> None:
    """A moment for each envelope; None where it was not asked for since."""
    op.add_column("signature_envelopes", sa.Column("asked_at", sa.DateTime(timezone=True)))

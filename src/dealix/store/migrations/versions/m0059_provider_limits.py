"""When an envelope was last asked for, and what a provider calls a message that it holds back."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"


def upgrade() -> None:
    """A moment for each envelope, a word for each message; None where nothing is to be said."""
    op.add_column("signature_envelopes", sa.Column("asked_at", sa.DateTime(timezone=True)))
    op.add_column("outbound_messages", sa.Column("standing", sa.String))

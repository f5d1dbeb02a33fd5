"""A deal may be named in Arabic as well, as its proposal is printed in both languages."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0053"


def upgrade() -> None:
    """One column, empty in rows that are there."""
    op.add_column("deals", sa.Column("title_ar", sa.String))

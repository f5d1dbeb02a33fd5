"""A hold that a model's reading has put on a person can be lifted by who has read the message."""

from alembic import op

revision = "0055"
down_revision = "0050"


def upgrade() -> None:
    """One more event in the book of consents."""
    op.execute("ALTER TABLE consents DROP CONSTRAINT consents_event_check")
    op.execute(
        "ALTER TABLE consents ADD CONSTRAINT consents_event_check "
        "CHECK (event IN ('given', 'withdrawn', 'opted_out', 'lifted'))"
    )

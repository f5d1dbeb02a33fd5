"""Who leaves keeps no device and no passkey: both go, also those of people who have left before."""

from alembic import op

from dealix.store import rls

revision = "0024"
down_revision = "0019"

OF_LEAVERS = "u.tenant_id = t.tenant_id AND u.id = t.user_id AND NOT u.active"


def upgrade() -> None:
    """Let devices be removed, and remove what opened accounts that have ended."""
    op.execute(f"GRANT DELETE ON devices TO {rls.APP_ROLE}")
    for table in ("devices", "passkeys"):
        op.execute(f"DELETE FROM {table} t USING users u WHERE {OF_LEAVERS}")
    op.execute(
        "UPDATE approval_links t SET dead_at = clock_timestamp() FROM users u "
        f"WHERE {OF_LEAVERS} AND t.dead_at IS NULL"
    )

"""Practice: a run whose outside messages reach nobody but its starter, fixed at its start."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0024"

FIXED = ("practice", "rehearsal", "started_by", "chain")
"""What decides whom a run's messages reach and where its records stand."""


def upgrade() -> None:
    """Mark runs as practice or not, and let nobody change that afterwards, the owner included."""
    op.add_column(
        "runs", sa.Column("practice", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.execute(
        "CREATE FUNCTION keep_run_world() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF ({_named('NEW')}) IS DISTINCT FROM ({_named('OLD')}) "
        "THEN RAISE EXCEPTION 'whom a run reaches is fixed at its start' "
        "USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER runs_world_kept BEFORE UPDATE ON runs "
        "FOR EACH ROW EXECUTE FUNCTION keep_run_world()"
    )
    op.create_check_constraint("practice_or_rehearsal", "runs", "NOT (practice AND rehearsal)")


def _named(row: str) -> str:
    return ", ".join(f"{row}.{column}" for column in FIXED)

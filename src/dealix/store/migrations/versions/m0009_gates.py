"""Gates in full: rounds with requested changes, SLA steps, pauses, and what the others answer."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from dealix.store import rls

revision = "0009"
down_revision = "0008"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Widen requests and runs, and create what a gate's later rounds are made of."""
    requests()
    resubmissions()
    sla_steps()
    pauses()
    events()


def requests() -> None:
    """What each seat looks at, what it agreed to before, and whom an escalation has reached."""
    op.add_column("approvals", sa.Column("cycle", sa.Integer, nullable=False, server_default="1"))
    for name, empty in (("parts", "{}"), ("carried", "[]"), ("escalated", "[]")):
        op.add_column("approvals", sa.Column(name, JSONB, nullable=False, server_default=empty))
    op.execute(f"GRANT UPDATE (escalated) ON approvals TO {rls.APP_ROLE}")
    op.add_column("decisions", sa.Column("changes", JSONB))
    op.add_column(
        "decisions", sa.Column("via", sa.String, nullable=False, server_default="session")
    )


def resubmissions() -> None:
    """The requester's answer to requested changes: one a request, never rewritten."""
    op.create_table(
        "resubmissions",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("approval_id", sa.String, nullable=False),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("user_id", sa.String, nullable=False),
        sa.Column("comment", sa.String),
        sa.Column("answers", JSONB, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.UniqueConstraint("tenant_id", "approval_id"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "approval_id"], ["approvals.tenant_id", "approvals.id"]
        ),
    )
    op.create_index("ix_resubmissions_run", "resubmissions", ["tenant_id", "run_id"])
    rls.protect("resubmissions", rights="SELECT, INSERT")
    rls.append_only("resubmissions")


def sla_steps() -> None:
    """Reminder, breach and level 3 of a request: each once, with when it was due."""
    op.create_table(
        "sla_steps",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("approval_id", sa.String, primary_key=True),
        sa.Column("level", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("reached", JSONB, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "approval_id"], ["approvals.tenant_id", "approvals.id"]
        ),
    )
    op.create_index("ix_sla_steps_run", "sla_steps", ["tenant_id", "run_id"])
    rls.protect("sla_steps", rights="SELECT, INSERT")
    rls.append_only("sla_steps")


def pauses() -> None:
    """When a run stood still, on its own clock; the open one has no end."""
    op.add_column("runs", sa.Column("paused_at", MOMENT))
    op.create_table(
        "run_pauses",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("from_at", MOMENT, nullable=False),
        sa.Column("until_at", MOMENT),
        sa.Column("paused_by", sa.String, nullable=False),
        sa.Column("resumed_by", sa.String),
        sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
    )
    op.execute(
        "CREATE UNIQUE INDEX ix_run_pauses_open ON run_pauses (tenant_id, run_id) "
        "WHERE until_at IS NULL"
    )
    rls.protect("run_pauses", rights="SELECT, INSERT, UPDATE (until_at, resumed_by)")


def events() -> None:
    """What others answered a run, in the order in which it came; identifiers and hashes only."""
    op.create_table(
        "run_events",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("cause", sa.String, nullable=False),
        sa.Column("data", JSONB, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("taken_by", sa.String),
        sa.UniqueConstraint("tenant_id", "run_id", "name", "cause"),
        sa.ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
    )
    op.create_index("ix_run_events_run", "run_events", ["tenant_id", "run_id", "at"])
    rls.protect("run_events", rights="SELECT, INSERT, UPDATE (taken_by)")

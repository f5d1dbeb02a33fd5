"""Runs, what they owe their engine, and the ledger of effects, undos and cases."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from dealix.store import rls

revision = "0005"
down_revision = "0004"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the run and record tables, each under row-level security."""
    runs()
    signals()
    effects()
    undos()
    cases()
    lookups()


def identity() -> tuple[sa.Column[str], sa.Column[str], sa.Column[str]]:
    """The three columns with which every record of a run starts."""
    return (
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("run_id", sa.String, nullable=False),
    )


def of_run(table: str) -> None:
    """Tie a record table to `runs` and index it by run."""
    op.create_foreign_key(None, table, "runs", ["tenant_id", "run_id"], ["tenant_id", "id"])
    op.create_index(f"ix_{table}_run", table, ["tenant_id", "run_id"])


def runs() -> None:
    """One row a run; `input` and `result` hold identifiers and hashes, nothing personal."""
    op.create_table(
        "runs",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("workflow", sa.String, nullable=False),
        sa.Column("lane", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("input_hash", sa.String, nullable=False),
        sa.Column("input", JSONB, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("outcome", sa.String),
        sa.Column("started_by", sa.String, nullable=False),
        sa.Column("rehearsal", sa.Boolean, nullable=False),
        sa.Column("chain", sa.String, nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("deadline", MOMENT),
        sa.Column("warned_at", MOMENT),
        sa.Column("skipped", sa.Interval, nullable=False, server_default="0"),
        sa.Column("waiting_for", sa.String),
        sa.Column("engine_id", sa.String, nullable=False),
        sa.Column("engine_run_id", sa.String),
        sa.Column("engine_started_at", MOMENT),
        sa.Column("cancel_requested_at", MOMENT),
        sa.Column("undo_begun_at", MOMENT),
        sa.Column("cancel_requested_by", sa.String),
        sa.Column("result", JSONB),
        sa.Column("error", JSONB),
        sa.UniqueConstraint("tenant_id", "workflow", "key"),
    )
    op.create_index("ix_runs_status", "runs", ["tenant_id", "status"])
    op.execute(
        "CREATE INDEX ix_runs_unstarted ON runs (requested_at) WHERE engine_started_at IS NULL"
    )
    op.execute("CREATE INDEX ix_runs_live ON runs (tenant_id) WHERE ended_at IS NULL")
    rls.protect("runs", rights="SELECT, INSERT, UPDATE")


def signals() -> None:
    """What a workflow is still to be told: stored with its cause, delivered afterwards."""
    op.create_table(
        "signals",
        *identity(),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("reference", sa.String, nullable=False),
        sa.Column("gate", sa.String),
        sa.Column("hash", sa.String),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("delivered_at", MOMENT),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("last_error", sa.String),
        sa.UniqueConstraint("tenant_id", "kind", "reference"),
    )
    of_run("signals")
    op.execute("CREATE INDEX ix_signals_open ON signals (created_at) WHERE delivered_at IS NULL")
    rls.protect("signals", rights="SELECT, INSERT, UPDATE")


def effects() -> None:
    """The ledger: a row a step, `started` before the call and `done` after it."""
    op.create_table(
        "effects",
        *identity(),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("step", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("system", sa.String),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("method", sa.String, nullable=False),
        sa.Column("on_started", sa.String, nullable=False),
        sa.Column("final", sa.Boolean, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("open_attempt", sa.Boolean, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("payload_hash", sa.String),
        sa.Column("token_id", sa.String),
        sa.Column("reference", sa.String),
        sa.Column("result", JSONB),
        sa.Column("reason", sa.String),
        sa.Column("undoes", sa.String),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.UniqueConstraint("tenant_id", "key"),
    )
    of_run("effects")
    rls.protect("effects", rights="SELECT, INSERT, UPDATE")


def undos() -> None:
    """What a cancel takes back, registered with its key before the step it belongs to."""
    op.create_table(
        "undos",
        *identity(),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("step", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("system", sa.String),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("registered_at", MOMENT, nullable=False),
        sa.Column("undone_at", MOMENT),
        sa.UniqueConstraint("tenant_id", "key"),
    )
    of_run("undos")
    rls.protect("undos", rights="SELECT, INSERT, UPDATE")


def cases() -> None:
    """What only a person can settle; a run with an open case is in `attention`."""
    op.create_table(
        "cases",
        *identity(),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("step", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("resolution", sa.String),
        sa.Column("comment", sa.String),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("resolved_at", MOMENT),
        sa.Column("resolved_by", sa.String),
        sa.UniqueConstraint("tenant_id", "kind", "subject", "round"),
    )
    of_run("cases")
    rls.protect("cases", rights="SELECT, INSERT, UPDATE")


def lookups() -> None:
    """The sweeps do not know the tenants yet: what is due, by tenant and identifier only."""
    pair = "TABLE (tenant_id varchar, id varchar)"
    rls.lookup(
        "lookup_unstarted_runs",
        "since timestamptz",
        pair,
        "SELECT tenant_id, id FROM runs WHERE engine_started_at IS NULL AND ended_at IS NULL "
        "AND requested_at < since ORDER BY requested_at LIMIT 200",
    )
    rls.lookup(
        "lookup_open_signals",
        "since timestamptz",
        pair,
        "SELECT tenant_id, id FROM signals WHERE delivered_at IS NULL AND created_at < since "
        "ORDER BY created_at LIMIT 200",
    )
    rls.lookup(
        "lookup_live_runs",
        "",
        pair,
        "SELECT tenant_id, id FROM runs WHERE ended_at IS NULL AND engine_started_at IS NOT NULL "
        "AND lane = 'durable'",
    )

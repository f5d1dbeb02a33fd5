"""Companies and leads with what they did and their scores, and the short tasks of workers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from dealix.store import rls

revision = "0035"
down_revision = "0034"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables of the leads capability and of the short lane's workers."""
    companies()
    leads()
    activities()
    scores()
    jobs()


def companies() -> None:
    """A company that may buy; one row by country and name."""
    op.create_table(
        "companies",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("name_ar", sa.String),
        sa.Column("name_key", sa.String, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("registration_number", sa.String),
        sa.Column("industry", sa.String, nullable=False),
        sa.Column("employees", sa.Integer),
        sa.Column("website", sa.String),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.UniqueConstraint("tenant_id", "country", "name_key", name="one_company_by_name"),
    )
    rls.protect("companies", rights="SELECT, INSERT, UPDATE")


def leads() -> None:
    """Somebody at a company who may buy; personal values lie in the vault."""
    op.create_table(
        "leads",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("company_id", sa.String, nullable=False),
        sa.Column("person_id", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("data_from", sa.String, nullable=False),
        sa.Column("budget", sa.String, nullable=False),
        sa.Column("budget_amount", sa.Numeric(14, 2)),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("timing", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("owner_id", sa.String, nullable=False),
        sa.Column("score", sa.Integer),
        sa.Column("grade", sa.String),
        sa.Column("score_key", sa.String),
        sa.Column("scored_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.UniqueConstraint("tenant_id", "key", name="one_lead_by_key"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "company_id"], ["companies.tenant_id", "companies.id"]
        ),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name="lead_score"),
        sa.CheckConstraint("data_from IN ('person', 'company', 'third_party')", name="lead_data"),
    )
    op.create_index("ix_leads_newest", "leads", ["tenant_id", "created_at", "id"])
    op.create_index("ix_leads_grade", "leads", ["tenant_id", "grade", "created_at", "id"])
    op.create_index("ix_leads_person", "leads", ["tenant_id", "person_id"])
    rls.protect("leads", rights="SELECT, INSERT, UPDATE")


def activities() -> None:
    """Something that a lead did, once by its key."""
    op.create_table(
        "lead_activities",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("lead_id", sa.String, primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("recorded_by", sa.String, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "lead_id"], ["leads.tenant_id", "leads.id"]),
    )
    op.create_index("ix_lead_activities_at", "lead_activities", ["tenant_id", "lead_id", "at"])
    rls.protect("lead_activities", rights="SELECT, INSERT")


def scores() -> None:
    """Every score card that a lead was given."""
    op.create_table(
        "lead_scores",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("lead_id", sa.String, primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("score", sa.Integer, nullable=False),
        sa.Column("grade", sa.String, nullable=False),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("scored_by", sa.String, nullable=False),
        sa.Column("scored_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "lead_id"], ["leads.tenant_id", "leads.id"]),
    )
    rls.protect("lead_scores", rights="SELECT, INSERT")


def jobs() -> None:
    """Short tasks asked of a worker; the sweep finds those that wait across tenants."""
    op.create_table(
        "short_jobs",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("workflow", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("asked_by", sa.String, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("rings", sa.Integer, nullable=False),
        sa.Column("next_ring_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.Column("answer", sa.String),
        sa.Column("error", sa.String),
        sa.CheckConstraint("status IN ('queued', 'done', 'failed')", name="short_job_status"),
    )
    op.create_index(
        "one_short_job_waits",
        "short_jobs",
        ["tenant_id", "workflow", "subject"],
        unique=True,
        postgresql_where=sa.text("status = 'queued'"),
    )
    op.create_index(
        "ix_short_jobs_waiting",
        "short_jobs",
        ["next_ring_at"],
        postgresql_where=sa.text("status = 'queued'"),
    )
    rls.protect("short_jobs", rights="SELECT, INSERT, UPDATE")
    rls.lookup(
        "lookup_waiting_short_jobs",
        "at timestamptz",
        "TABLE (tenant_id varchar, id varchar)",
        "SELECT tenant_id, id FROM short_jobs WHERE status = 'queued' AND next_ring_at < at "
        "ORDER BY next_ring_at LIMIT 200",
    )

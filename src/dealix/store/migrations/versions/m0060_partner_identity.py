"""A company is known by its unified number too, and has one name in the CRM for all approvals."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0050"


def upgrade() -> None:
    """Two columns; records of rehearsals no longer pass for partners."""
    op.add_column("partners", sa.Column("company_number", sa.String))
    op.add_column("partners", sa.Column("company_ref", sa.String))
    op.execute("UPDATE partners SET company_ref = id")
    op.alter_column("partners", "company_ref", nullable=False)
    op.execute(
        "UPDATE partners SET status = 'rehearsal' FROM runs WHERE runs.rehearsal "
        "AND runs.tenant_id = partners.tenant_id AND runs.input ->> 'partner_id' = partners.id"
    )
    op.create_index("ix_partners_company", "partners", ["tenant_id", "country", "company_number"])

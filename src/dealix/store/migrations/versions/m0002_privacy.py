"""The vault: a key per person, personal values under it, and salted commitments to them."""

import sqlalchemy as sa
from alembic import op

from dealix.store import rls

revision = "0002"
down_revision = "0001"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the three tables of the vault and its look-up."""
    person_keys()
    personal_fields()
    commitments()
    rls.lookup(
        "lookup_stale_key_tenants",
        "current_kek text",
        "TABLE (tenant_id varchar)",
        "SELECT DISTINCT tenant_id FROM person_keys "
        "WHERE wrapped_key IS NOT NULL AND kek_id <> current_kek",
    )


def person_keys() -> None:
    """A person's data key, wrapped; an erasure leaves the row and takes the key."""
    op.create_table(
        "person_keys",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("person_id", sa.String, primary_key=True),
        sa.Column("kek_id", sa.String, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("erased_at", MOMENT),
        sa.CheckConstraint(
            "(wrapped_key IS NULL) = (erased_at IS NOT NULL)", name="ck_person_keys_erased"
        ),
    )
    # An erased key must leave the disk too: vacuum after a single dead row, not after hundreds.
    op.execute(
        "ALTER TABLE person_keys SET (autovacuum_vacuum_threshold = 1, "
        "autovacuum_vacuum_scale_factor = 0)"
    )
    rls.protect("person_keys", rights="SELECT, INSERT, UPDATE")


def personal_fields() -> None:
    """Personal values as ciphertext, one row a field; an erasure removes them."""
    op.create_table(
        "personal_fields",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("person_id", sa.String, primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("ciphertext", sa.LargeBinary, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"], ["person_keys.tenant_id", "person_keys.person_id"]
        ),
    )
    rls.protect("personal_fields")


def commitments() -> None:
    """Digests that histories carry; salt and value lie in `opening`, under the person's key."""
    op.create_table(
        "commitments",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("person_id", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("field", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("opening", sa.LargeBinary, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"], ["person_keys.tenant_id", "person_keys.person_id"]
        ),
    )
    op.create_index("ix_commitments_subject", "commitments", ["tenant_id", "subject"])
    rls.protect("commitments", rights="SELECT, INSERT")
    rls.append_only("commitments")

"""Tables of the vault: wrapped keys, values under them, and the openings of commitments."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from dealix.store.base import Base, Tenanted


class PersonKey(Tenanted, Base):
    """A person's data key, wrapped under the KEK `kek_id`; none once the person is erased."""

    __tablename__ = "person_keys"
    __table_args__ = (
        CheckConstraint(
            "(wrapped_key IS NULL) = (erased_at IS NOT NULL)", name="ck_person_keys_erased"
        ),
    )
    person_id: Mapped[str] = mapped_column(primary_key=True)
    kek_id: Mapped[str]
    wrapped_key: Mapped[bytes | None]
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


class PersonalField(Tenanted, Base):
    """One personal value as ciphertext."""

    __tablename__ = "personal_fields"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "person_id"], ["person_keys.tenant_id", "person_keys.person_id"]
        ),
    )
    person_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    ciphertext: Mapped[bytes]
    updated_at: Mapped[datetime]


class Commitment(Tenanted, Base):
    """What a history may carry of a value: a salted digest; `opening` proves it, until erased."""

    __tablename__ = "commitments"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "person_id"], ["person_keys.tenant_id", "person_keys.person_id"]
        ),
        Index("ix_commitments_subject", "tenant_id", "subject"),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str]
    subject: Mapped[str]
    field: Mapped[str]
    digest: Mapped[str]
    opening: Mapped[bytes]
    created_at: Mapped[datetime]


class ProcessingRow(Tenanted, Base):
    """An activity of the register of processing as a company has set it."""

    __tablename__ = "processing_register"
    activity: Mapped[str] = mapped_column(primary_key=True)
    entry: Mapped[dict[str, Any]]
    set_by: Mapped[str]
    set_at: Mapped[datetime]

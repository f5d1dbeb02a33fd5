"""Tables of partners: companies, typed outputs on which people decide, and sealed drafts."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from dealix.store.base import Base, Tenanted


class Partner(Tenanted, Base):
    """A company that may become a partner; its contact is a person of the vault."""

    __tablename__ = "partners"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_ar: Mapped[str]
    partner_type: Mapped[str]
    country: Mapped[str]
    registration_number: Mapped[str]
    contact_person_id: Mapped[str]
    locale: Mapped[str]
    status: Mapped[str]
    crm_reference: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class DecisionOutput(Tenanted, Base):
    """A typed output of a run, such as its PartnerDossier, with its provenance."""

    __tablename__ = "decision_outputs"
    run_id: Mapped[str] = mapped_column(primary_key=True)
    schema_name: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    created_at: Mapped[datetime]


class Document(Tenanted, Base):
    """A draft by its commitment; the text is sealed under its person's key."""

    __tablename__ = "documents"
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    kind: Mapped[str]
    digest: Mapped[str]
    person_id: Mapped[str]
    sealed: Mapped[bytes]
    template_version: Mapped[str]
    created_at: Mapped[datetime]

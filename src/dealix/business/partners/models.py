"""Tables of partners: companies, typed outputs on which people decide, terms and answers."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from dealix.store.base import Base, Tenanted


class Partner(Tenanted, Base):
    """A company that may become a partner; its contact is a person of the vault.

    `company_number` is the unified number that the registry has for it, and `company_ref` names the
    company in the CRM: the same for every approval of it.
    """

    __tablename__ = "partners"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_ar: Mapped[str]
    partner_type: Mapped[str]
    country: Mapped[str]
    registration_number: Mapped[str]
    company_number: Mapped[str | None]
    company_ref: Mapped[str]
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


class Terms(Tenanted, Base):
    """One version of what is offered to a partner."""

    __tablename__ = "partner_terms"
    run_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[dict[str, Any]]
    source: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]


class PartnerLink(Tenanted, Base):
    """The page on which a partner answers one version, by the hash of its address."""

    __tablename__ = "partner_links"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    version: Mapped[int]
    made_at: Mapped[datetime]


class Answer(Tenanted, Base):
    """What a partner answered to one version; their words are sealed under their key.

    `changed` says of a returned file which clauses differ from ours, `compared` is how, sealed.
    """

    __tablename__ = "partner_answers"
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    version: Mapped[int]
    answer: Mapped[str]
    proposals: Mapped[dict[str, Any]]
    person_id: Mapped[str | None]
    sealed: Mapped[bytes | None]
    upload_id: Mapped[str | None]
    changed: Mapped[list[Any] | None]
    compared: Mapped[bytes | None]
    entered_by: Mapped[str]
    received_at: Mapped[datetime]
    at: Mapped[datetime]

"""Tables of papers: the clause library with its history, templates, drafted papers, uploads."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from dealix.store.base import Base, Tenanted


class Clause(Tenanted, Base):
    """A clause as it stands now; what may go out is its `approved_version`."""

    __tablename__ = "clauses"
    key: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    owner: Mapped[str]
    version: Mapped[int]
    approved_version: Mapped[int | None]
    status: Mapped[str]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]
    confirmed_by: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]


class ClauseVersion(Tenanted, Base):
    """One wording of a clause in both languages; it never changes."""

    __tablename__ = "clause_versions"
    key: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    wording: Mapped[dict[str, Any]]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]


class PaperTemplate(Tenanted, Base):
    """A version of the company's own DOCX template; the file lies among the objects."""

    __tablename__ = "paper_templates"
    kind: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    prevailing: Mapped[str]
    made_by: Mapped[str]
    created_at: Mapped[datetime]


class DraftedPaper(Tenanted, Base):
    """A paper of a run by the commitments to its files, which lie sealed among the objects.

    `made_of` is the commitment to everything that went into it: what would come out the same is
    the same paper, and is not written again.
    """

    __tablename__ = "papers"
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    kind: Mapped[str]
    version: Mapped[int]
    template_version: Mapped[str]
    person_id: Mapped[str]
    docx_digest: Mapped[str]
    docx_object: Mapped[str]
    pdf_digest: Mapped[str]
    pdf_object: Mapped[str]
    clauses: Mapped[list[Any]]
    made_of: Mapped[str]
    created_at: Mapped[datetime]


class Upload(Tenanted, Base):
    """A file that somebody brought in, sealed under a key of its own so that it can be erased."""

    __tablename__ = "uploads"
    id: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    person_id: Mapped[str]
    object_sha256: Mapped[str]
    uploaded_by: Mapped[str]
    created_at: Mapped[datetime]


class UploadUse(Tenanted, Base):
    """An upload that a run took up; its digest is the commitment to the file's SHA-256."""

    __tablename__ = "upload_uses"
    run_id: Mapped[str] = mapped_column(primary_key=True)
    upload_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    digest: Mapped[str]
    created_at: Mapped[datetime]

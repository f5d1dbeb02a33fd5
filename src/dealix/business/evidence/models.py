"""Tables of evidence: which pack lies where and holds what, and what is being gathered."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from dealix.store.base import Base, Tenanted


class EvidencePack(Tenanted, Base):
    """A sealed pack; its bytes lie among the objects under `sha256`.

    `run_id` is the run that it is about, `assembled_by` the pipeline's run that has made it.
    """

    __tablename__ = "evidence_packs"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
        ForeignKeyConstraint(["tenant_id", "assembled_by"], ["runs.tenant_id", "runs.id"]),
        Index("ix_evidence_packs_run", "tenant_id", "run_id"),
        Index("ix_evidence_packs_by", "tenant_id", "assembled_by"),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    assembled_by: Mapped[str | None]
    kind: Mapped[str]
    sha256: Mapped[str]
    items: Mapped[list[Any]]
    created_at: Mapped[datetime]


class EvidenceDraft(Tenanted, Base):
    """What a pipeline's run has gathered so far; gone when its pack is stored or it ends badly."""

    __tablename__ = "evidence_drafts"
    run_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]

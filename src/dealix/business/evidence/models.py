"""The table of evidence packs: which lies where, and what it holds."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from dealix.store.base import Base, Tenanted


class EvidencePack(Tenanted, Base):
    """A sealed pack; its bytes lie among the objects under `sha256`."""

    __tablename__ = "evidence_packs"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "run_id"], ["runs.tenant_id", "runs.id"]),
        Index("ix_evidence_packs_run", "tenant_id", "run_id"),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    kind: Mapped[str]
    sha256: Mapped[str]
    items: Mapped[list[Any]]
    created_at: Mapped[datetime]

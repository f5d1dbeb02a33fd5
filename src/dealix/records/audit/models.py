"""Tables of the audit: what was done, and the seals that chain it; both only ever grow."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from dealix.store.base import Base, Tenanted


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction ID; only the database compares it."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """The name of the type in PostgreSQL."""
        return "xid8"


class AuditRecord(Tenanted, Base):
    """One deed, by IDs and hashes; receipt time, place and transaction are the database's word."""

    __tablename__ = "audit_records"
    __table_args__ = (
        Index("ix_audit_records_recorded", "recorded_at"),
        Index("ix_audit_records_place", "tenant_id", "chain", "place"),
        Index("ix_audit_records_subject", "tenant_id", "subject"),
        Index(
            "ix_audit_records_run",
            "tenant_id",
            text("(data ->> 'run_id')"),
            postgresql_where=text("data ? 'run_id'"),
        ),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    chain: Mapped[str]
    actor_id: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    data: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    place: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    xid: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))


class AuditSeal(Tenanted, Base):
    """A link of a chain: which record stands at `seq`, and the hash over it and all before it."""

    __tablename__ = "audit_seals"
    __table_args__ = (UniqueConstraint("tenant_id", "record_id"),)
    chain: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    record_id: Mapped[str]
    record_digest: Mapped[str]
    prev_hash: Mapped[str]
    hash: Mapped[str]
    sealed_at: Mapped[datetime]


class AuditAnchor(Tenanted, Base):
    """The heads that left for a second owner on a day, and what became of that."""

    __tablename__ = "audit_anchors"
    day: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[str]
    heads: Mapped[dict[str, Any]]
    target: Mapped[str]
    begun_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    reference: Mapped[str | None]

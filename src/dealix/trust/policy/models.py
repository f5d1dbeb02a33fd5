"""Tables of whether we may: approval tokens and the versions of the authority table."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from dealix.store.base import Base, Tenanted


class Token(Tenanted, Base):
    """A permission for one effect: bound to tenant, action, resource and payload hash.

    `covers` says why it exists: an approved `packet`, the `bad_end` notices that the start of a
    run covers, or a `standing` approval. `used_by` is the key of the effect that used it.
    """

    __tablename__ = "tokens"
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    decision_id: Mapped[str | None]
    issued_by: Mapped[str]
    action: Mapped[str]
    resource: Mapped[str]
    payload_hash: Mapped[str]
    covers: Mapped[str]
    issued_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[str | None]


class AuthorityTable(Tenanted, Base):
    """One version of a tenant's table of who approves what; it never changes once proposed."""

    __tablename__ = "authority_tables"
    version: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str]
    rows: Mapped[list[Any]]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    activated_by: Mapped[str | None]
    activated_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]

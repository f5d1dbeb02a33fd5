"""The tables of proposals: price books, prices, what was offered, and the runs that write it."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from dealix.store.base import Base, Tenanted


class PriceBook(Tenanted, Base):
    """A version of the price book of one currency; never changed."""

    __tablename__ = "price_books"
    currency: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    kept_by: Mapped[str]
    kept_at: Mapped[datetime]


class PriceRecord(Tenanted, Base):
    """A pricing decision record by its ID, with the hash to which an approval is bound."""

    __tablename__ = "price_records"
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    deal_id: Mapped[str]
    version: Mapped[int]
    body: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    needs_approval: Mapped[bool]
    at: Mapped[datetime]


class ProposalVersion(Tenanted, Base):
    """A proposal pack as it was offered; never changed."""

    __tablename__ = "proposal_packs"
    proposal_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    deal_id: Mapped[str]
    body: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    at: Mapped[datetime]


class ProposalRun(Tenanted, Base):
    """The run that writes a version of a deal's proposal, and how far it has come.

    `goes_on_from` is the run that ended until its price was approved. `superseded_at`: what the
    run wrote does not count. `owner_id` is the deal's owner; `told_to` is who was told of the end,
    `seen_at` when they had seen it.
    """

    __tablename__ = "proposal_runs"
    run_id: Mapped[str] = mapped_column(primary_key=True)
    deal_id: Mapped[str]
    owner_id: Mapped[str]
    goes_on_from: Mapped[str | None]
    state: Mapped[str]
    created_at: Mapped[datetime]
    version: Mapped[int | None] = mapped_column(default=None)
    prose: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    record_id: Mapped[str | None] = mapped_column(default=None)
    price_run: Mapped[str | None] = mapped_column(default=None)
    told_to: Mapped[str | None] = mapped_column(default=None)
    told_at: Mapped[datetime | None] = mapped_column(default=None)
    seen_at: Mapped[datetime | None] = mapped_column(default=None)
    superseded_at: Mapped[datetime | None] = mapped_column(default=None)

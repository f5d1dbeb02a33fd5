"""The table of deals."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Mapped, mapped_column

from dealix.store.base import Base, Tenanted


class Deal(Tenanted, Base):
    """One deal with a company; `closed_at` once it is won or lost."""

    __tablename__ = "deals"
    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str]
    company_id: Mapped[str]
    lead_id: Mapped[str | None]
    title: Mapped[str]
    title_ar: Mapped[str | None]
    amount: Mapped[Decimal]
    currency: Mapped[str]
    status: Mapped[str]
    owner_id: Mapped[str]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]

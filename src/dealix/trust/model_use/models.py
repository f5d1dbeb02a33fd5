"""Tables of model use: what a company has chosen, and what each of its days has cost."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from dealix.store.base import Base, Tenanted


class ModelSettingsRow(Tenanted, Base):
    """Who does which step, and the limits of a day."""

    __tablename__ = "model_settings"
    settings: Mapped[dict[str, Any]]
    set_by: Mapped[str]
    set_at: Mapped[datetime]


class ModelUsage(Tenanted, Base):
    """A day's calls, tokens and cost (SAR), what is set aside for calls under way included."""

    __tablename__ = "model_usage"
    day: Mapped[date] = mapped_column(primary_key=True)
    calls: Mapped[int]
    tokens: Mapped[int] = mapped_column(BigInteger)
    cost: Mapped[Decimal] = mapped_column(Numeric(18, 6))

"""The table of trust scores: one row for the same factors of the same thing, none ever changed."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from dealix.store.base import Base, Tenanted


class TrustScore(Tenanted, Base):
    """One score card; `score` is None where there was not enough data."""

    __tablename__ = "trust_scores"
    entity_type: Mapped[str] = mapped_column(primary_key=True)
    entity_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    score: Mapped[int | None]
    body: Mapped[dict[str, Any]]
    scored_by: Mapped[str]
    scored_at: Mapped[datetime]

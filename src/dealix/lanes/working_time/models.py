"""Tables of the working clock: a tenant's settings, and what it says of single days."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from dealix.store.base import Base, Tenanted


class WorkingSettingsRow(Tenanted, Base):
    """What a tenant has set; `world` is `real`, or `rehearsal` where those shall differ."""

    __tablename__ = "working_settings"
    world: Mapped[str] = mapped_column(primary_key=True)
    settings: Mapped[dict[str, Any]]
    set_by: Mapped[str]
    set_at: Mapped[datetime]


class DayOverride(Tenanted, Base):
    """A day of which the tenant knows better; the moon decides some."""

    __tablename__ = "day_overrides"
    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str | None]
    name_ar: Mapped[str | None]
    begins: Mapped[time | None]
    ends: Mapped[time | None]
    set_by: Mapped[str]
    set_at: Mapped[datetime]

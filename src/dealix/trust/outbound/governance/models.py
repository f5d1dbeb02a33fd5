"""Tables of governance: what people consented to, and every judgment about a message."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from dealix.store.base import Base, Tenanted


class ConsentEvent(Tenanted, Base):
    """A person gave or withdrew consent, or opted out; never changed, the next event follows.

    `world` is `real`, or the rehearsal or practice in which it was played. `address_hash` ties an
    opt-out to an address, so that it holds for whoever is entered with that address later.
    """

    __tablename__ = "consents"
    id: Mapped[str] = mapped_column(primary_key=True)
    world: Mapped[str]
    person_id: Mapped[str]
    address_hash: Mapped[str | None]
    channel: Mapped[str]
    purpose: Mapped[str]
    event: Mapped[str]
    source: Mapped[str]
    recorded_by: Mapped[str]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]


class Judgment(Tenanted, Base):
    """What governance said of a message at one moment, with the verdict of each rule."""

    __tablename__ = "message_judgments"
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    effect_key: Mapped[str]
    message_id: Mapped[str]
    channel: Mapped[str]
    purpose: Mapped[str]
    person_id: Mapped[str]
    kind: Mapped[str]
    code: Mapped[str | None]
    not_before: Mapped[datetime | None]
    rules: Mapped[list[Any]]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]

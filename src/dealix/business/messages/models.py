"""What a message that came in wants, and how it is written."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from dealix.store.base import Base, Tenanted


class MessageTag(Tenanted, Base):
    """The labels of one delivery; without labels where its text could not be opened any more.

    `model` names the models by content. Nothing of the text is here.
    """

    __tablename__ = "message_tags"
    event_id: Mapped[str] = mapped_column(primary_key=True)
    intent: Mapped[str | None]
    intent_confidence: Mapped[float | None]
    rule: Mapped[str | None]
    dialect: Mapped[str | None]
    dialect_confidence: Mapped[float | None]
    model: Mapped[str]
    tagged_at: Mapped[datetime]

"""What the API answers about messages: those that left with receipts, came in, were refused."""

from datetime import datetime
from typing import Any, Literal

from dealix.api.schemas import Shown


class ReceiptView(Shown):
    """What a provider told of a message; `reason` of one that failed is the provider's own."""

    status: Literal["sent", "delivered", "read", "failed"]
    reason: str | None
    at: datetime


class RefusedView(Shown):
    """Deliveries of one minute that were refused for the same reason (`code`)."""

    provider: str
    code: str
    many: int
    first_at: datetime
    last_at: datetime


class OutsideMessageView(Shown):
    """A message to an outsider: the last verdict, every judgment and receipt, what became of it.

    `standing` is the receipt that says where it stands: the furthest, or a failure.
    """

    key: str
    message_id: str
    run: str
    channel: Literal["email", "whatsapp", "sms"]
    purpose: Literal["partnership", "service", "marketing"]
    person_id: str
    verdict: Literal["allowed", "refused", "later"]
    code: str | None
    not_before: datetime | None
    at: datetime
    status: str | None
    reference: str | None
    judgments: list[dict[str, Any]]
    standing: ReceiptView | None
    receipts: list[ReceiptView]


class TagView(Shown):
    """What a message wants and in which dialect it is, each with how sure that is (0 to 1)."""

    intent: str
    intent_confidence: float
    follows: str
    dialect: str
    dialect_confidence: float


class DeliveryView(Shown):
    """Something that came in from outside with a right signature; a message has its tag.

    `stranger`: somebody whom we do not know has written it, and nobody has taken it up.
    """

    id: str
    provider: str
    delivery_id: str
    received_at: datetime
    run: str | None
    status: str
    stranger: bool
    tag: TagView | None = None

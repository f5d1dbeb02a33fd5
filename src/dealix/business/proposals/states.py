"""How far a version of a proposal has come, in stable words."""

from typing import Literal

ProposalState = Literal[
    "in_progress",
    "awaiting_price_approval",
    "going_on",
    "ready",
    "price_rejected",
    "price_expired",
    "price_cancelled",
    "price_superseded",
    "failed",
    "cancelled",
]

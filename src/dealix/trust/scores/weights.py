"""The weights of each factor, as data; a published version is never changed."""

from collections.abc import Mapping
from dataclasses import dataclass

from dealix.trust.scores.schemas import EntityType


@dataclass(frozen=True)
class Weights:
    """One version: for each kind of thing its factors, whose weights add up to 100.

    `enough` is the weight that must be known before there is a score.
    """

    version: str
    factors: Mapping[EntityType, Mapping[str, int]]
    enough: int = 50


TRUST_1 = Weights(
    version="trust-1",
    factors={
        "lead": {"engagement": 40, "data_quality": 35, "consent": 25},
        "affiliate": {"performance": 50, "fraud_flags": 30, "tenure": 20},
        "company": {"registration": 60, "payment_history": 40},
        "connector": {"uptime": 40, "error_rate": 35, "auth_health": 25},
    },
)
CURRENT = TRUST_1

"""The economics and the fit score of a partner, by an explicit versioned scorecard."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from dealix.business.partners.schemas import Economics, EconomicsModel, Signal
from dealix.lanes.provenance import Provenance

RULES_VERSION = "fit-1"
CENT = Decimal("0.01")
TYPE_FIT = {"referral": 15, "distribution": 20, "technology": 22, "strategic": 25, "government": 18}
REVENUE_BANDS = ((5_000_000, 35), (1_000_000, 28), (250_000, 18), (50_000, 10), (0, 3))
SHARE_BANDS = ((10, 20), (20, 15), (30, 9), (45, 4), (100, 0))


def economics(
    given: Economics, partner_type: str, country: str, at: datetime, inputs_hash: str
) -> EconomicsModel:
    """The first year in money, and the score with its signals. Decimal strings, two places."""
    revenue, cost = Decimal(given.expected_revenue), Decimal(given.setup_cost)
    share = (revenue * given.revenue_share_percent / 100).quantize(CENT, ROUND_HALF_UP)
    net = revenue - share - cost
    signals = [
        _band("expected_revenue", 35, revenue, REVENUE_BANDS, rising=True),
        _band("revenue_share", 20, given.revenue_share_percent, SHARE_BANDS, rising=False),
        Signal(name="partner_type", weight=25, points=TYPE_FIT[partner_type], because=partner_type),
        Signal(
            name="net_first_year",
            weight=15,
            points=15 if net > 0 else 0,
            because="positive" if net > 0 else "not positive",
        ),
        Signal(name="home_market", weight=5, points=5 if country == "SA" else 3, because=country),
    ]
    return EconomicsModel(
        expected_revenue=_money(revenue),
        partner_share=_money(share),
        setup_cost=_money(cost),
        net_first_year=_money(net),
        currency=given.currency,
        fit_score=sum(signal.points for signal in signals),
        signals=signals,
        provenance=Provenance(
            generated_at=at,
            method="rules",
            rules_version=RULES_VERSION,
            inputs_hash=inputs_hash,
            sources=["run input"],
            not_configured=["model"],
        ),
    )


def _band(
    name: str, weight: int, value: Decimal, bands: tuple[tuple[int, int], ...], *, rising: bool
) -> Signal:
    """Points of the first band that the value reaches (rising) or stays within (falling)."""
    for limit, points in bands:
        if (value >= limit) if rising else (value <= limit):
            sign = "≥" if rising else "≤"
            return Signal(name=name, weight=weight, points=points, because=f"{sign} {limit}")
    return Signal(name=name, weight=weight, points=0, because="outside every band")


def _money(value: Decimal) -> str:
    return str(value.quantize(CENT, ROUND_HALF_UP))

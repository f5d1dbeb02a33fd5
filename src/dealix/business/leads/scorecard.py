"""The scorecards, as data, and the arithmetic over them; a published version is never changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from dealix.business.leads.schemas import Facts, Grade, ScoreSignal

Bands = tuple[tuple[int, int], ...]
"""Lower bound and points, the highest bound first."""


@dataclass(frozen=True)
class Scorecard:
    """One version. Each signal gives at most its weight; the weights add up to 100.

    `engagement` holds points of one activity in the last 30 days; an earlier one counts half.
    `budget_amounts` adds to a confirmed budget by its amount in SAR. `adjustable` bounds what a
    model may add or take away.
    """

    version: str
    weights: Mapping[str, int]
    company_size: Bands
    industry_fit: Mapping[str, int]
    engagement: Mapping[str, int]
    budget: Mapping[str, int]
    budget_amounts: Bands
    timing: Mapping[str, int]
    grades: tuple[tuple[int, Grade], ...]
    in_sar: Mapping[str, str]
    adjustable: int = 10


LEAD_1 = Scorecard(
    version="lead-1",
    weights={
        "company_size": 20,
        "industry_fit": 20,
        "engagement": 25,
        "budget_signal": 20,
        "timing": 15,
    },
    company_size=((1000, 20), (250, 18), (50, 14), (10, 8), (1, 3)),
    industry_fit={
        "technology": 20,
        "financial_services": 20,
        "logistics": 18,
        "professional_services": 17,
        "retail": 16,
        "healthcare": 15,
        "manufacturing": 14,
        "real_estate": 13,
        "energy": 13,
        "construction": 12,
        "hospitality": 11,
        "education": 10,
        "public_sector": 8,
        "other": 5,
    },
    engagement={
        "site_visit": 1,
        "email_opened": 1,
        "form_sent": 5,
        "event_attended": 5,
        "answered": 6,
        "pricing_question": 8,
        "demo_request": 12,
        "meeting_held": 14,
    },
    budget={"none": 0, "indicated": 8, "confirmed": 12},
    budget_amounts=((500_000, 8), (100_000, 5), (25_000, 2)),
    timing={"now": 15, "quarter": 12, "half_year": 7, "year": 3, "beyond_year": 1},
    grades=((70, "hot"), (45, "warm"), (20, "cool"), (0, "cold")),
    in_sar={
        "SAR": "1",
        "AED": "1.02",
        "BHD": "9.95",
        "KWD": "12.2",
        "QAR": "1.03",
        "OMR": "9.74",
        "USD": "3.75",
    },
)
CURRENT = LEAD_1


def signals(card: Scorecard, facts: Facts) -> list[ScoreSignal]:
    """Every signal of the card, also those about which nothing is known."""
    return [
        _size(card, facts.employees),
        _listed(card, "industry_fit", facts.industry, card.industry_fit, known=True),
        _engagement(card, facts),
        _budget(card, facts),
        _listed(card, "timing", facts.timing, card.timing, known=facts.timing != "unknown"),
    ]


def grade(card: Scorecard, score: int) -> Grade:
    """The name of the band in which a score lies."""
    return next(name for least, name in card.grades if score >= least)


def _size(card: Scorecard, employees: int | None) -> ScoreSignal:
    if employees is None:
        return _signal(card, "company_size", 0, "unknown", "no_data", known=False)
    least, points = _band(card.company_size, employees)
    return _signal(card, "company_size", points, str(employees), f"≥ {least}", known=True)


def _engagement(card: Scorecard, facts: Facts) -> ScoreSignal:
    """Twice the points are added up, so that halves of earlier activities lose nothing."""
    doubled = sum(2 * card.engagement[kind] * n for kind, n in facts.recent.items())
    doubled += sum(card.engagement[kind] * n for kind, n in facts.earlier.items())
    points = min(doubled // 2, card.weights["engagement"])
    count = sum(facts.recent.values()) + sum(facts.earlier.values())
    because = "activities_of_90_days" if count else "no_data"
    return _signal(card, "engagement", points, str(count), because, known=count > 0)


def _budget(card: Scorecard, facts: Facts) -> ScoreSignal:
    if facts.budget == "unknown":
        return _signal(card, "budget_signal", 0, "unknown", "no_data", known=False)
    points, because = card.budget[facts.budget], facts.budget
    if facts.budget == "confirmed" and facts.budget_amount is not None:
        amount = Decimal(facts.budget_amount) * Decimal(card.in_sar[facts.currency])
        least, more = _band(card.budget_amounts, int(amount))
        points, because = points + more, f"≥ {least} SAR" if more else because
    return _signal(card, "budget_signal", points, facts.budget, because, known=True)


def _listed(
    card: Scorecard, name: str, value: str, points: Mapping[str, int], *, known: bool
) -> ScoreSignal:
    return _signal(
        card, name, points.get(value, 0), value, value if known else "no_data", known=known
    )


def _signal(
    card: Scorecard, name: str, points: int, value: str, because: str, *, known: bool
) -> ScoreSignal:
    return ScoreSignal(
        name=name,
        weight=card.weights[name],
        points=points,
        value=value,
        because=because,
        known=known,
    )


def _band(bands: Bands, value: int) -> tuple[int, int]:
    return next(((least, points) for least, points in bands if value >= least), (0, 0))

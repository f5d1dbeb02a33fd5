"""A company that may be bought: who it is, what it is worth, what joining it brings."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from dealix.business.leads.schemas import Currency, Industry
from dealix.business.partners.schemas import REGISTRATION, Line, Saudization, Strict, Wording
from dealix.business.proposals.schemas import Ident, Money, Percent, rounded
from dealix.connectors.data_class import DataClass
from dealix.decision_rules import (
    HUNDRED,
    amounts_ordered,
    complete,
    must,
    once,
    same,
    total,
    whole,
)
from dealix.lanes.provenance import Provenance

RESTRICTED = DataClass.RESTRICTED
SignedMoney = Annotated[str, Field(pattern=r"^-?\d{1,12}(\.\d{1,3})?$")]
Market = Literal["SA", "AE", "BH", "KW", "QA", "OM", "EG", "JO", "MA"]
"""Where we work or shall work."""
Regulator = Literal["GAC", "CMA"]
"""Competition authority (clearance above thresholds) and capital market authority (if listed)."""
ItemKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class YearFigures(Strict):
    """The figures of one business year, and the document that they stand in."""

    year: Annotated[int, Field(ge=1990, le=2100)]
    revenue: Money
    ebitda: SignedMoney
    net_debt: SignedMoney
    audited: bool
    document_id: Ident


class Shareholder(Strict):
    """Who holds how much; a person stands here by ID only."""

    holder_id: Annotated[Ident, RESTRICTED]
    kind: Literal["person", "company", "state"]
    percent: Percent


class FitCriterion(Strict):
    """One criterion of the fit: its weight in percent, 0-100 points, and why."""

    key: ItemKey
    weight: Annotated[int, Field(ge=1, le=100)]
    points: Annotated[int, Field(ge=0, le=100)]
    because: Line


class TargetProfile(Strict):
    """Whether a company belongs on the list; the fit is the weighted mean of its criteria.

    A listed company is the capital market authority's matter, and only a listed one.
    """

    target_id: Ident
    name: Line
    name_ar: Line
    country: Market
    registration_number: Annotated[str, Field(min_length=4, max_length=20)]
    industry: Industry
    employees: Annotated[int, Field(ge=1, le=5_000_000)]
    listed: bool
    saudization: Saudization | None = None
    stage: Literal["long_list", "short_list"]
    currency: Currency
    figures: Annotated[list[YearFigures], Field(min_length=1, max_length=10)]
    shareholders: Annotated[list[Shareholder], Field(max_length=200)]
    manager_person_ids: Annotated[list[Ident], Field(max_length=50), RESTRICTED]
    criteria: Annotated[list[FitCriterion], Field(min_length=1, max_length=20)]
    fit_score: Annotated[int, Field(ge=0, le=100)]
    regulators: list[Regulator]
    provenance: Provenance

    @model_validator(mode="after")
    def _facts_fit(self) -> "TargetProfile":
        form = REGISTRATION.get(self.country)
        known = form is None or re.fullmatch(form, self.registration_number)
        must(bool(known), "malformed_registration", "not in a form that this country issues")
        once("figures", (each.year for each in self.figures))
        once("shareholders", (each.holder_id for each in self.shareholders))
        held = total(each.percent for each in self.shareholders)
        must(held <= HUNDRED, "sum_differs", "shareholders hold more than the whole")
        once("regulators", self.regulators)
        fits = self.listed == ("CMA" in self.regulators)
        must(fits, "regulator_differs", "a listed company is a matter of the CMA, only that")
        return self

    @model_validator(mode="after")
    def _score_is_the_weighted_mean(self) -> "TargetProfile":
        once("criteria", (each.key for each in self.criteria))
        whole("criteria", (str(each.weight) for each in self.criteria))
        points = sum(each.weight * each.points for each in self.criteria)
        mean = (Decimal(points) / HUNDRED).quantize(Decimal(1), ROUND_HALF_UP)
        same("fit_score", str(self.fit_score), mean)
        return self


class ValueRange(Strict):
    """From low over what is most likely to high."""

    low: SignedMoney
    mid: SignedMoney
    high: SignedMoney

    @model_validator(mode="after")
    def _low_to_high(self) -> "ValueRange":
        amounts_ordered("low, mid, high", self.low, self.mid, self.high)
        return self


class Assumption(Strict):
    """What a figure rests on, and the document that says so."""

    key: ItemKey
    value: Line
    document_id: Ident | None = None


class MethodValue(Strict):
    """What one method gives for the whole enterprise, and how much of the blend it is."""

    method: Literal["dcf", "comparables", "precedents"]
    weight_percent: Percent
    value: ValueRange
    assumptions: Annotated[list[Assumption], Field(min_length=1, max_length=40)]


class ValuationMemo(Strict):
    """What a company is worth: each method, their blend by weight, and what is left for owners.

    `blended` is the enterprise, `equity` the same less `net_debt`. Above `walk_away_price` nobody
    may go; it is no more than the highest value of the equity.
    """

    valuation_id: Ident
    target_id: Ident
    as_of: date
    currency: Currency
    methods: Annotated[list[MethodValue], Field(min_length=1, max_length=3)]
    blended: ValueRange
    net_debt: SignedMoney
    equity: ValueRange
    walk_away_price: Money
    provenance: Provenance

    @model_validator(mode="after")
    def _adds_up(self) -> "ValuationMemo":
        once("methods", (each.method for each in self.methods))
        whole("methods", (each.weight_percent for each in self.methods))
        for point in ("low", "mid", "high"):
            blend = sum(
                (
                    Decimal(getattr(each.value, point)) * Decimal(each.weight_percent) / HUNDRED
                    for each in self.methods
                ),
                Decimal(0),
            )
            blended = getattr(self.blended, point)
            same(f"blended.{point}", blended, rounded(blend, self.currency))
            left = Decimal(blended) - Decimal(self.net_debt)
            same(f"equity.{point}", getattr(self.equity, point), left)
        within = Decimal(self.walk_away_price) <= Decimal(self.equity.high)
        must(within, "above_value", "nobody goes above the highest value")
        return self


class SynergyYear(Strict):
    """What one measure brings in a year after the closing, and what it costs once.

    `expected` is `gross` by the measure's probability.
    """

    year: Annotated[int, Field(ge=1, le=10)]
    gross: Money
    expected: Money
    one_time_cost: Money = "0"


class SynergyMeasure(Strict):
    """One thing that is done because of the joining; somebody answers for it."""

    key: ItemKey
    kind: Literal["revenue", "cost"]
    what_ar: Line
    what_en: Line
    probability_percent: Percent
    years: Annotated[list[SynergyYear], Field(min_length=1, max_length=10)]
    owner_person_id: Annotated[Ident, RESTRICTED]


class SynergyTotal(Strict):
    """All measures of a year: more revenue, less cost, what they cost once, and what is left."""

    year: Annotated[int, Field(ge=1, le=10)]
    revenue: Money
    cost: Money
    one_time_cost: Money
    net: SignedMoney


class SynergyModel(Strict):
    """What joining two companies brings, measure by measure and year by year.

    `run_rate` is what the last year brings before one-time costs; `present_value` discounts the
    net of each year to the closing by `discount_percent` a year.
    """

    synergy_id: Ident
    target_id: Ident
    currency: Currency
    measures: Annotated[list[SynergyMeasure], Field(min_length=1, max_length=100)]
    totals: Annotated[list[SynergyTotal], Field(min_length=1, max_length=10)]
    run_rate: Money
    discount_percent: Percent
    present_value: SignedMoney
    risks: Annotated[list[Wording], Field(max_length=20)]
    provenance: Provenance

    @model_validator(mode="after")
    def _measures_are_weighed(self) -> "SynergyModel":
        once("measures", (each.key for each in self.measures))
        for measure in self.measures:
            once("years", (each.year for each in measure.years))
            likely = Decimal(measure.probability_percent) / HUNDRED
            for year in measure.years:
                expected = rounded(Decimal(year.gross) * likely, self.currency)
                same("expected", year.expected, expected)
        return self

    @model_validator(mode="after")
    def _years_add_up(self) -> "SynergyModel":
        named = {year.year for measure in self.measures for year in measure.years}
        complete("totals", (each.year for each in self.totals), range(1, max(named) + 1))
        for each in self.totals:
            same("revenue", each.revenue, total(self._expected(each.year, "revenue")))
            same("cost", each.cost, total(self._expected(each.year, "cost")))
            costs = (y.one_time_cost for m in self.measures for y in m.years if y.year == each.year)
            same("one_time_cost", each.one_time_cost, total(costs))
            gain = Decimal(each.revenue) + Decimal(each.cost)
            same("net", each.net, gain - Decimal(each.one_time_cost))
        last = max(self.totals, key=lambda each: each.year)
        same("run_rate", self.run_rate, Decimal(last.revenue) + Decimal(last.cost))
        rate = 1 + Decimal(self.discount_percent) / HUNDRED
        worth = sum((Decimal(each.net) / rate**each.year for each in self.totals), Decimal(0))
        same("present_value", self.present_value, rounded(worth, self.currency))
        return self

    def _expected(self, year: int, kind: str) -> Iterable[str]:
        return (
            each.expected
            for measure in self.measures
            if measure.kind == kind
            for each in measure.years
            if each.year == year
        )

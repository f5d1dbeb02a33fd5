"""How a market is opened, first to a few, and at which figures it is stopped."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, model_validator

from dealix.business.acquisitions.schemas import ItemKey, Market
from dealix.business.leads.schemas import Currency
from dealix.business.partners.schemas import Line, Strict, Wording
from dealix.business.proposals.schemas import Ident, Money, Percent, Sha256
from dealix.connectors.data_class import DataClass
from dealix.decision_rules import HUNDRED, complete, must, once, ordered, same, total
from dealix.lanes.provenance import Provenance

RESTRICTED = DataClass.RESTRICTED
SHORTEST_DAYS, LONGEST_DAYS = 28, 84
"""A launch takes four to twelve weeks."""
MOST_IN_CANARY = Decimal(25)
"""A canary is a limited cohort: no more percent of the planned companies than this."""
StopMetric = Literal[
    "canary_conversion", "complaint_rate", "revenue_to_forecast", "compliance_violation", "churn"
]
Trips = Literal["below", "above", "any_critical"]
Window = Literal["days", "rolling", "at_once", "monthly"]
StopAction = Literal[
    "pause_expansion", "investigate", "review_or_exit", "halt", "pause_acquisition"
]


class StopRule(NamedTuple):
    """How a metric is watched: its side, its limit in percent, its window, what follows."""

    trips: Trips
    threshold: str | None
    window: Window
    days: int | None
    action: StopAction


STOP_RULES: dict[StopMetric, StopRule] = {
    "canary_conversion": StopRule("below", "5", "days", 30, "pause_expansion"),
    "complaint_rate": StopRule("above", "10", "rolling", None, "investigate"),
    "revenue_to_forecast": StopRule("below", "50", "days", 60, "review_or_exit"),
    "compliance_violation": StopRule("any_critical", None, "at_once", None, "halt"),
    "churn": StopRule("above", "20", "monthly", None, "pause_acquisition"),
}
"""What holds unless a policy is stricter; none may be looser."""


class StopLossRule(Strict):
    """One metric: where it trips, over which window, and what follows. Thresholds are percent."""

    metric: StopMetric
    trips: Trips
    threshold_percent: Percent | None
    window: Window
    window_days: Annotated[int | None, Field(ge=1, le=365)] = None
    action: StopAction

    @model_validator(mode="after")
    def _no_looser_than_the_house(self) -> "StopLossRule":
        house = STOP_RULES[self.metric]
        same_kind = (self.trips, self.window, self.action) == (
            house.trips,
            house.window,
            house.action,
        )
        must(same_kind, "rule_differs", "side, window and action are those of the metric")
        named = (self.threshold_percent is None, self.window_days is None)
        expected = (house.threshold is None, house.days is None)
        must(named == expected, "rule_differs", "a limit and days stand where the metric has them")
        if house.threshold is not None and self.threshold_percent is not None:
            given, limit = Decimal(self.threshold_percent), Decimal(house.threshold)
            strict = given >= limit if house.trips == "below" else given <= limit
            must(strict, "too_loose", "a policy may be stricter than the house, not looser")
        if house.days is not None and self.window_days is not None:
            must(self.window_days <= house.days, "too_loose", "a window may not be longer")
        return self


class StopLossPolicy(Strict):
    """When an expansion is paused or ended: every metric once, somebody acts on each."""

    policy_id: Ident
    market: Market
    version: Annotated[int, Field(ge=1)]
    rules: Annotated[list[StopLossRule], Field(max_length=len(STOP_RULES))]
    acting_person_id: Annotated[Ident, RESTRICTED]
    deputy_person_id: Annotated[Ident, RESTRICTED]
    in_force_from: date
    in_force_until: date
    provenance: Provenance

    @model_validator(mode="after")
    def _whole(self) -> "StopLossPolicy":
        complete("rules", (each.metric for each in self.rules), STOP_RULES)
        other = self.acting_person_id != self.deputy_person_id
        must(other, "same_person", "a deputy is somebody else")
        must(
            self.in_force_from < self.in_force_until,
            "dates_differ",
            "a policy ends after it begins",
        )
        return self


class Licence(Strict):
    """What a regulator must grant, until when it is needed."""

    key: ItemKey
    regulator: Line
    needed_by: date
    reference: Ident | None = None


class Canary(Strict):
    """The companies that come first, and what must be seen of them."""

    company_ids: Annotated[list[Ident], Field(min_length=1, max_length=500)]
    planned_companies: Annotated[int, Field(ge=1, le=100_000)]
    starts_on: date
    ends_on: date
    conversion_goal_percent: Percent

    @model_validator(mode="after")
    def _limited(self) -> "Canary":
        once("company_ids", self.company_ids)
        share = HUNDRED * len(self.company_ids) / self.planned_companies
        must(share <= MOST_IN_CANARY, "canary_too_wide", "a canary is a quarter of all at most")
        must(self.starts_on < self.ends_on, "dates_differ", "a canary ends after it begins")
        floor = STOP_RULES["canary_conversion"].threshold or "0"
        above = Decimal(self.conversion_goal_percent) > Decimal(floor)
        must(above, "too_loose", "the goal lies above the figure at which it stops")
        return self


class BudgetLine(Strict):
    """What something costs."""

    key: ItemKey
    what: Line
    amount: Money


class MonthForecast(Strict):
    """The revenue that is expected in a month after the opening."""

    month: Annotated[int, Field(ge=1, le=60)]
    revenue: Money


class ExpansionPlan(Strict):
    """How a market is opened: licences first, then the canary, then the scale decision.

    All lies within the plan's days, four to twelve weeks; the budget is the sum of its lines, the
    forecast counts its months from 1. It is bound to its stop-loss policy by hash.
    """

    plan_id: Ident
    market: Market
    starts_on: date
    scale_decision_on: date
    ends_on: date
    languages: Annotated[list[Literal["ar", "en", "fr"]], Field(min_length=1, max_length=3)]
    work_week: Literal["sunday_thursday", "monday_friday"]
    licences: Annotated[list[Licence], Field(max_length=40)]
    local_partner_ids: Annotated[list[Ident], Field(max_length=40)]
    canary: Canary
    currency: Currency
    budget: Annotated[list[BudgetLine], Field(min_length=1, max_length=100)]
    budget_total: Money
    forecast: Annotated[list[MonthForecast], Field(min_length=2, max_length=60)]
    stop_loss_policy_id: Ident
    stop_loss_hash: Sha256
    owner_person_id: Annotated[Ident, RESTRICTED]
    risks: Annotated[list[Wording], Field(max_length=20)]
    provenance: Provenance

    @model_validator(mode="after")
    def _in_its_time(self) -> "ExpansionPlan":
        canary = self.canary
        ordered(
            "starts_on, canary, scale_decision_on, ends_on",
            self.starts_on,
            canary.starts_on,
            canary.ends_on,
            self.scale_decision_on,
            self.ends_on,
        )
        days = (self.ends_on - self.starts_on).days
        must(SHORTEST_DAYS <= days <= LONGEST_DAYS, "dates_differ", "four to twelve weeks")
        for each in self.licences:
            ordered("licences", self.starts_on, each.needed_by, canary.starts_on)
        return self

    @model_validator(mode="after")
    def _adds_up(self) -> "ExpansionPlan":
        once("languages", self.languages)
        must("ar" in self.languages, "language_missing", "every market is served in Arabic")
        once("licences", (each.key for each in self.licences))
        once("local_partner_ids", self.local_partner_ids)
        once("budget", (each.key for each in self.budget))
        same("budget_total", self.budget_total, total(each.amount for each in self.budget))
        months = [each.month for each in self.forecast]
        must(months == list(range(1, len(months) + 1)), "not_in_order", "months count from 1")
        return self

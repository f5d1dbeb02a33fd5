"""A market opens in order and to few first; a stop-loss policy is whole and no looser than ours."""

from typing import Any

import pytest
from tests.business.judging import HASH, PROVENANCE, accepted, changed, refused

from dealix.business.expansion.schemas import STOP_RULES, ExpansionPlan, StopLossPolicy

RULES = [
    {
        "metric": metric,
        "trips": rule.trips,
        "threshold_percent": rule.threshold,
        "window": rule.window,
        "window_days": rule.days,
        "action": rule.action,
    }
    for metric, rule in STOP_RULES.items()
]
POLICY: dict[str, Any] = {
    "policy_id": "stop_1",
    "market": "AE",
    "version": 1,
    "rules": RULES,
    "acting_person_id": "usr_1",
    "deputy_person_id": "usr_2",
    "in_force_from": "2026-10-01",
    "in_force_until": "2027-10-01",
    "provenance": PROVENANCE,
}
PLAN: dict[str, Any] = {
    "plan_id": "plan_1",
    "market": "AE",
    "starts_on": "2026-10-05",
    "scale_decision_on": "2026-12-14",
    "ends_on": "2026-12-28",
    "languages": ["ar", "en"],
    "work_week": "monday_friday",
    "licences": [{"key": "trade", "regulator": "DET", "needed_by": "2026-11-02"}],
    "local_partner_ids": ["partner_1"],
    "canary": {
        "company_ids": ["org_1", "org_2"],
        "planned_companies": 8,
        "starts_on": "2026-11-09",
        "ends_on": "2026-12-10",
        "conversion_goal_percent": "8",
    },
    "currency": "AED",
    "budget": [
        {"key": "licence", "what": "Trade licence", "amount": "30000.00"},
        {"key": "office", "what": "Office", "amount": "70000.00"},
    ],
    "budget_total": "100000.00",
    "forecast": [{"month": 1, "revenue": "10000.00"}, {"month": 2, "revenue": "0"}],
    "stop_loss_policy_id": "stop_1",
    "stop_loss_hash": HASH,
    "owner_person_id": "usr_1",
    "risks": [],
    "provenance": PROVENANCE,
}


def test_what_is_whole_is_accepted() -> None:
    accepted(ExpansionPlan, PLAN)
    accepted(StopLossPolicy, POLICY)
    stricter = changed(POLICY, "rules.0.threshold_percent", "6")
    accepted(StopLossPolicy, changed(stricter, "rules.0.window_days", 14))
    accepted(StopLossPolicy, changed(POLICY, "rules.4.threshold_percent", "15.5"))


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("deputy_person_id", "usr_1", "same_person"),
        ("in_force_until", "2026-10-01", "dates_differ"),
        ("rules", RULES[:4], "not_complete"),
        ("rules.0.action", "investigate", "rule_differs"),
        ("rules.0.threshold_percent", "4.99", "too_loose"),
        ("rules.0.threshold_percent", None, "rule_differs"),
        ("rules.0.window_days", 31, "too_loose"),
        ("rules.0.window_days", None, "rule_differs"),
        ("rules.1", RULES[0], "not_complete"),
        ("rules.1.threshold_percent", "10.01", "too_loose"),
        ("rules.3.threshold_percent", "1", "rule_differs"),
        ("rules.3.window", "monthly", "rule_differs"),
        ("surprise", 1, "extra_forbidden"),
    ],
)
def test_a_policy_that_is_looser_or_not_whole_is_refused(path: str, value: Any, code: str) -> None:
    refused(StopLossPolicy, changed(POLICY, path, value), code)


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("budget.1.key", "licence", "named_twice"),
        ("budget_total", "100000.01", "sum_differs"),
        ("canary.company_ids", ["org_1", "org_1"], "named_twice"),
        ("canary.conversion_goal_percent", "5", "too_loose"),
        ("canary.ends_on", "2026-11-09", "dates_differ"),
        ("canary.ends_on", "2026-12-15", "dates_differ"),
        ("canary.planned_companies", 7, "canary_too_wide"),
        ("ends_on", "2026-12-29", "dates_differ"),
        ("forecast.1.month", 3, "not_in_order"),
        ("languages", ["ar", "ar"], "named_twice"),
        ("languages", ["en"], "language_missing"),
        ("licences.0.needed_by", "2026-11-10", "dates_differ"),
        ("local_partner_ids", ["partner_1", "partner_1"], "named_twice"),
        ("scale_decision_on", "2026-12-29", "dates_differ"),
        ("surprise", 1, "extra_forbidden"),
    ],
)
def test_a_plan_out_of_order_is_refused(path: str, value: Any, code: str) -> None:
    refused(ExpansionPlan, changed(PLAN, path, value), code)

"""A target, its value and its synergies add up; a board pack can be decided on."""

from typing import Any

import pytest
from tests.business.judging import HASH, PROVENANCE, accepted, changed, refused

from dealix.business.acquisitions.board import BoardPackDraft
from dealix.business.acquisitions.schemas import SynergyModel, TargetProfile, ValuationMemo

FIGURES = {
    "year": 2025,
    "revenue": "40000000.00",
    "ebitda": "-500000.00",
    "net_debt": "2000000.00",
    "audited": True,
    "document_id": "doc_1",
}
TARGET: dict[str, Any] = {
    "target_id": "tgt_1",
    "name": "Noor Systems",
    "name_ar": "أنظمة نور",
    "country": "SA",
    "registration_number": "1010123456",
    "industry": "technology",
    "employees": 120,
    "listed": False,
    "saudization": "platinum",
    "stage": "short_list",
    "currency": "SAR",
    "figures": [FIGURES, FIGURES | {"year": 2024}],
    "shareholders": [
        {"holder_id": "person_1", "kind": "person", "percent": "60"},
        {"holder_id": "org_1", "kind": "company", "percent": "40"},
    ],
    "manager_person_ids": ["person_1"],
    "criteria": [
        {"key": "market", "weight": 60, "points": 80, "because": "Same customers"},
        {"key": "technology", "weight": 40, "points": 51, "because": "Older platform"},
    ],
    "fit_score": 68,
    "regulators": ["GAC"],
    "provenance": PROVENANCE,
}
VALUE = {"low": "80.00", "mid": "100.00", "high": "120.00"}
ASSUMED = [{"key": "growth", "value": "8 percent a year"}]
VALUATION: dict[str, Any] = {
    "valuation_id": "val_1",
    "target_id": "tgt_1",
    "as_of": "2026-09-30",
    "currency": "SAR",
    "methods": [
        {"method": "dcf", "weight_percent": "50", "value": VALUE, "assumptions": ASSUMED},
        {
            "method": "comparables",
            "weight_percent": "50",
            "value": {"low": "90.00", "mid": "110.00", "high": "130.01"},
            "assumptions": ASSUMED,
        },
    ],
    "blended": {"low": "85.00", "mid": "105.00", "high": "125.01"},
    "net_debt": "5.00",
    "equity": {"low": "80.00", "mid": "100.00", "high": "120.01"},
    "walk_away_price": "110.00",
    "provenance": PROVENANCE,
}
SYNERGY: dict[str, Any] = {
    "synergy_id": "syn_1",
    "target_id": "tgt_1",
    "currency": "SAR",
    "measures": [
        {
            "key": "one_office",
            "kind": "cost",
            "what_ar": "مكتب واحد",
            "what_en": "One office",
            "probability_percent": "90",
            "years": [
                {"year": 1, "gross": "100.00", "expected": "90.00", "one_time_cost": "40.00"},
                {"year": 2, "gross": "200.00", "expected": "180.00"},
            ],
            "owner_person_id": "usr_1",
        },
        {
            "key": "cross_selling",
            "kind": "revenue",
            "what_ar": "بيع مشترك",
            "what_en": "Cross-selling",
            "probability_percent": "50",
            "years": [{"year": 2, "gross": "100.00", "expected": "50.00"}],
            "owner_person_id": "usr_2",
        },
    ],
    "totals": [
        {
            "year": 1,
            "revenue": "0.00",
            "cost": "90.00",
            "one_time_cost": "40.00",
            "net": "50.00",
        },
        {"year": 2, "revenue": "50.00", "cost": "180.00", "one_time_cost": "0", "net": "230.00"},
    ],
    "run_rate": "230.00",
    "discount_percent": "10",
    "present_value": "235.54",
    "risks": ["Customers may leave"],
    "provenance": PROVENANCE,
}
ITEM = {
    "number": 1,
    "heading_ar": "العرض",
    "heading_en": "The offer",
    "asks": "resolution",
    "resolution_ar": "يوافق المجلس على تقديم العرض",
    "resolution_en": "The board agrees to submit the offer",
    "document_ids": [],
}
BOUND = [
    {"kind": kind, "document_id": f"doc_{kind}", "sha256": HASH}
    for kind in ("valuation_memo", "synergy_model", "ic_memo")
]
BOARD: dict[str, Any] = {
    "board_pack_id": "board_1",
    "target_id": "tgt_1",
    "meeting_on": "2026-10-15",
    "agenda": [ITEM],
    "offer": {
        "price": "105.00",
        "currency": "SAR",
        "cash_percent": "80",
        "shares_percent": "20",
        "exclusivity_days": 60,
        "valid_until": "2026-11-30",
        "conditions": ["Clearance by the GAC"],
    },
    "walk_away_price": "110.00",
    "rests_on": BOUND,
    "filings": [
        {"regulator": "GAC", "required": True, "because": "Above the threshold"},
        {"regulator": "CMA", "required": False, "because": "Not listed"},
    ],
    "key_risks": ["customers_leave"],
    "member_person_ids": ["usr_1", "usr_2", "usr_3"],
    "conflicted_person_ids": ["usr_3"],
    "quorum": 2,
    "majority_percent": "66.67",
    "provenance": PROVENANCE,
}


def test_what_adds_up_is_accepted() -> None:
    accepted(TargetProfile, TARGET)
    accepted(TargetProfile, TARGET | {"listed": True, "regulators": ["GAC", "CMA"]})
    accepted(TargetProfile, TARGET | {"country": "EG", "registration_number": "EG-77"})
    accepted(ValuationMemo, VALUATION)
    accepted(SynergyModel, SYNERGY)
    accepted(BoardPackDraft, BOARD)


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("criteria.0.weight", 61, "sum_differs"),
        ("criteria.1.key", "market", "named_twice"),
        ("figures.1.year", 2025, "named_twice"),
        ("figures.1.revenue", "-1", "string_pattern_mismatch"),
        ("fit_score", 69, "sum_differs"),
        ("listed", True, "regulator_differs"),
        ("registration_number", "9910123456", "malformed_registration"),
        ("regulators", ["CMA"], "regulator_differs"),
        ("regulators", ["GAC", "GAC"], "named_twice"),
        ("shareholders.0.percent", "60.01", "sum_differs"),
        ("shareholders.1.holder_id", "person_1", "named_twice"),
        ("surprise", 1, "extra_forbidden"),
    ],
)
def test_a_target_that_is_not_whole_is_refused(path: str, value: Any, code: str) -> None:
    refused(TargetProfile, changed(TARGET, path, value), code)


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("blended.mid", "105.01", "sum_differs"),
        ("equity.high", "120.00", "sum_differs"),
        ("methods.0.value.low", "101.00", "not_in_order"),
        ("methods.0.weight_percent", "40", "sum_differs"),
        ("methods.1.method", "dcf", "named_twice"),
        ("net_debt", "6.00", "sum_differs"),
        ("surprise", 1, "extra_forbidden"),
        ("walk_away_price", "120.02", "above_value"),
    ],
)
def test_a_value_that_does_not_add_up_is_refused(path: str, value: Any, code: str) -> None:
    refused(ValuationMemo, changed(VALUATION, path, value), code)


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("measures.0.years.0.expected", "91.00", "sum_differs"),
        ("measures.0.years.1.year", 1, "named_twice"),
        ("measures.1.key", "one_office", "named_twice"),
        ("measures.1.kind", "cost", "sum_differs"),
        ("present_value", "235.53", "sum_differs"),
        ("run_rate", "180.00", "sum_differs"),
        ("surprise", 1, "extra_forbidden"),
        ("totals", SYNERGY["totals"][:1], "not_complete"),
        ("totals.0.net", "90.00", "sum_differs"),
        ("totals.0.one_time_cost", "0", "sum_differs"),
        ("totals.1.cost", "181.00", "sum_differs"),
        ("totals.1.revenue", "51.00", "sum_differs"),
    ],
)
def test_synergies_that_do_not_add_up_are_refused(path: str, value: Any, code: str) -> None:
    refused(SynergyModel, changed(SYNERGY, path, value), code)


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("agenda.0.number", 2, "not_in_order"),
        ("agenda.0.resolution_ar", None, "resolution_missing"),
        ("conflicted_person_ids", ["usr_2", "usr_3"], "no_quorum"),
        ("conflicted_person_ids", ["usr_9"], "not_a_member"),
        ("filings", BOARD["filings"][:1], "not_complete"),
        ("majority_percent", "49.99", "no_majority"),
        ("member_person_ids", ["usr_3", "usr_3"], "named_twice"),
        ("offer.cash_percent", "81", "sum_differs"),
        ("offer.price", "110.01", "above_value"),
        ("offer.valid_until", "2026-10-15", "dates_differ"),
        ("rests_on", BOUND[:2], "not_complete"),
        ("surprise", 1, "extra_forbidden"),
    ],
)
def test_a_pack_that_no_board_can_decide_on_is_refused(path: str, value: Any, code: str) -> None:
    refused(BoardPackDraft, changed(BOARD, path, value), code)


def test_a_board_is_asked_for_a_resolution() -> None:
    told = ITEM | {"asks": "information", "resolution_ar": None, "resolution_en": None}
    refused(BoardPackDraft, changed(BOARD, "agenda.0", told), "resolution_missing")

"""A plan has its workstreams in its time; a memo's value and recommendation follow from it."""

from typing import Any

import pytest
from tests.business.judging import HASH, PROVENANCE, accepted, changed, refused

from dealix.business.due_diligence.schemas import NEEDED, DDPlan, ICMemo

REQUEST = {
    "key": "accounts",
    "what_ar": "القوائم المالية",
    "what_en": "Accounts",
    "due_on": "2026-10-08",
    "required": True,
}
STREAM = {
    "lead_person_id": "usr_1",
    "member_person_ids": ["usr_2"],
    "starts_on": "2026-10-04",
    "ends_on": "2026-10-22",
    "requests": [REQUEST],
    "questions": ["Which loans are due?"],
    "budget": "20000.00",
}
STREAMS = [STREAM | {"workstream": each} for each in NEEDED]
PLAN: dict[str, Any] = {
    "plan_id": "plan_1",
    "target_id": "tgt_1",
    "room_id": "room_1",
    "starts_on": "2026-10-04",
    "ends_on": "2026-10-29",
    "committee_on": "2026-11-03",
    "workstreams": STREAMS,
    "currency": "SAR",
    "budget": "100000.00",
    "confidentiality_document_id": "doc_nda",
    "provenance": PROVENANCE,
}
COUNT = {"critical": 1, "high": 0, "medium": 2, "low": 3}
RISK = {
    "key": "one_customer",
    "severity": "critical",
    "workstream": "financial",
    "what_ar": "عميل واحد يدفع النصف",
    "what_en": "One customer pays half",
    "evidence_document_id": "doc_1",
    "owner_person_id": "usr_1",
    "mitigant": "A contract of three years",
}
VALUES = [
    {"method": method, "value": {"low": "80.00", "mid": "100.00", "high": "120.00"}}
    for method in ("blended", "dcf")
]
MEMO: dict[str, Any] = {
    "memo_id": "memo_1",
    "target_id": "tgt_1",
    "plan_id": "plan_1",
    "recommendation": "conditional",
    "summary_ar": "نوصي بالمتابعة بشروط",
    "summary_en": "We recommend to proceed under conditions",
    "currency": "SAR",
    "valuation_id": "val_1",
    "valuation_hash": HASH,
    "values": VALUES,
    "impacts": [
        {"finding_id": "find_1", "amount": "-7.50", "because": "Licences to be bought"},
        {"finding_id": "find_2", "amount": "0.50", "because": "A claim of its own"},
    ],
    "adjusted_mid": "93.00",
    "synergy_id": "syn_1",
    "synergy_run_rate": "230.00",
    "findings": [COUNT | {"workstream": each} for each in NEEDED],
    "risks": [RISK],
    "conditions": ["The customer signs before the closing"],
    "vote": {"member_person_ids": ["usr_1", "usr_2"], "quorum": 2, "majority_percent": "50"},
    "provenance": PROVENANCE,
}


def test_what_is_whole_is_accepted() -> None:
    accepted(DDPlan, PLAN)
    cultural = STREAM | {"workstream": "cultural", "budget": "0"}
    accepted(DDPlan, PLAN | {"workstreams": [*STREAMS, cultural]})
    accepted(ICMemo, MEMO)
    accepted(ICMemo, MEMO | {"recommendation": "reject", "conditions": []})


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("budget", "100000.01", "sum_differs"),
        ("committee_on", "2026-10-28", "dates_differ"),
        ("ends_on", "2026-10-17", "dates_differ"),
        ("ends_on", "2026-10-21", "dates_differ"),
        ("starts_on", "2026-08-01", "dates_differ"),
        ("surprise", 1, "extra_forbidden"),
        ("workstreams", STREAMS[:4], "not_complete"),
        ("workstreams.0.requests", [REQUEST, REQUEST], "named_twice"),
        ("workstreams.0.requests.0.due_on", "2026-10-23", "dates_differ"),
        ("workstreams.0.starts_on", "2026-10-03", "dates_differ"),
        ("workstreams.0.workstream", "cultural", "not_complete"),
    ],
)
def test_a_plan_that_is_not_whole_is_refused(path: str, value: Any, code: str) -> None:
    refused(DDPlan, changed(PLAN, path, value), code)


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("adjusted_mid", "92.00", "sum_differs"),
        ("conditions", [], "conditions_differ"),
        ("findings.0.workstream", "legal", "not_complete"),
        ("impacts.1.finding_id", "find_1", "named_twice"),
        ("recommendation", "hold", "conditions_differ"),
        ("recommendation", "proceed", "conditions_differ"),
        ("risks", [RISK, RISK], "named_twice"),
        ("risks.0.mitigant", None, "risk_unmitigated"),
        ("surprise", 1, "extra_forbidden"),
        ("values.0.method", "dcf", "named_twice"),
        ("values.0.method", "precedents", "not_complete"),
        ("values.0.value.low", "100.01", "not_in_order"),
        ("vote.majority_percent", "49", "no_majority"),
        ("vote.member_person_ids", ["usr_1", "usr_1"], "named_twice"),
        ("vote.quorum", 3, "no_quorum"),
    ],
)
def test_a_memo_that_does_not_follow_is_refused(path: str, value: Any, code: str) -> None:
    refused(ICMemo, changed(MEMO, path, value), code)


def test_a_sixth_workstream_stands_once() -> None:
    cultural = STREAM | {"workstream": "cultural", "budget": "0"}
    plan = PLAN | {"workstreams": [*STREAMS[:4], cultural, cultural]}
    refused(DDPlan, plan, "not_complete")

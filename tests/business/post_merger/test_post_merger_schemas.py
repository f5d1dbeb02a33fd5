"""A programme has its gates with all that they ask; a week's light and escalations follow."""

from datetime import date, timedelta
from typing import Any

import pytest
from tests.business.judging import PROVENANCE, accepted, changed, refused

from dealix.business.post_merger.schemas import (
    CHECKLISTS,
    GATE_DAYS,
    ExecWeeklyPack,
    PMIProgramPlan,
)

FIRST = date(2026, 10, 4)


def gate(key: Any) -> dict[str, Any]:
    due = str(FIRST + timedelta(days=GATE_DAYS[key]))
    item = {"workstream": "people", "owner_person_id": "usr_1", "due_on": due}
    return {
        "gate": key,
        "due_on": due,
        "items": [item | {"key": each} for each in CHECKLISTS[key]],
    }


PLAN: dict[str, Any] = {
    "program_id": "pmi_1",
    "target_id": "tgt_1",
    "first_day": str(FIRST),
    "ends_on": "2027-02-01",
    "director_person_id": "usr_9",
    "workstreams": [
        {"key": "people", "name_ar": "الموظفون", "name_en": "People", "lead_person_id": "usr_1"}
    ],
    "gates": [gate(each) for each in GATE_DAYS],
    "critical_path": ["cr_transfer_started", "core_systems_integrated"],
    "synergy_id": "syn_1",
    "currency": "SAR",
    "synergy_goals": [{"gate": key, "amount": f"{days}.00"} for key, days in GATE_DAYS.items()],
    "customer_retention_goal_percent": "96",
    "rollback_hours": 72,
    "provenance": PROVENANCE,
}
BLOCKER = {
    "key": "late_task",
    "kind": "task",
    "what_ar": "تأخر نقل الحسابات",
    "what_en": "Accounts are not moved",
    "days_late": 4,
    "owner_person_id": "usr_1",
    "escalated_to": "workstream_lead",
}
RISK = {
    "what_ar": "رحيل عملاء",
    "what_en": "Customers leave",
    "owner_person_id": "usr_1",
    "mitigant": None,
}
WEEK: dict[str, Any] = {
    "pack_id": "week_1",
    "program_id": "pmi_1",
    "week_from": "2026-10-04",
    "week_to": "2026-10-10",
    "overall": "amber",
    "workstreams": [
        {"workstream": "people", "light": "green", "because": "All told"},
        {"workstream": "it", "light": "amber", "because": "Access is late"},
    ],
    "done": ["Letters sent"],
    "planned": ["Accounts joined"],
    "blockers": [BLOCKER],
    "currency": "SAR",
    "synergy": {"planned": "300.00", "actual": "200.00", "percent_of_plan": 67},
    "people": {"headcount": 120, "left": 2, "key_people": 5, "key_people_kept": 5},
    "risks": [RISK | {"rank": 1}, RISK | {"rank": 2}],
    "provenance": PROVENANCE,
}


def test_what_is_whole_is_accepted() -> None:
    accepted(PMIProgramPlan, PLAN)
    accepted(ExecWeeklyPack, WEEK)
    accepted(ExecWeeklyPack, WEEK | {"overall": "red"})
    none = {"planned": "0", "actual": "5.00", "percent_of_plan": None}
    accepted(ExecWeeklyPack, WEEK | {"synergy": none})
    on_time = BLOCKER | {"days_late": 3, "escalated_to": None}
    accepted(ExecWeeklyPack, changed(WEEK, "blockers.0", on_time))


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("critical_path", ["cr_transfer_started", "cr_transfer_started"], "named_twice"),
        ("critical_path", ["nothing_of_ours"], "unknown_item"),
        ("customer_retention_goal_percent", "95", "too_loose"),
        ("ends_on", "2026-12-31", "dates_differ"),
        ("gates", PLAN["gates"][:3], "not_complete"),
        ("gates.0.due_on", "2026-10-05", "dates_differ"),
        ("gates.0.items", PLAN["gates"][0]["items"][1:], "not_complete"),
        ("gates.0.items.0.due_on", "2026-10-05", "dates_differ"),
        ("gates.0.items.0.workstream", "finance", "unknown_workstream"),
        ("gates.0.items.1.key", "legal_entity_structure", "named_twice"),
        ("rollback_hours", 73, "less_than_equal"),
        ("surprise", 1, "extra_forbidden"),
        ("synergy_goals", PLAN["synergy_goals"][:3], "not_complete"),
        ("synergy_goals.3.amount", "59.00", "not_in_order"),
        ("workstreams", PLAN["workstreams"] * 2, "named_twice"),
    ],
)
def test_a_programme_that_is_not_whole_is_refused(path: str, value: Any, code: str) -> None:
    refused(PMIProgramPlan, changed(PLAN, path, value), code)


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("blockers", [BLOCKER, BLOCKER], "named_twice"),
        ("blockers.0.days_late", 3, "escalation_differs"),
        ("blockers.0.escalated_to", None, "escalation_differs"),
        ("blockers.0.kind", "milestone", "escalation_differs"),
        ("blockers.0.kind", "synergy_at_risk", "escalation_differs"),
        ("overall", "green", "light_differs"),
        ("people.key_people_kept", 6, "sum_differs"),
        ("risks.1.rank", 3, "not_in_order"),
        ("surprise", 1, "extra_forbidden"),
        ("synergy.percent_of_plan", 66, "sum_differs"),
        ("week_from", "2026-10-11", "dates_differ"),
        ("week_to", "2026-10-11", "dates_differ"),
        ("workstreams.1.workstream", "people", "named_twice"),
    ],
)
def test_a_week_that_does_not_follow_is_refused(path: str, value: Any, code: str) -> None:
    refused(ExecWeeklyPack, changed(WEEK, path, value), code)


def test_a_blocked_critical_path_makes_the_week_red() -> None:
    blocked = BLOCKER | {"kind": "critical_path", "days_late": 0, "escalated_to": "ceo"}
    refused(ExecWeeklyPack, changed(WEEK, "blockers.0", blocked), "light_differs")
    accepted(ExecWeeklyPack, changed(WEEK, "blockers.0", blocked) | {"overall": "red"})

"""A handover names everything once, is ready only when nothing is open, and has two people."""

from typing import Any

import pytest
from tests.business.judging import PROVENANCE, accepted, changed, refused

from dealix.business.meetings.schemas import HANDOFF_KEYS, HandoffChecklist

AT = "2026-10-04T09:00:00+03:00"
ITEMS: list[dict[str, Any]] = [
    {"key": key, "state": "done", "done_by_person_id": "usr_1", "done_at": AT}
    for key in HANDOFF_KEYS
]
OPEN = {"key": "documents_shared", "state": "open", "due_at": AT}
CHECKLIST: dict[str, Any] = {
    "handoff_id": "hand_1",
    "lead_id": "lead_1",
    "meeting": {
        "booking_id": "book_1",
        "starts_at": "2026-10-05T10:00:00+03:00",
        "ends_at": "2026-10-05T10:45:00+03:00",
        "language": "ar",
        "held": "video",
    },
    "guest_person_id": "person_1",
    "given_by_person_id": "usr_1",
    "taken_by_person_id": "usr_2",
    "items": ITEMS,
    "ready": True,
    "accepted_at": AT,
    "provenance": PROVENANCE,
}


def test_a_handover_that_is_whole_is_accepted() -> None:
    accepted(HandoffChecklist, CHECKLIST)
    waiting = changed(CHECKLIST, "items.6", OPEN) | {"ready": False, "accepted_at": None}
    accepted(HandoffChecklist, waiting)


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("accepted_at", "soon", "datetime_from_date_parsing"),
        ("items", ITEMS[:-1], "not_complete"),
        ("items.0.done_by_person_id", None, "state_differs"),
        ("items.1", {"key": HANDOFF_KEYS[1], "state": "not_applicable", "note": "None"},
         "consent_needed"),
        ("items.2", {"key": HANDOFF_KEYS[2], "state": "not_applicable"}, "state_differs"),
        ("items.6", OPEN, "ready_differs"),
        ("items.6", OPEN | {"due_at": None}, "state_differs"),
        ("items.7", ITEMS[0], "not_complete"),
        ("meeting.ends_at", "2026-10-05T09:00:00+03:00", "dates_differ"),
        ("meeting.ends_at", "2026-10-06T10:00:00+03:00", "dates_differ"),
        ("ready", False, "ready_differs"),
        ("surprise", 1, "extra_forbidden"),
        ("taken_by_person_id", "usr_1", "same_person"),
    ],
)  # fmt: skip
def test_one_that_is_not_is_refused(path: str, value: Any, code: str) -> None:
    refused(HandoffChecklist, changed(CHECKLIST, path, value), code)


def test_what_is_not_ready_was_not_accepted() -> None:
    waiting = changed(CHECKLIST, "items.6", OPEN) | {"ready": False}
    refused(HandoffChecklist, waiting, "ready_differs")

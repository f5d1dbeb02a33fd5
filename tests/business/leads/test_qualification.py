"""A memo says what follows from its verdict, and nothing else."""

from typing import Any

import pytest
from pydantic import ValidationError

from dealix import clock
from dealix.business.leads.qualification import QualificationMemo
from dealix.lanes.provenance import Provenance

ROUTE = {
    "owner": "user_1",
    "territory": "SA",
    "language": "ar",
    "rule": "territory",
    "open_leads": 3,
}


def memo(**more: Any) -> QualificationMemo:
    given: dict[str, Any] = {
        "lead_id": "lead_1",
        "contact_person_id": "person_1",
        "verdict": "qualified",
        "score": 80,
        "scorecard": "lead-1",
        "findings": [{"topic": "fit", "ar": "قطاع مناسب", "en": "Fits", "source": "card"}],
        "unknown": ["budget"],
        "same_as": [],
        "research": [],
        "route": ROUTE,
        "next_step": "call",
        "summary_ar": "يستحق الاتصال",
        "summary_en": "Worth a call",
        "provenance": Provenance(
            generated_at=clock.real_now(), method="rules", inputs_hash="sha256:0", sources=[]
        ),
    }
    return QualificationMemo.model_validate(given | more)


def test_a_memo_holds_together() -> None:
    assert memo().route is not None
    assert memo(verdict="disqualified", next_step="stop", route=None).next_step == "stop"


@pytest.mark.parametrize(
    "more",
    [
        {"route": None},
        {"next_step": "stop"},
        {"verdict": "disqualified", "route": None},
        {"score": 101},
        {"summary_ar": "x\u202ey"},
        {"route": ROUTE | {"territory": "Riyadh"}},
        {"surprise": 1},
    ],
    ids=range(7),
)
def test_what_does_not_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        memo(**more)

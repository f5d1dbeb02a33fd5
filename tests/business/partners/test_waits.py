"""For whom a run waits once the terms are agreed: a signatory of either side, or us."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dealix.business.partners import waits
from dealix.business.partners.waits import FACTS, SIGNATURE
from dealix.business.signatures.schemas import PapersOut
from dealix.lanes.models import Run
from dealix.lanes.working_time import WorkingCalendar

BEGUN = datetime(2027, 3, 1, 8, tzinfo=UTC)
THEIRS, OURS = BEGUN + timedelta(hours=1), BEGUN + timedelta(hours=2)


def course(waiting_for: str, signed: dict[str, datetime]) -> Any:
    run = Run(waiting_for=waiting_for, skipped=timedelta(0), ended_at=BEGUN + timedelta(hours=4))
    papers = PapersOut(since=BEGUN, signed=signed)
    return waits.Course(run, WorkingCalendar("SA", "Asia/Riyadh"), [], [], [], [], papers)


@pytest.mark.parametrize(
    ("waiting_for", "signed", "holder", "since"),
    [
        (SIGNATURE, {}, "partner", BEGUN),
        (SIGNATURE, {"partner_signatory": THEIRS}, "signatory", THEIRS),
        (
            FACTS,
            {"partner_signatory": THEIRS, "company_signatory": OURS},
            "requester",
            OURS,
        ),
    ],
)
def test_who_holds_up_what_was_agreed(
    waiting_for: str, signed: dict[str, datetime], holder: str, since: datetime
) -> None:
    assert waits._in_closing(course(waiting_for, signed)) == (holder, since)


def test_papers_count_as_the_partners_time_until_they_have_signed() -> None:
    signed = {"partner_signatory": THEIRS}
    assert waits.with_partner(course(SIGNATURE, signed)) == [(SIGNATURE, BEGUN, THEIRS)]
    end = BEGUN + timedelta(hours=4)
    assert waits.with_partner(course(SIGNATURE, {})) == [(SIGNATURE, BEGUN, end)]

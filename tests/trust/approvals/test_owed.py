"""Who owes the changes that a request asked for, and until when."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from dealix.actors import Actor
from dealix.errors import Conflict
from dealix.lanes.models import Run
from dealix.trust.approvals import rounds
from dealix.trust.approvals.models import Approval

NOW = datetime(2027, 3, 1, tzinfo=UTC)
STARTER = Actor("rawabi-sa", "usr_1")


@pytest.mark.parametrize("what", ["ended_at", "undo_begun_at"])
def test_a_run_that_is_over_or_taken_back_owes_no_changes(what: str) -> None:
    run = Run(started_by=STARTER.user_id, ended_at=None, undo_begun_at=None)
    setattr(run, what, NOW)
    approval = Approval(requested_by=STARTER.user_id, status="changes_requested")
    with pytest.raises(Conflict) as refused, Session() as session:
        rounds.assert_owed(session, STARTER, approval, run)
    assert refused.value.code == "run_ended"

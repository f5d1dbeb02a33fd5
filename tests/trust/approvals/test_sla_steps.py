"""Each step of an SLA is taken once: after a crash amid it, by a repeat, by two at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text
from tests.trust.approvals.test_one_door import TENANT, Door, door

from dealix import clock
from dealix.lanes.schemas import StepCall
from dealix.trust.approvals.activities import ApprovalActivities

__all__ = ["door"]
LATE = clock.real_now() + timedelta(days=60)
WORDS = ("approval.reminder", "approval.breach", "approval.level3")


class KilledHere(BaseException):
    """A SIGKILL before the commit, as far as PostgreSQL can tell."""


@pytest.fixture
def escalating(door: Door):
    """An open request, and the call that takes its steps at a late moment."""
    approval = door.opened()
    with door.database.tenant(TENANT) as session:
        session.execute(
            text("UPDATE runs SET engine_id = id WHERE id = :id"), {"id": approval.run_id}
        )
    call = StepCall(
        tenant_id=TENANT,
        run_id=approval.run_id,
        rehearsal=False,
        seq=1,
        key="k",
        at=LATE,
        data={"approval_id": approval.id},
    )
    activities = ApprovalActivities(door.database, door.service)
    return approval, lambda: activities.escalate(call)


def taken(door: Door, approval) -> tuple[list[int], list[str], int]:
    """The levels on record, the words of the audit, and how many notices were stored twice."""
    with door.database.tenant(TENANT) as session:
        where = {"id": approval.id, "run": approval.run_id}
        levels = session.execute(
            text("SELECT level FROM sla_steps WHERE approval_id = :id ORDER BY level"), where
        ).scalars()
        words = session.execute(
            text(
                "SELECT action FROM audit_records WHERE subject = :run "
                "AND action = ANY(:words) ORDER BY action"
            ),
            {**where, "words": list(WORDS)},
        ).scalars()
        doubled = session.execute(
            text(
                "SELECT count(*) FROM (SELECT 1 FROM approval_notices WHERE approval_id = :id "
                "GROUP BY kind, user_id HAVING count(*) > 1) AS twice"
            ),
            where,
        ).scalar_one()
    return list(levels), list(words), doubled


def die_amid(door: Door, approval) -> None:
    with door.database.tenant(TENANT) as session:
        door.service.escalate(session, approval.id, LATE)
        raise KilledHere


def test_a_crash_amid_the_steps_and_repeats_take_each_once(door: Door, escalating) -> None:
    approval, escalate = escalating
    with pytest.raises(KilledHere):
        die_amid(door, approval)
    assert taken(door, approval) == ([], [], 0)
    first = escalate()
    again = escalate()
    assert (first.next_at, again) == (None, first)
    assert taken(door, approval) == ([1, 2, 3], sorted(WORDS), 0)


def test_two_at_once_take_each_once(door: Door, escalating) -> None:
    approval, escalate = escalating
    with ThreadPoolExecutor(4) as several:
        list(several.map(lambda _n: escalate(), range(4)))
    assert taken(door, approval) == ([1, 2, 3], sorted(WORDS), 0)

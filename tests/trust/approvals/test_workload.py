"""What waits for a person, and what would be left undecidable without them."""

from tests.trust.approvals.test_one_door import TENANT, Door, actor, door

from dealix.trust.access.models import User
from dealix.trust.approvals.workload import waiting_for

__all__ = ["door"]


def waiting(door: Door, handle: str, approval_id: str) -> list[bool]:
    """Whether the request waits for this person, and then whether nobody else could decide it."""
    with door.database.tenant(TENANT) as session:
        found = waiting_for(session, door.service.seating, actor(handle).user_id)
    return [each["sole"] for each in found if each["approval"] == approval_id]


def test_a_request_waits_for_who_may_decide_it_and_a_deputy_makes_them_replaceable(
    door: Door,
) -> None:
    approval = door.opened()
    assert waiting(door, "fahad", approval.id) == [False]  # deputies would step in
    for other in ("noura", "lina", "maha"):
        assert waiting(door, other, approval.id) == []
    door.decide(actor("fahad"), approval)
    assert waiting(door, "fahad", approval.id) == []


def test_where_every_deputy_is_gone_nobody_else_can_decide(door: Door) -> None:
    approval = door.opened("executive_approval")
    deputies = [actor(handle).user_id for handle in ("huda", "reem", "sultan")]
    with door.database.tenant(TENANT) as session:
        for user_id in deputies:
            session.get_one(User, (TENANT, user_id)).active = False
    try:
        assert waiting(door, "fahad", approval.id) == [True]
    finally:
        with door.database.tenant(TENANT) as session:
            for user_id in deputies:
                session.get_one(User, (TENANT, user_id)).active = True

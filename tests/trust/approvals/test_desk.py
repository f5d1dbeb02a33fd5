"""Requests as people read them: a page at a time, counted whole, the same answer everywhere."""

from datetime import timedelta
from itertools import chain

import pytest
from tests.trust.approvals.test_one_door import PEOPLE, TENANT, Door, actor, door

from dealix.errors import NotEntitled
from dealix.lanes import run_book
from dealix.trust.approvals.models import Approval

__all__ = ["door"]


@pytest.fixture(scope="module")
def several(door: Door) -> list[str]:
    """Five requests at the manager, the newest of them the most urgent, and the first here."""
    opened = [door.opened() for _ in range(5)]
    with door.database.tenant(TENANT) as session:
        for number, one in enumerate(opened):
            run_book.get(session, one.run_id, lock=True).skipped = timedelta(days=7 * number)
    return [one.id for one in reversed(opened)]


def pages(door: Door, handle: str, scope: str, limit: int) -> list[list[str]]:
    """The pages of the Approval Center, each continued after its last request."""
    found, after = [], None
    while True:
        center = door.service.center(actor(handle), scope, after=after, limit=limit)
        found.append([one["id"] for one in center.rows])
        if not center.next:
            return found
        after = center.next


def test_pages_of_the_center_hold_every_request_once_the_most_urgent_first(
    door: Door, several: list[str]
) -> None:
    for scope in ("mine", "group", "open"):
        found = pages(door, "fahad", scope, 2)
        assert [len(page) for page in found] == [2, 2, 1], scope
        assert [*chain(*found)] == several, scope
    assert [*chain(*pages(door, "fahad", "all", 2))] == several  # the newest first


def test_counts_are_of_all_requests_whatever_the_page_shows(door: Door, several: list[str]) -> None:
    center = door.service.center(actor("fahad"), "open", limit=1)
    assert center.counts == {"mine": 5, "group": 5, "open": 5}
    assert door.service.waiting(actor("fahad")) == 5
    other = door.service.center(actor("maha"), "mine", limit=1)
    assert (other.rows, other.counts["mine"], other.counts["open"]) == ([], 0, 5)


def test_a_page_goes_on_after_a_request_that_was_settled_meanwhile(
    door: Door, several: list[str]
) -> None:
    first = door.service.center(actor("fahad"), "open", limit=2)
    last = first.rows[-1]
    with door.database.tenant(TENANT) as session:
        session.get_one(Approval, (TENANT, last["id"])).status = "closed"
    try:
        further = door.service.center(actor("fahad"), "open", after=first.next, limit=2)
        assert [one["id"] for one in further.rows] == several[2:4]
    finally:
        with door.database.tenant(TENANT) as session:
            session.get_one(Approval, (TENANT, last["id"])).status = "open"


def test_a_list_goes_on_before_a_request_also_where_it_is_filtered(
    door: Door, several: list[str]
) -> None:
    for scope in ("mine", "open", "all"):
        first = door.service.list(actor("fahad"), scope, limit=2)
        rest = door.service.list(actor("fahad"), scope, limit=9, before=first[-1]["id"])
        assert [one["id"] for one in [*first, *rest]] == several, scope
    assert door.service.list(actor("maha"), "mine", limit=2) == []


def agree(door: Door, approval_id: str) -> set[str]:
    """For whom a request waits: its view, the lists, the counts and the door say the same."""
    waits = set()
    for handle in PEOPLE:
        who = actor(handle)
        view = door.service.get(who, approval_id)["may_decide"]
        listed = approval_id in {one["id"] for one in door.service.list(who, "mine")}
        named = who.user_id in door.service.deciders(who, [approval_id])[approval_id]
        assert {view, listed, named} == {view}, handle
        waits |= {handle} if view else set()
    return waits


def test_every_reader_says_alike_for_whom_a_request_waits(door: Door, several: list[str]) -> None:
    manager = door.opened(partner_type="government")
    assert agree(door, manager.id) == {"fahad"}
    door.decide(actor("fahad"), manager)
    assert agree(door, manager.id) == set()
    executive = door.opened("executive_approval", manager.run_id, "government")
    everybody = agree(door, executive.id)
    assert {"sultan", "khalid", "abeer"} <= everybody  # counsel is still needed at another gate
    with door.database.tenant(TENANT) as session:  # an escalation names who holds no seat
        row = session.get_one(Approval, (TENANT, executive.id))
        row.escalated = [actor("saleh").user_id]
    assert "saleh" in agree(door, executive.id)
    door.decide(actor("khalid"), executive)  # the seat of a chief officer is full
    left = agree(door, executive.id)
    assert "abeer" in left
    assert not {"sultan", "khalid"} & left
    assert isinstance(door.refusal(actor("sultan"), executive), NotEntitled)
    door.decide(actor("abeer"), executive)
    assert agree(door, executive.id) == set()


def test_a_long_list_costs_no_more_questions_than_a_short_one(
    door: Door, several: list[str]
) -> None:
    """The number of questions to the database grows with what is shown, not with what is open."""
    asked = count_statements(door, lambda: door.service.waiting(actor("fahad")))
    for _ in range(5):
        door.opened()
    assert count_statements(door, lambda: door.service.waiting(actor("fahad"))) == asked


def count_statements(door: Door, work) -> int:
    from sqlalchemy import event

    engine = door.database.engine
    seen: list[str] = []

    def note(_conn, _cursor, statement, *_more) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)

"""High tiers ask a browser for one touch: a fresh password or passkey, within five minutes."""

import pytest
from tests.trust.approvals.gate import Gate, actor

from dealix.errors import NotEntitled


@pytest.fixture
def high(gate: Gate):
    return gate.opened("strategic", "executive_approval")


def send(visitor, approval, **more):
    page = visitor.get(f"/approvals/{approval.id}")
    return visitor.send(page, f"/approvals/{approval.id}/decide", decision="approve", **more)


def test_a_session_that_is_not_fresh_is_asked_and_decides_nothing(gate: Gate, high) -> None:
    visitor = gate.signed_in("sultan")
    gate.grow_stale("sultan")
    page = visitor.get(f"/approvals/{high.id}")
    assert 'id="prove-password"' in page.source
    refused = send(visitor, high)
    assert refused.status == 403
    assert "fresh proof" in refused.text
    assert gate.decisions(high) == []
    assert gate.refusals(high) == ["touch_needed"]
    wrong = send(visitor, high, password="not it")
    assert wrong.status == 403
    assert "This password is not right" in wrong.text
    assert gate.decisions(high) == []
    decided = send(visitor, high, password=gate.password("sultan"))
    assert "Your decision is stored" in decided.text
    assert [one.via for one in gate.decisions(high)] == ["session"]


def test_who_has_just_signed_in_is_not_asked_again(gate: Gate, high) -> None:
    visitor = gate.signed_in("khalid")
    page = visitor.get(f"/approvals/{high.id}")
    assert "prove-password" not in page.source
    assert "Your decision is stored" in send(visitor, high).text


def test_a_low_tier_asks_for_nothing(gate: Gate) -> None:
    approval = gate.opened()
    visitor = gate.signed_in("fahad")
    gate.grow_stale("fahad")
    assert "Your decision is stored" in send(visitor, approval).text


def test_a_programs_token_needs_no_touch_but_the_same_token_in_a_browser_does(
    gate: Gate, high
) -> None:
    refused = send(gate.visitor("yousef"), high)
    assert refused.status == 403
    gate.services.approvals.decide(actor("yousef"), high.id, "approve", None, high.packet_hash)
    assert [one.via for one in gate.decisions(high)] == ["token"]


def test_a_rehearsal_asks_for_no_touch(gate: Gate) -> None:
    approval = gate.opened("strategic", "executive_approval", rehearsal=True)
    assert "Your decision is stored" in send(gate.visitor("sultan"), approval).text


def test_the_view_says_whether_a_touch_is_needed_and_the_limit(gate: Gate, high) -> None:
    view = gate.services.approvals.get(actor("sultan"), high.id)
    assert (view["needs_touch"], view["by_link"], view["amount"]) == (True, False, "400000")
    assert view["limit"] == {"from": None, "to": None, "currency": "SAR"}


def test_a_row_cannot_ask_for_a_touch_and_take_a_link_alone(gate: Gate) -> None:
    book = gate.services.seating.book
    with gate.session() as session:
        rows = [dict(row) for row in book.active(session).rows]
        for row in rows:
            row["by_link"] = True
        with pytest.raises(Exception, match="invalid_input"):
            book.propose(session, actor("bandar"), rows)


def test_nobody_touches_for_another_session(gate: Gate) -> None:
    visitor = gate.signed_in("sultan")
    gate.grow_stale("sultan")
    stranger = actor("sultan")
    browser = type(stranger)(
        stranger.tenant_id, stranger.user_id, stranger.roles, via="session", session="unknown"
    )
    assert gate.services.access.fresh(browser) is False
    with pytest.raises(NotEntitled):
        gate.services.access.touch(browser, "wrong")
    assert visitor.get("/profile").status == 200

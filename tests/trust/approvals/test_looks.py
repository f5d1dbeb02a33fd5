"""What has changed since a person looked: worked out on our side, shown and told to programs."""

import httpx
from tests.trust.approvals.gate import TENANT, Gate, actor

CHANGED = [{"name": "fit_score", "before": "70", "after": "40"}]


def sent_back(gate: Gate, first) -> None:
    gate.services.approvals.decide(
        actor("fahad"), first.id, "request_changes", None, first.packet_hash, ["lower it"]
    )


def test_the_next_round_shows_what_changed_since_the_person_looked(gate: Gate) -> None:
    first = gate.opened()
    seen = gate.services.approvals.get(actor("fahad"), first.id)
    assert (seen["difference"], seen["since"], seen["first"]) == ([], None, True)
    assert gate.services.approvals.get(actor("fahad"), first.id)["first"] is False
    sent_back(gate, first)
    second = gate.opened(run=first.run_id, round_=2, score=40)
    for _ in range(2):  # a reload still shows it
        seen = gate.services.approvals.get(actor("fahad"), second.id)
        assert seen["since"] == "you_looked"
        assert seen["difference"] == CHANGED
    other = gate.services.approvals.get(actor("huda"), second.id)
    assert (other["since"], other["difference"]) == ("round_before", CHANGED)


def test_a_stale_packet_is_refused_with_the_difference_by_the_api(gate: Gate) -> None:
    first = gate.opened()
    sent_back(gate, first)
    second = gate.opened(run=first.run_id, round_=2, score=40)
    token = next(one for one in gate.sign_ins if one["email"] == f"fahad@{TENANT}.example")["token"]
    answer = httpx.post(
        f"{gate.url}/api/v1/approvals/{second.id}/decisions",
        json={"decision": "approve", "comment": None, "packet_hash": first.packet_hash},
        headers={"Authorization": f"Bearer {token}"},
        trust_env=False,
    )
    assert answer.status_code == 409
    assert answer.json()["code"] == "stale_packet"
    assert answer.json()["difference"] == CHANGED
    unseen = httpx.post(
        f"{gate.url}/api/v1/approvals/{gate.opened().id}/decisions",
        json={"decision": "approve", "comment": None, "packet_hash": "sha256:never"},
        headers={"Authorization": f"Bearer {token}"},
        trust_env=False,
    )
    assert unseen.json()["difference"] == []


def test_the_page_of_a_stale_packet_shows_the_difference(gate: Gate) -> None:
    first = gate.opened()
    sent_back(gate, first)
    second = gate.opened(run=first.run_id, round_=2, score=40)
    visitor = gate.visitor("fahad")
    page = visitor.get(f"/approvals/{second.id}")
    stale = visitor.send(
        page,
        f"/approvals/{second.id}/decide",
        decision="approve",
        packet_hash=first.packet_hash,
        comment="kept",
    )
    assert stale.status == 409
    assert ">70</bdi></del>" in stale.source
    assert ">40</bdi></ins>" in stale.source
    assert stale.form(f"/approvals/{second.id}/decide")["values"]["comment"] == "kept"
    assert "1 value, see below" in stale.text


def test_a_list_is_no_look(gate: Gate) -> None:
    approval = gate.opened()
    gate.services.approvals.list(actor("fahad"), "mine")
    gate.visitor("fahad").get("/")
    assert gate.services.approvals.get(actor("fahad"), approval.id)["first"] is True


def test_a_decision_with_changes_takes_one_from_each_line(gate: Gate) -> None:
    approval = gate.opened()
    visitor = gate.visitor("fahad")
    page = visitor.get(f"/approvals/{approval.id}")
    visitor.send(
        page,
        f"/approvals/{approval.id}/decide",
        decision="request_changes",
        comment="a lower share\n\n two years only ",
    )
    (made,) = gate.decisions(approval)
    assert made.changes == ["a lower share", "two years only"]

"""Nobody approves what they asked for, by whichever door or person they come."""

import json
import os

import httpx
import pytest
from sqlalchemy import func, select, text
from tests.trust.approvals.conftest import gate  # noqa: F401 (the stage with console and API)
from tests.trust.approvals.gate import TENANT, Gate, actor, id_of

from dealix.actors import Actor
from dealix.cli.main import run
from dealix.errors import NotEntitled
from dealix.store.ids import new_id
from dealix.trust.access.accounts import Changes, NewPerson
from dealix.trust.approvals.models import Approval

STRONG = "a long enough new password"


def token(gate: Gate, handle: str) -> str:  # noqa: F811
    email = f"{handle}@{TENANT}.example"
    return next(one for one in gate.sign_ins if one["email"] == email)["token"]


def by_api(gate, approval, _terminal):  # noqa: F811
    answer = httpx.post(
        f"{gate.url}/api/v1/approvals/{approval.id}/decisions",
        json={"decision": "approve", "packet_hash": approval.packet_hash},
        headers={"Authorization": f"Bearer {token(gate, 'noura')}"},
        trust_env=False,
    )
    assert answer.status_code == 403
    return answer.text


def form(page, approval):
    csrf = page.form("/sign-out")["values"]["csrf_token"]
    return {"csrf_token": csrf, "decision": "approve", "packet_hash": approval.packet_hash}


def by_console(gate, approval, _terminal):  # noqa: F811
    visitor = gate.visitor("noura")
    values = form(visitor.get("/"), approval)
    answer = visitor.post(f"/approvals/{approval.id}/decide", values)
    assert answer.status == 403
    return answer.source


def by_link(gate, approval, _terminal):  # noqa: F811
    """A link that was made for an approver, in the requester's hands and session."""
    visitor = gate.visitor("noura")
    values = form(visitor.get("/"), approval)
    answer = visitor.post(f"/d/{gate.link(approval, 'fahad')}", values)
    assert answer.status == 403
    return answer.source


def by_command(gate, approval, terminal):  # noqa: F811
    return terminal(gate, "approvals", "decide", approval.id, "approve")


ROUTES = {"api": by_api, "console": by_console, "link": by_link, "command": by_command}


@pytest.fixture
def terminal(tmp_path, monkeypatch, capsys):
    def speak(gate, *words):  # noqa: F811
        record = {
            "url": gate.url,
            "sandbox_url": None,
            "temporal_ui_url": None,
            "sign_ins": gate.sign_ins,
            "processes": {"api": os.getpid()},
        }
        (tmp_path / "stack.json").write_text(json.dumps(record))
        monkeypatch.setenv("DEALIX_HOME", str(tmp_path))
        monkeypatch.delenv("DEALIX_TOKEN", raising=False)
        monkeypatch.delenv("DEALIX_PUBLIC_URL", raising=False)
        assert run([*words, "--as", f"noura@{TENANT}.example"]) == 1
        printed = capsys.readouterr()
        return printed.out + printed.err

    return speak


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_every_route_that_decides_refuses_the_requester_alike(gate, terminal, route):  # noqa: F811
    approval = gate.opened()
    said = ROUTES[route](gate, approval, terminal)
    assert "own_request" in said or "may not be the one who approves" in said
    assert gate.refusals(approval) == ["own_request"]
    assert gate.decisions(approval) == []


@pytest.mark.parametrize("event", ["manager_approval", "decision", "approve", "approval"])
def test_an_event_by_hand_is_no_decision(gate, event):  # noqa: F811
    approval = gate.opened()
    answer = httpx.post(
        f"{gate.url}/api/v1/runs/{approval.run_id}/events",
        json={"event": event, "data": {"decision": "approve", "approval": approval.id}},
        headers={"Authorization": f"Bearer {token(gate, 'noura')}"},
        trust_env=False,
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_event")
    assert (gate.decisions(approval), signals(gate, approval)) == ([], 0)


def test_a_webhook_without_our_secret_is_no_decision(gate):  # noqa: F811
    approval = gate.opened()
    for provider in ("smtp", "whatsapp", "docusign"):
        body = {"event": "decision", "data": {"approval": approval.id, "decision": "approve"}}
        answer = httpx.post(f"{gate.url}/api/v1/webhooks/{provider}", json=body, trust_env=False)
        assert answer.status_code in {401, 503}, answer.text
    assert (gate.decisions(approval), signals(gate, approval)) == ([], 0)


def signals(gate, approval):  # noqa: F811
    with gate.session() as session:
        query = text("SELECT count(*) FROM signals WHERE run_id = :run")
        return session.execute(query, {"run": approval.run_id}).scalar_one()


# -- an administrator who also asks ---------------------------------------------------------------


@pytest.fixture
def keeper(gate):  # noqa: F811
    """Noura keeps the accounts too: she can make people."""
    noura = actor("noura")
    gate.services.accounts.change(
        actor("bandar"), noura.user_id, Changes(roles=("partner_manager", "tenant_admin"))
    )
    yield Actor(TENANT, noura.user_id, frozenset({"partner_manager", "tenant_admin"}))
    gate.services.accounts.change(
        actor("bandar"), noura.user_id, Changes(roles=("partner_manager",))
    )


def test_an_administrator_gives_themselves_no_role(gate, keeper):  # noqa: F811
    with pytest.raises(NotEntitled) as refusal:
        gate.services.accounts.change(keeper, keeper.user_id, Changes(roles=("ceo",)))
    assert refusal.value.code == "own_rights"


def refused(gate, person: Actor, approval: Approval) -> str:  # noqa: F811
    with pytest.raises(NotEntitled) as refusal:
        gate.services.approvals.decide(person, approval.id, "approve", None, approval.packet_hash)
    assert gate.decisions(approval) == []
    assert gate.refusals(approval)[-1] == refusal.value.code
    return refusal.value.code


def puppet(gate, keeper: Actor) -> Actor:  # noqa: F811
    """An account that the requester made for nobody, and signs in to."""
    email = f"{new_id('p').replace('_', '')}@{TENANT}.example"
    person = NewPerson("Sami", "سامي", email, ("director",))
    made = gate.services.accounts.create(keeper, person)
    gate.services.own_account.redeem(email, made.code, STRONG, address="127.0.0.1")
    return gate.services.access.sign_in(email, STRONG, address="127.0.0.1", kind="token").actor


def test_a_person_whom_the_requester_made_does_not_decide_for_them(gate, keeper):  # noqa: F811
    approval = gate.opened()
    sami = puppet(gate, keeper)
    boss = Changes(roles=("partner_manager", "tenant_admin"), manager_id=sami.user_id)
    gate.services.accounts.change(actor("bandar"), keeper.user_id, boss)
    try:
        assert refused(gate, sami, approval) in {"rights_from_requester", "not_an_approver"}
        gate.services.accounts.change(actor("bandar"), sami.user_id, Changes(roles=("director",)))
        second = gate.opened()
        seated = gate.services.approvals.get(sami, second.id)["who_may_decide"]
        if any(sami.user_id in seat["people"] for seat in seated):
            gate.services.approvals.decide(sami, second.id, "approve", None, second.packet_hash)
            assert len(gate.decisions(second)) == 1
    finally:
        back = Changes(roles=("partner_manager", "tenant_admin"), manager_id=id_of("fahad"))
        gate.services.accounts.change(actor("bandar"), keeper.user_id, back)


def test_nor_does_an_approver_whose_password_the_requester_has_set_anew(gate, keeper):  # noqa: F811
    approval = gate.opened()
    gate.services.accounts.invite(keeper, id_of("fahad"))
    assert refused(gate, actor("fahad"), approval) == "rights_from_requester"
    gate.services.accounts.invite(actor("bandar"), id_of("fahad"))
    decide = gate.services.approvals.decide
    assert decide(actor("fahad"), approval.id, "approve", None, approval.packet_hash)
    assert len(gate.decisions(approval)) == 1


def test_nor_does_one_put_an_authority_table_into_force_by_a_person_of_their_own(gate):  # noqa: F811
    email = f"{new_id('p').replace('_', '')}@{TENANT}.example"
    person = NewPerson("Sami", "سامي", email, ("compliance_officer",))
    bandar, desk = actor("bandar"), gate.services.authority
    made = gate.services.accounts.create(bandar, person)
    sami = Actor(TENANT, made.user_id, frozenset({"compliance_officer"}))
    rows = [dict(row) for row in desk.overview(bandar)["rows"]]
    rows[0]["touch"] = not rows[0]["touch"]
    drafts = ((bandar, sami), (sami, bandar))
    for proposer, activator in drafts:
        version = desk.propose(proposer, rows)["version"]
        with pytest.raises(NotEntitled) as refusal:
            desk.activate(activator, version)
        assert refusal.value.code == "same_person_activates"
        assert desk.get(bandar, version)["status"] == "draft"


def test_what_others_changed_bars_nobody(gate):  # noqa: F811
    gate.services.accounts.invite(actor("bandar"), id_of("fahad"))
    approval = gate.opened()
    decide = gate.services.approvals.decide
    decide(actor("fahad"), approval.id, "approve", None, approval.packet_hash)
    with gate.session() as session:
        query = select(func.count()).select_from(Approval).where(Approval.id == approval.id)
        assert session.execute(query).scalar_one() == 1
    assert len(gate.decisions(approval)) == 1

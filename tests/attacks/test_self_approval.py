"""Nobody approves what they asked for, by whichever door or person they come."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass

import httpx
import pytest
from sqlalchemy import func, select, text
from tests.architecture import test_one_door
from tests.trust.approvals.conftest import gate  # noqa: F401 (the stage with console and API)
from tests.trust.approvals.gate import TENANT, Gate, actor, id_of

from dealix.actors import Actor
from dealix.cli.http_stage import HttpStage
from dealix.cli.main import run
from dealix.errors import NotEntitled
from dealix.store.ids import new_id
from dealix.trust.access.accounts import Changes, NewPerson
from dealix.trust.approvals.models import Approval

STRONG = "a long enough new password"


def token(gate: Gate, handle: str) -> str:  # noqa: F811
    email = f"{handle}@{TENANT}.example"
    return next(one for one in gate.sign_ins if one["email"] == email)["token"]


DECIDING = {
    "approve": {},
    "reject": {"comment": "no"},
    "request_changes": {"comment": "this", "changes": ["this"]},
}


@dataclass
class Attack:
    """Somebody decides what they have asked for themselves: who, about what, with which word."""

    gate: Gate
    approval: Approval
    handle: str
    word: str
    terminal: Callable[..., str]

    def body(self, *but: str):
        told = {"decision": self.word, "packet_hash": self.approval.packet_hash}
        return {k: v for k, v in {**told, **DECIDING[self.word]}.items() if k not in but}

    def form(self, page):
        """A form's values with the token of this browser's own session."""
        csrf = page.form("/sign-out")["values"]["csrf_token"]
        return {"csrf_token": csrf, **self.body("changes")}


def by_api(attack):
    answer = httpx.post(
        f"{attack.gate.url}/api/v1/approvals/{attack.approval.id}/decisions",
        json=attack.body(),
        headers={"Authorization": f"Bearer {token(attack.gate, attack.handle)}"},
        trust_env=False,
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "own_request")
    return answer.text


def by_a_browsers_program(attack):
    """The same address with the session's cookie and its proof, as a page's script would."""
    secret = token(attack.gate, attack.handle)
    page = attack.gate.visitor(attack.handle).get("/")
    answer = httpx.post(
        f"{attack.gate.url}/api/v1/approvals/{attack.approval.id}/decisions",
        json=attack.body(),
        headers={"X-CSRF-Token": attack.form(page)["csrf_token"]},
        cookies={"dealix_session": secret},
        trust_env=False,
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "own_request")
    return answer.text


def by_console(attack):
    visitor = attack.gate.visitor(attack.handle)
    values = attack.form(visitor.get("/"))
    answer = visitor.post(f"/approvals/{attack.approval.id}/decide", values)
    assert answer.status == 403
    return answer.source


def by_an_approvers_link(attack):
    """A link that was made for an approver, in the requester's hands and session."""
    visitor = attack.gate.visitor(attack.handle)
    values = attack.form(visitor.get("/"))
    answer = visitor.post(f"/d/{attack.gate.link(attack.approval, 'fahad')}", values)
    assert answer.status == 403
    return answer.source


def by_a_link_of_ones_own(attack):
    """A link that names the requester, however it came to be, signed in and not."""
    visitor = attack.gate.visitor(attack.handle)
    values = attack.form(visitor.get("/"))
    answer = visitor.post(f"/d/{attack.gate.link(attack.approval, attack.handle)}", values)
    assert answer.status == 403
    return answer.source


def by_a_link_alone(attack):
    """The same without a session, at a gate that takes a link alone."""
    link = attack.gate.link(attack.approval, attack.handle)
    answer = attack.gate.visitor().post(f"/d/{link}", attack.body("changes"))
    assert answer.status == 403
    return answer.source


def by_command(attack):
    words = ["approvals", "decide", attack.approval.id, attack.word]
    comment = DECIDING[attack.word].get("comment")
    return attack.terminal(
        attack.gate, attack.handle, *words, *(["--comment", comment] if comment else [])
    )


def by_a_rehearsals_cast(attack):
    """A scenario whose cast lets the requester decide."""
    record = {
        "url": attack.gate.url,
        "sandbox_url": "http://127.0.0.1:1",
        "sign_ins": attack.gate.sign_ins,
    }
    stage = HttpStage(record, TENANT, f"{attack.handle}@{TENANT}.example")
    approval = {"id": attack.approval.id, "packet_hash": attack.approval.packet_hash}
    try:
        with pytest.raises(Exception, match="own_request") as refusal:
            stage.decide(id_of(attack.handle), approval, attack.body("packet_hash"))
    finally:
        stage.close()
    return str(refusal.value)


ATTACKS = {
    "api: POST /{approval_id}/decisions": (by_api, by_a_browsers_program),
    "console: POST /approvals/{approval_id}/decide": (by_console,),
    "console: POST /d/{token}": (by_an_approvers_link, by_a_link_of_ones_own, by_a_link_alone),
    "cli/deciding.py": (by_command,),
    "lanes/rehearsal.py": (by_a_rehearsals_cast,),
}
"""Every way to the door, as `test_one_door` finds them, and who else plays people there."""
WAYS = [way for ways in ATTACKS.values() for way in ways]


def test_every_way_to_the_door_is_attacked():
    measuring = {"proof", "cli/adr_measure.py"}  # the crash harness, which no installation serves
    assert set(ATTACKS) == test_one_door.ROUTES | test_one_door.PLAYERS - measuring


@pytest.fixture
def terminal(tmp_path, monkeypatch, capsys):
    def speak(gate, handle, *words):  # noqa: F811
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
        assert run([*words, "--as", f"{handle}@{TENANT}.example"]) == 1
        printed = capsys.readouterr()
        return printed.out + printed.err

    return speak


@pytest.fixture(scope="module")
def taking_links(gate):  # noqa: F811
    """A gate that takes a link alone, so that no missing sign-in stands before the rule."""
    gate.allow_link_only("referral", "executive_approval")
    return {"kind": "referral", "gate": "executive_approval"}


@pytest.mark.parametrize("word", sorted(DECIDING))
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_every_way_that_decides_refuses_the_requester_alike(
    gate,  # noqa: F811
    taking_links,
    terminal,
    way,
    word,
):
    if way is by_command and word == "request_changes":
        pytest.skip("the command knows no changes")
    approval = gate.opened(**taking_links)
    said = way(Attack(gate, approval, "noura", word, terminal))
    assert "own_request" in said or "may not be the one who approves" in said
    assert gate.refusals(approval) == ["own_request"]
    assert (gate.decisions(approval), signals(gate, approval)) == ([], 0)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_so_it_does_whoever_started_the_run_where_another_asks(
    gate,  # noqa: F811
    taking_links,
    terminal,
    way,
):
    approval = gate.opened(**taking_links, starter="turki")
    said = way(Attack(gate, approval, "turki", "approve", terminal))
    assert "own_request" in said or "may not be the one who approves" in said
    assert gate.refusals(approval) == ["own_request"]
    assert (gate.decisions(approval), signals(gate, approval)) == ([], 0)


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
    gate.confirmed("noura", "sultan")
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
    """An account that the requester made for nobody and signs in to; a second one believed it."""
    email = f"{new_id('p').replace('_', '')}@{TENANT}.example"
    person = NewPerson("Sami", "سامي", email, ("director",))
    made = gate.services.accounts.create(keeper, person)
    gate.services.own_account.redeem(email, made.code, STRONG, address="127.0.0.1")
    waits = gate.services.accounts.get(keeper, made.user_id)["grant"]["id"]
    gate.services.second_person.confirm(actor("sultan"), made.user_id, waits)
    return gate.services.access.sign_in(email, STRONG, address="127.0.0.1", kind="token").actor


def test_a_person_whom_the_requester_made_does_not_decide_for_them(gate, keeper):  # noqa: F811
    approval = gate.opened()
    sami = puppet(gate, keeper)
    boss = Changes(roles=("partner_manager", "tenant_admin"), manager_id=sami.user_id)
    gate.services.accounts.change(actor("bandar"), keeper.user_id, boss)
    gate.confirmed("noura", "sultan")
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
        gate.confirmed("noura", "sultan")


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

"""A decision link: looking decides nothing, its approver decides once, and it dies in time."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text
from tests.trust.approvals.gate import TENANT, Gate, actor, id_of

from dealix.observability.logs import Redaction, redacted


def decide(visitor, page, token: str, word: str = "approve", **more):
    return visitor.send(page, f"/d/{token}", decision=word, **more)


def test_a_scanner_that_opens_a_link_twenty_times_decides_and_uses_nothing(gate: Gate) -> None:
    approval = gate.opened()
    token = gate.link(approval, "fahad")
    before = records(gate)
    scanner = gate.visitor()
    pages = [scanner.get(f"/d/{token}") for _ in range(20)]
    assert {page.status for page in pages} == {200}
    assert {page.answer.headers["Referrer-Policy"] for page in pages} == {"no-referrer"}
    assert "400,000" in pages[0].text
    assert gate.decisions(approval) == []
    assert [(one.used_at, one.dead_at) for one in gate.links_of(approval)] == [(None, None)]
    assert records(gate) == before
    assert scanner.client.head(f"/d/{token}").status_code == 404  # a scanner learns nothing by HEAD
    assert gate.visitor("fahad").get(f"/d/{token}").status == 200


def test_its_approver_signs_in_on_the_way_and_decides_without_the_token_in_a_query(
    gate: Gate,
) -> None:
    approval = gate.opened()
    token = gate.link(approval, "fahad")
    visitor = gate.visitor()
    page = visitor.get(f"/d/{token}")
    assert not page.links("/approvals")
    refused = visitor.post(f"/d/{token}", {"decision": "approve", "packet_hash": "x"})
    assert refused.path == "/sign-in"
    assert gate.decisions(approval) == []
    assert token not in str(refused.answer.url) + refused.source
    form = {"email": f"fahad@{TENANT}.example", "password": gate.password("fahad")}
    back = visitor.send(refused, "/sign-in", **form)
    assert back.path == f"/d/{token}"
    asked = [str(answer.url) for answer in (*back.answer.history, back.answer)]
    assert not [url for url in asked if token in url.partition("?")[2]]
    decided = decide(visitor, back, token)
    assert "Your decision is stored" in decided.text
    assert decided.path == f"/approvals/{approval.id}"
    made = gate.decisions(approval)
    assert [(one.user_id, one.decision, one.via) for one in made] == [
        (id_of("fahad"), "approve", "session")
    ]
    (link,) = gate.links_of(approval)
    assert link.used_at is not None
    assert link.dead_at is not None


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example"]
)
def test_signing_in_leads_to_no_other_site(gate: Gate, target: str) -> None:
    visitor = gate.visitor("fahad")
    visitor.client.follow_redirects = False
    page = visitor.get("/sign-in", params={"next": target})
    assert page.answer.headers["location"] == "/"
    visitor.client.cookies.set("dealix_link", "//evil.example", path="/d")
    assert visitor.get("/d/back").answer.headers["location"] == "/"


@pytest.mark.parametrize(
    ("handle", "code"), [("noura", "own_request"), ("lina", "not_an_approver")]
)
def test_whoever_else_holds_the_link_is_refused_with_one_record(
    gate: Gate, handle: str, code: str
) -> None:
    approval = gate.opened()
    token = gate.link(approval, "fahad")
    visitor = gate.visitor(handle)
    assert visitor.get(f"/d/{token}").status == 403
    csrf = visitor.get("/profile").form("/sign-out")["values"]["csrf_token"]
    form = {
        "decision": "approve",
        "packet_hash": approval.packet_hash,
        "csrf_token": csrf,
    }
    assert visitor.post(f"/d/{token}", form).status == 403
    assert gate.refusals(approval) == [code]
    assert gate.decisions(approval) == []
    assert gate.links_of(approval)[0].dead_at is None


def test_an_approver_cannot_use_another_approvers_link(gate: Gate) -> None:
    approval = gate.opened("strategic", "executive_approval")
    token = gate.link(approval, "khalid")
    visitor = gate.signed_in("sultan")
    csrf = visitor.get("/profile").form("/sign-out")["values"]["csrf_token"]
    form = {"decision": "approve", "packet_hash": approval.packet_hash, "csrf_token": csrf}
    assert visitor.post(f"/d/{token}", form).status == 403
    assert gate.refusals(approval) == ["link_not_yours"]
    assert gate.decisions(approval) == []


def test_a_link_lives_72_hours_of_the_runs_clock(gate: Gate) -> None:
    approval = gate.opened()
    token = gate.link(approval, "fahad")
    visitor = gate.visitor("fahad")
    page = visitor.get(f"/d/{token}")
    gate.pass_time(approval, timedelta(hours=71, minutes=59))
    assert visitor.get(f"/d/{token}").path == f"/d/{token}"
    gate.pass_time(approval, timedelta(minutes=2))
    assert visitor.get(f"/d/{token}").path == f"/approvals/{approval.id}"
    late = decide(visitor, page, token)
    assert late.status == 409
    assert gate.refusals(approval) == ["link_ended"]
    assert gate.decisions(approval) == []
    gone = gate.visitor().get(f"/d/{token}")
    assert gone.status == 409
    assert "This link has ended" in gone.text


def test_every_link_is_dead_after_any_decision(gate: Gate) -> None:
    approval = gate.opened("government", "executive_approval")
    mine, others = gate.link(approval, "sultan"), gate.link(approval, "abeer")
    gate.services.approvals.decide(
        actor("sultan"), approval.id, "approve", None, approval.packet_hash
    )
    used = {one.user_id: one.used_at is not None for one in gate.links_of(approval)}
    assert used == {id_of("sultan"): True, id_of("abeer"): False}
    assert all(one.dead_at for one in gate.links_of(approval))
    for token in (mine, others):
        assert gate.visitor().get(f"/d/{token}").status == 409
    told = {(one.user_id, one.kind) for one in gate.notices(approval)}
    assert (id_of("abeer"), "decided") in told  # with a new link: the request still waits for them


def test_a_link_dies_when_its_request_closes_and_when_a_new_round_opens(gate: Gate) -> None:
    closed = gate.opened()
    token = gate.link(closed, "fahad")
    gate.close(closed)
    assert gate.links_of(closed)[0].dead_at is not None
    assert gate.visitor().get(f"/d/{token}").status == 409
    first = gate.opened()
    gate.link(first, "fahad")
    with gate.session() as session:
        session.merge(first).status = "changes_requested"
    gate.opened(run=first.run_id, round_=2, score=40)
    assert gate.links_of(first)[0].dead_at is not None


def test_a_link_alone_decides_only_where_the_authority_row_says_so_and_the_record_says_it(
    gate: Gate,
) -> None:
    gate.allow_link_only("referral", "executive_approval")
    approval = gate.opened("referral", "executive_approval")
    token = gate.link(approval, "huda")
    visitor = gate.visitor()
    page = visitor.get(f"/d/{token}")
    done = decide(visitor, page, token)
    assert done.status == 200
    assert "Your decision is stored" in done.text
    (made,) = gate.decisions(approval)
    assert (made.user_id, made.decision, made.via) == (id_of("huda"), "approve", "link")
    again = decide(visitor, page, token)
    assert again.status == 409
    assert gate.refusals(approval) == ["already_decided"]
    view = gate.services.approvals.get(actor("fahad"), approval.id)
    assert view["decisions"][0]["via"] == "link"


def test_parallel_posts_of_one_link_decide_once(gate: Gate) -> None:
    gate.allow_link_only("referral", "executive_approval")
    approval = gate.opened("referral", "executive_approval")
    token = gate.link(approval, "huda")
    form = {"decision": "approve", "packet_hash": approval.packet_hash}
    visitors = [gate.visitor() for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda one: one.post(f"/d/{token}", form).status, visitors))
    assert sorted(answers) == [200, 409, 409, 409, 409, 409]
    assert len(gate.decisions(approval)) == 1


def test_another_site_cannot_send_a_links_form(gate: Gate) -> None:
    gate.allow_link_only("referral", "executive_approval")
    approval = gate.opened("referral", "executive_approval")
    token = gate.link(approval, "huda")
    form = {"decision": "approve", "packet_hash": approval.packet_hash}
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null"},
    ):
        answer = httpx.post(f"{gate.url}/d/{token}", data=form, headers=headers, trust_env=False)
        assert answer.status_code == 403, headers
    assert gate.decisions(approval) == []
    own = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}  # a page without referrers
    answer = httpx.post(f"{gate.url}/d/{token}", data=form, headers=own, trust_env=False)
    assert answer.status_code == 200


def test_a_link_of_somebody_who_left_is_dead_for_good(gate: Gate) -> None:
    gate.allow_link_only("referral", "executive_approval")
    approval = gate.opened("referral", "executive_approval")
    token = gate.link(approval, "huda")
    accounts, admin = gate.services.accounts, actor("bandar")
    accounts.deactivate(admin, actor("huda").user_id, knowing=True)
    form = {"decision": "approve", "packet_hash": approval.packet_hash}
    assert gate.visitor().post(f"/d/{token}", form).path.startswith("/sign-in")
    accounts.activate(admin, actor("huda").user_id)
    fresh = gate.link(approval, "huda")
    assert gate.visitor().post(f"/d/{fresh}", form).status == 403  # not before a second person
    gate.confirmed("huda", "sultan")
    answer = gate.visitor().post(f"/d/{token}", form)
    assert answer.status == 409
    assert gate.decisions(approval) == []
    assert gate.visitor().post(f"/d/{fresh}", form).status == 200


def test_signing_out_leaves_no_way_back_to_a_link(gate: Gate) -> None:
    gate.allow_link_only("referral", "executive_approval")
    approval = gate.opened("referral", "executive_approval")
    visitor = gate.signed_in("huda")
    page = visitor.get(f"/d/{gate.link(approval, 'huda')}")
    assert page.status == 200
    assert visitor.get("/d/back").path.startswith("/d/")
    visitor.send(page, "/sign-out")
    assert visitor.get("/d/back").path == "/sign-in"


@pytest.fixture
def redacting(caplog: pytest.LogCaptureFixture):
    """Our filter before the handler, as in every process of ours."""
    ours = Redaction()
    caplog.handler.addFilter(ours)
    yield
    caplog.handler.removeFilter(ours)


def test_a_token_is_kept_as_its_hash_only_and_told_to_no_log_or_error(
    gate: Gate, caplog: pytest.LogCaptureFixture, redacting
) -> None:
    approval = gate.opened()
    token = gate.link(approval, "fahad")
    caplog.set_level(logging.DEBUG)
    gate.visitor().get(f"/d/{token}")
    program = httpx.delete(f"{gate.url}/d/{token}", trust_env=False)
    assert program.json()["instance"] == "/d/"
    assert program.headers["Referrer-Policy"] == "no-referrer"
    unknown = httpx.get(f"{gate.url}/d/{token[::-1]}", trust_env=False)
    assert unknown.status_code == 404
    assert token[::-1] not in unknown.text
    assert "/d/" in caplog.text
    assert token not in caplog.text
    assert token[::-1] not in caplog.text
    assert token not in redacted(f'"GET /d/{token} HTTP/1.1" 200')
    with gate.session() as session:
        for table in ("approval_links", "approval_notices", "audit_records", "effects"):
            for row in session.execute(text(f"SELECT * FROM {table}")):
                assert token not in str(tuple(row))


def test_what_the_holder_of_a_link_alone_sees_holds_no_contact_and_no_draft(gate: Gate) -> None:
    approval = gate.opened()
    page = gate.visitor().get(f"/d/{gate.link(approval, 'fahad')}")
    assert "Contact" not in page.text.replace("Sign in to see the draft and the contact.", "")
    assert 'id="draft"' not in page.source


def records(gate: Gate) -> int:
    with gate.session() as session:
        counted = [
            session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("audit_records", "approval_looks", "decisions", "sessions")
        ]
    return sum(counted)

"""Lists that go on: every row once, in pages of any size, for programs and for people."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import insert, text
from tests.api.served import served
from tests.api.test_bad_input import start
from tests.console.visiting import Visitor
from tests.trust.access.company import hire

from dealix import clock
from dealix.api.app import create_app
from dealix.cli.client import Client
from dealix.console.pages import audit, cases, consents, outbound, persons
from dealix.console.pages import runs as run_pages
from dealix.console.pages import users as user_pages
from dealix.console.routes import add_pages
from dealix.lanes.inbox_models import InboundEvent
from dealix.records.case_book import open_case
from dealix.records.models import Effect
from dealix.store.ids import new_id
from dealix.trust.outbound.governance.models import ConsentEvent, Judgment

TENANT = "rawabi-sa"
LISTS = {
    "runs": ("noura", "id"),
    "effects": ("noura", "key"),
    "cases": ("noura", "id"),
    "cases?status=open": ("noura", "id"),
    "users": ("noura", "id"),
    "people": ("abeer", "person_id"),
    "consents": ("abeer", "person_id"),
    "audit": ("dana", "id"),
    "messages/outbound": ("noura", "judged"),
    "messages/inbound": ("noura", "id"),
}


@pytest.fixture(scope="module")
def filled(door):
    """Five of everything: runs, cases, messages out and in, people who said something."""
    noura = door.client("noura")
    runs = [start(noura, number=600 + n).json()["id"] for n in range(5)]
    now = clock.real_now()
    with door.services.database.tenant(TENANT) as session:
        for number, run in enumerate(runs):
            open_case(
                session,
                run_id=run,
                kind="unmatched",
                subject=f"event_{number}",
                step="inbox",
                reason=None,
                at=now - timedelta(hours=number // 2),  # two at the same moment
            )
            for again in range(2):  # a message that was judged twice is still one
                session.execute(insert(Judgment).values(judgment(run, number, again)))
            session.execute(insert(Effect).values(effect(run, number)))
            session.execute(insert(InboundEvent).values(delivery(number)))
            session.execute(insert(ConsentEvent).values(consent(f"person_{number}", number)))
    return door


def effect(run, number):
    at = clock.real_now() - timedelta(minutes=number // 2)
    return {
        "tenant_id": TENANT,
        "id": new_id("eff"),
        "run_id": run,
        "seq": 1,
        "step": "send_terms",
        "key": f"{run}:send_terms",
        "system": "email",
        "kind": "email",
        "method": "message_id",
        "on_started": "ask",
        "final": False,
        "status": "done",
        "open_attempt": False,
        "attempts": 1,
        "started_at": at,
        "recorded_at": at,
    }


def judgment(run, number, again):
    at = clock.real_now() - timedelta(minutes=number - again)
    return {
        "tenant_id": TENANT,
        "id": new_id("jdg"),
        "run_id": run,
        "effect_key": f"{run}:send_terms",
        "message_id": f"<{run}@x>",
        "channel": "email",
        "purpose": "partnership",
        "person_id": "person_1",
        "kind": "later" if again == 0 else "allowed",
        "rules": [],
        "at": at,
        "recorded_at": at,
    }


def delivery(number):
    return {
        "tenant_id": TENANT,
        "id": new_id("evt"),
        "provider": "smtp",
        "delivery_id": f"d{number}",
        "received_at": clock.real_now(),
        "status": "attached",
    }


def consent(person, number):
    at = clock.real_now() - timedelta(minutes=number // 2)
    return {
        "tenant_id": TENANT,
        "id": new_id("con"),
        "world": "real",
        "person_id": person,
        "channel": "email",
        "purpose": "partnership",
        "event": "given",
        "source": "signed_contract",
        "recorded_by": "usr_1",
        "at": at,
        "recorded_at": at,
    }


def names(rows, name):
    return [row["record"][name] if "record" in row else row[name] for row in rows]


@pytest.mark.parametrize("path", LISTS)
def test_a_program_that_follows_the_links_gets_every_row_once(filled, path):
    handle, name = LISTS[path]
    client = filled.client(handle)
    mark = "&" if "?" in path else "?"
    whole = names(client.get(f"/api/v1/{path}{mark}limit=200").json(), name)
    assert len(whole) >= 5
    found, address = [], f"/api/v1/{path}{mark}limit=2"
    while address:
        answer = client.get(address)
        rows = names(answer.json(), name)
        assert len(rows) <= 2
        found += rows
        link = re.fullmatch(r'<(.*)>; rel="next"', answer.headers.get("link", ""))
        address = link[1] if link else ""
    assert len(found) == len(set(found))
    assert [each for each in found if each in whole] == whole


def test_a_command_prints_the_whole_list(filled, monkeypatch, tmp_path):
    whole = filled.client("noura").get("/api/v1/effects").json()
    monkeypatch.setattr(Client, "url", lambda _self: "http://here")
    terminal = Client(tmp_path, environment={"DEALIX_TOKEN": filled.person("noura")["token"]})
    asked = []

    def ask(method, path, **given):
        asked.append(given["params"])
        small = {"limit": 2, **dict(given["params"])}
        return filled.client("noura").request(method, f"/api/v1{path}", params=small)

    monkeypatch.setattr(terminal, "_ask", ask)
    assert terminal.get("/effects") == whole
    assert len(asked) == len(whole) // 2 + 1
    assert len(terminal.get("/effects", limit=2)) == 2


def test_a_message_that_was_judged_twice_is_told_once_with_both(filled):
    rows = filled.client("noura").get("/api/v1/messages/outbound?limit=3").json()
    assert [len(row["judgments"]) for row in rows] == [2, 2, 2]
    assert {row["verdict"] for row in rows} == {"allowed"}


PAGES = {
    "/runs": ("noura", run_pages, r'href="/runs/(run_\w+)"'),
    "/cases": ("noura", cases, r'<article class="card" id="(case_\w+)"'),
    "/users": ("bandar", user_pages, r'href="/users/(usr_\w+)"'),
    "/people": ("abeer", persons, r'href="/people/(\w+)"'),
    "/consents": ("abeer", consents, r'href="/consents/(person_\w+)"'),
}


@pytest.fixture(scope="module")
def visit(filled):
    """Opens the console, mounted beside the same services, as one of the company's people."""
    made = []
    with served(create_app(filled.services, add_pages)) as url:

        def visitor(handle):
            made.append(Visitor(url, "en", filled.person(handle)["token"]))
            return made[-1]

        yield visitor
        for each in made:
            each.client.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_person_leads_on_from_page_to_page_and_back(visit, monkeypatch, path):
    handle, module, row = PAGES[path]
    monkeypatch.setattr(module, "PAGE", 2)
    visitor = visit(handle)
    found, address, seen = [], path, 0
    while address:
        page = visitor.get(address)
        assert page.status == 200, page.text
        rows = list(dict.fromkeys(re.findall(row, page.source)))
        assert 1 <= len(rows) <= 2
        found += rows
        seen += 1
        assert ("Back to the beginning" in page.text) == (seen > 1)
        further = re.search(r'rel="next" href="([^"]+)"', page.source)
        address = further[1].replace("&amp;", "&") if further else ""
    assert len(found) == len(set(found)) >= 5


def test_the_outbound_desk_leads_on_in_both_its_lists(visit, monkeypatch):
    monkeypatch.setattr(outbound, "SENT", 3)
    monkeypatch.setattr(outbound, "CAME", 3)
    visitor = visit("noura")
    page = visitor.get("/outbound")
    ways = re.findall(r'rel="next" href="([^"]+)"', page.source)
    assert len(ways) == 2
    went, came = (visitor.get(each.replace("&amp;", "&").partition("#")[0]) for each in ways)
    assert went.source.count('<article class="card"') == 2
    assert came.source.partition('id="came"')[2].count("<tr>") == 3  # its head and two rows


def test_an_older_page_of_the_records_shows_records_only(visit, monkeypatch):
    monkeypatch.setattr(audit, "NEWEST", 3)
    visitor = visit("dana")
    page = visitor.get("/audit")
    assert 'id="verification"' in page.source
    older = visitor.get(re.search(r'rel="next" href="([^"]+)"', page.source)[1])
    assert 'id="verification"' not in older.source
    assert older.source.count("<tr>") == 4


def test_an_empty_page_behind_nothing_is_no_error(visit):
    visitor = visit("noura")
    for path in ("/runs?before=x", "/cases?before=x", "/approvals?after=x", "/board?before=x"):
        assert visitor.get(path).status == 200


def test_the_two_hundred_and_first_colleague_can_be_chosen(filled, visit):
    services = filled.services
    hired = [hire(services.database, services.vault, "rawabi-sa", "director") for _ in range(201)]
    listed = services.access.people(services.access.person("rawabi-sa", hired[0].user_id))
    unlisted = next(one for one in hired if one.user_id not in {each["id"] for each in listed})
    with services.database.tenant("rawabi-sa") as session:
        who = {"manager": unlisted.user_id, "person": filled.person("noura")["user_id"]}
        session.execute(text("UPDATE users SET manager_id = :manager WHERE id = :person"), who)
    noura = visit("noura")
    form = noura.get("/start/partner_approval?example=4242")
    assert '<datalist id="f-approver-people">' in form.source
    assert unlisted.email not in form.source
    wrong = noura.send(form, "/start/partner_approval", approver="nobody@nowhere.example")
    assert wrong.status == 422
    assert "There is no active person called" in wrong.text
    begun = noura.send(form, "/start/partner_approval", approver=unlisted.email)
    assert begun.path.startswith("/runs/run_"), begun.text
    users = visit("bandar").get("/users/new")
    assert '<datalist id="manager_id-people">' in users.source

"""Assistants read by three tools in a person's name: masked, audited, and nothing else."""

import asyncio
import json

import httpx
import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from tests.api.test_leads import LEADS, enter

TOOLS = ["catalogue", "lead_card", "search_knowledge"]
LISTING = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
ACCEPT = {"accept": "application/json, text/event-stream"}


def through(door, handle, work, tenant="rawabi-sa"):
    """What `work` does with a client of the protocol that speaks as somebody."""
    headers = {"Authorization": f"Bearer {door.person(handle, tenant)['token']}"}

    async def spoken():
        async with (
            httpx2.AsyncClient(headers=headers, trust_env=False) as http,
            Client(streamable_http_client(f"{door.url}/mcp", http_client=http)) as client,
        ):
            return await work(client)

    return asyncio.run(spoken())


def call(door, handle, tool, tenant="rawabi-sa", **given):
    """What a tool answers, and whether that is a refusal."""
    answer = through(door, handle, lambda client: client.call_tool(tool, given), tenant)
    text = answer.content[0].text
    return (text, True) if answer.is_error else (json.loads(text), False)


def audited(door):
    records = door.client("dana").get("/api/v1/audit?limit=200").json()
    return [each["record"] for each in records if each["record"]["action"] == "tool.used"]


@pytest.fixture(scope="module")
def lead(door):
    noura = door.client("noura")
    found = enter(noura, 900).json()
    assert noura.post(f"{LEADS}/scores", json={"leads": [found["id"]]}).status_code == 200
    return found


def test_there_are_three_tools_and_each_says_what_it_takes(door):
    found = through(door, "dana", lambda client: client.list_tools()).tools
    assert sorted(each.name for each in found) == TOOLS
    assert all(each.description and each.input_schema["type"] == "object" for each in found)
    assert all("context" not in each.input_schema.get("properties", {}) for each in found)


def test_a_lead_s_card_names_its_company_and_never_its_person(door, lead):
    card, refused = call(door, "dana", "lead_card", lead_id=lead["id"])
    assert not refused
    assert card["card"]["signals"]
    assert card["company"]["country"] == "SA"
    said = json.dumps(card, ensure_ascii=False)
    contact = lead["contact"]
    assert not [v for k, v in contact.items() if k in {"name", "email", "phone"} and v in said]
    [record] = [each for each in audited(door) if each["subject"] == lead["id"]]
    assert record["data"] == {"tool": "lead_card", "results": 1}
    assert door.person("dana")["user_id"] in record.values()


def test_passages_are_those_of_the_person_s_roles_and_masked(door):
    text = b"Refunds are paid within 14 days. Write to sami.h@client.example, +966501234567."
    given = {"title": "Refunds", "audience": ["auditor"]}
    added = door.client("maha").post(
        "/api/v1/knowledge/documents", files={"file": ("refunds.txt", text)}, data=given
    )
    assert added.status_code in {200, 201}, added.text
    found, refused = call(door, "dana", "search_knowledge", query="When are refunds paid?")
    assert not refused
    [first] = [each for each in found["passages"] if each["title"] == "Refunds"]
    assert "14 days" in first["text"]
    assert "sami.h" not in first["text"]
    assert "501234567" not in first["text"]
    other, _ = call(door, "lina", "search_knowledge", query="When are refunds paid?")
    assert "Refunds" not in [each["title"] for each in other["passages"]]
    assert "refunds" not in json.dumps(audited(door)).lower()


def test_the_register_closes_what_is_the_company_s_own(door, lead):
    abeer = door.client("abeer")
    rows = abeer.get("/api/v1/processing-register").json()
    [entry] = [each for each in rows if each["activity"] == "ai_analysis"]
    place = "/api/v1/processing-register/ai_analysis"
    kept = {name: entry[name] for name in ("categories", "basis", "leaves")}
    assert abeer.put(place, json={**kept, "leaves": "nothing"}).status_code == 200
    for tool, given in (
        ("lead_card", {"lead_id": lead["id"]}),
        ("search_knowledge", {"query": "a"}),
    ):
        text, refused = call(door, "dana", tool, **given)
        assert refused
        assert "nothing_may_leave: " in text
    assert not call(door, "dana", "catalogue")[1]
    assert abeer.put(place, json=kept).status_code == 200


def test_the_catalogue_is_everybody_s(door):
    found, _ = call(door, "lina", "catalogue", key="lead_scoring")
    [row] = found["workflows"]
    assert (row["key"], row["built"], row["steps"]) == (
        "lead_scoring", True, ["score_lead", "store_score"],
    )  # fmt: skip
    assert len(call(door, "lina", "catalogue")[0]["workflows"]) >= 22


@pytest.mark.parametrize(
    ("handle", "tenant", "tool", "given", "code"),
    [
        ("dana", "rawabi-sa", "lead_card", {"lead_id": "lead_nobody"}, "not_found"),
        ("dana", "rawabi-sa", "lead_card", {"lead_id": "../etc"}, "validation error"),
        ("dana", "rawabi-sa", "search_knowledge", {"query": "؟!"}, "question_empty"),
        ("dana", "rawabi-sa", "search_knowledge", {"query": "a" * 3000}, "validation error"),
        ("saleh", "rawabi-sa", "lead_card", {"lead_id": "lead_1"}, "not_entitled"),
    ],
)
def test_a_tool_refuses_as_every_door_does(door, handle, tenant, tool, given, code):
    text, refused = call(door, handle, tool, tenant, **given)
    assert refused
    assert code in text


def test_another_company_s_lead_is_not_there(door, lead):
    text, refused = call(door, "mariam", "lead_card", "rawabi-ae", lead_id=lead["id"])
    assert refused
    assert "not_found: " in text


def test_a_tool_that_is_not_there_is_refused(door):
    text, refused = call(door, "dana", "exec", command="id")
    assert (text, refused) == ("Unknown tool: exec", True)


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer dxt_nobody"}, {"Authorization": "Basic eDp5"}],
    ids=["nothing", "a strange token", "another scheme"],
)
def test_without_a_person_s_token_nothing_is_said(door, headers):
    answer = httpx.post(f"{door.url}/mcp", json=LISTING, headers={**ACCEPT, **headers})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_a_cookie_opens_nothing_and_only_post_is_known(door):
    token = door.person("dana")["token"]
    cookie = httpx.post(
        f"{door.url}/mcp", json=LISTING, headers=ACCEPT, cookies={"dealix_session": token}
    )
    assert cookie.status_code == 401
    known = httpx.get(f"{door.url}/mcp", headers={"Authorization": f"Bearer {token}"})
    assert known.status_code == 405


@pytest.mark.parametrize("body", [b"", b"[", b"\x00\xff", b'{"jsonrpc":"1.0"}', b"[]", b"null"])
def test_what_is_no_call_is_refused(door, body):
    headers = {
        **ACCEPT,
        "Authorization": f"Bearer {door.person('dana')['token']}",
        "content-type": "application/json",
    }
    assert httpx.post(f"{door.url}/mcp", content=body, headers=headers).status_code == 400

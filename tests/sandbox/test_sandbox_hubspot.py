"""HubSpot: upserts that may be sent again, withdrawals, and its refusals."""

import time

import httpx
import pytest
from tests.sandbox.conftest import TOKEN, UPSERT, company

AUTH = {"authorization": f"Bearer {TOKEN}"}


def test_an_upsert_creates_then_updates_one_object(sandbox):
    first = sandbox.upsert(company(sandbox.scope, "k1", name="روابي"))
    second = sandbox.upsert(company(sandbox.scope, "k2", name="Rawabi"))
    assert first.status_code == second.status_code == 200
    (one,), (two,) = first.json()["results"], second.json()["results"]
    assert first.json()["status"] == "COMPLETE"
    assert (one["new"], two["new"]) == (True, False)
    assert one["id"] == two["id"]
    assert two["properties"]["name"] == "Rawabi"
    keys = [row["idempotency_key"] for row in sandbox.rows("effects", kind="company.upsert")]
    assert keys == [f"{sandbox.scope}:k1", f"{sandbox.scope}:k2"]


def test_the_same_write_again_is_a_request_and_no_second_effect(sandbox):
    for _ in range(3):
        answer = sandbox.upsert(company(sandbox.scope, "k", name="Rawabi"))
        assert answer.status_code == 200
    assert answer.json()["results"][0]["new"] is False
    assert len(sandbox.rows("effects")) == 1
    assert len(sandbox.rows("requests")) == 3


def test_the_same_key_with_other_values_is_doubled(sandbox):
    sandbox.upsert(company(sandbox.scope, "k", name="Rawabi"))
    sandbox.upsert(company(sandbox.scope, "k", name="Another"))
    assert [row["key"] for row in sandbox.rows("effects")] == ["k", "k"]


def test_a_write_without_a_key_is_known_by_its_values(sandbox):
    for name in ("Rawabi", "Rawabi", "Another"):
        sandbox.upsert(company(sandbox.scope, None, name=name))
    keys = [row["idempotency_key"] for row in sandbox.rows("effects")]
    assert len(keys) == len(set(keys)) == 2
    assert all(key.startswith(f"{sandbox.scope}:sha256:") for key in keys)


@pytest.mark.parametrize("undoes", ["k", None])
def test_a_withdrawal_marks_what_it_takes_back(sandbox, undoes):
    sandbox.upsert(company(sandbox.scope, "k", name="Rawabi", dealix_status="terms_sent"))
    properties = {"dealix_status": "withdrawn"} | ({"dealix_undoes": undoes} if undoes else {})
    sandbox.upsert(company(sandbox.scope, "u", **properties))
    sandbox.upsert(company(sandbox.scope, "u", **properties))
    written, withdrawn = sandbox.rows("effects")
    assert written["undone"] == withdrawn["reference"]
    assert withdrawn["reference"] != written["reference"]
    assert withdrawn["undone"] is None


def test_a_withdrawal_of_one_key_leaves_the_others(sandbox):
    for key in ("k1", "k2"):
        sandbox.upsert(company(sandbox.scope, key, name=key))
    sandbox.upsert(company(sandbox.scope, "u", dealix_undoes="k1"))
    undone = {row["key"]: row["undone"] for row in sandbox.rows("effects")}
    assert undone["k1"]
    assert undone["k2"] is None


def test_a_late_resend_over_a_withdrawal_is_seen_as_doubled(sandbox):
    write = company(sandbox.scope, "k", dealix_status="terms_sent")
    sandbox.upsert(write)
    sandbox.upsert(company(sandbox.scope, "u", dealix_status="withdrawn"))
    sandbox.upsert(write)
    rows = sandbox.rows("effects", key="k")
    assert [bool(row["undone"]) for row in rows] == [True, False]


def test_deals_have_their_own_kind_by_id_or_name_and_dated_paths(sandbox):
    for number, path in enumerate(
        ("/crm/v3/objects/0-3", "/crm/v3/objects/deals", "/crm/objects/2026-09/deals")
    ):
        answer = sandbox.upsert(
            company(sandbox.scope, f"k{number}", dealname="Terms", amount="100.50"),
            path=f"{path}/batch/upsert",
        )
        assert answer.status_code == 200, answer.text
    assert [row["kind"] for row in sandbox.rows("effects")] == ["deal.upsert"] * 3


def test_some_inputs_wrong_are_207_and_the_others_are_written(sandbox):
    good = company(f"{sandbox.scope}-1", "k1", name="Good")
    bad = company(f"{sandbox.scope}-2", "k2", numberofemployees="many")
    answer = sandbox.upsert(good, bad)
    assert answer.status_code == 207
    body = answer.json()
    assert [each["objectWriteTraceId"] for each in body["results"]] == ["k1"]
    assert body["numErrors"] == 1
    assert body["errors"][0]["context"] == {"objectWriteTraceId": ["k2"]}
    assert len(sandbox.rows("effects")) == 1


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (company("x", "k", nonsense="1"), "PROPERTY_DOESNT_EXIST"),
        (company("x", "k", annualrevenue="NaN"), "annualrevenue"),
        (company("x", "k", lifecyclestage="friend"), "INVALID_OPTION"),
        (company("x", "k", hs_object_id="1"), "READ_ONLY_VALUE"),
        ({"id": "x", "idProperty": "name", "properties": {}}, "unique identifier"),
        ({"id": "x", "idProperty": "ext_ref", "properties": {"annualrevenue": 5}}, "string"),
        ({"id": "x", "idProperty": "ext_ref"}, "properties"),
        ({"idProperty": "ext_ref", "properties": {}}, "id"),
    ],
)
def test_bad_input_is_400_and_nothing_is_written(sandbox, one, words):
    answer = sandbox.upsert(one)
    assert answer.status_code == 400
    assert answer.json()["status"] == "error"
    assert answer.json()["correlationId"]
    assert words in answer.json()["message"]
    assert sandbox.rows("effects") == []


def test_doubled_ids_and_too_many_inputs_are_refused(sandbox):
    one = company(sandbox.scope, "k", name="x")
    assert "Duplicate" in sandbox.upsert(one, one).json()["message"]
    many = [company(f"{sandbox.scope}-{number}", "k", name="x") for number in range(101)]
    assert sandbox.upsert(*many).status_code == 400
    assert sandbox.rows("effects") == []


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b'{"inputs":' + b"[" * 100_000])
def test_bad_json_is_400(sandbox, body):
    answer = sandbox.client.post(UPSERT, content=body, headers=AUTH)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("Invalid input JSON")


def test_too_large_a_body_is_413(sandbox):
    answer = sandbox.client.post(UPSERT, content=b" " * 10_000_001, headers=AUTH)
    assert answer.status_code == 413


@pytest.mark.parametrize("headers", [{"authorization": "Bearer wrong"}, {"authorization": ""}])
def test_a_wrong_token_is_401(sandbox, headers):
    answer = sandbox.upsert(company(sandbox.scope, "k", name="x"), headers=headers)
    assert answer.status_code == 401
    assert answer.json()["category"] == "INVALID_AUTHENTICATION"
    assert sandbox.rows("effects") == []


def test_objects_are_read_by_id_and_by_reference(sandbox):
    created = sandbox.upsert(
        company(sandbox.scope, "k", name="R", country="SA", registration_number="1010")
    ).json()
    number = created["results"][0]["id"]
    base = "/crm/v3/objects/companies"
    by_id = sandbox.client.get(f"{base}/{number}", params={"properties": "country"}, headers=AUTH)
    query = {"idProperty": "ext_ref"}
    by_ref = sandbox.client.get(f"{base}/{sandbox.scope}", params=query, headers=AUTH)
    assert by_id.json()["properties"]["country"] == "SA"
    assert by_ref.json()["id"] == number
    assert "country" not in by_ref.json()["properties"]
    missing = sandbox.client.get(f"{base}/999", headers=AUTH)
    assert (missing.status_code, missing.json()["category"]) == (404, "OBJECT_NOT_FOUND")
    body = {"idProperty": "ext_ref", "inputs": [{"id": sandbox.scope}, {"id": "absent"}]}
    many = sandbox.client.post(f"{base}/batch/read", json=body, headers=AUTH)
    assert many.status_code == 207
    assert [each["id"] for each in many.json()["results"]] == [number]


def test_a_patch_is_an_effect_too(sandbox):
    created = sandbox.upsert(company(sandbox.scope, "k", name="Rawabi")).json()
    path = f"/crm/v3/objects/companies/{created['results'][0]['id']}"
    headers = AUTH | {"x-sandbox-scope": sandbox.scope}
    for _ in range(2):
        answer = sandbox.client.patch(path, json={"properties": {"city": "جدة"}}, headers=headers)
        assert answer.status_code == 200
    assert [row["kind"] for row in sandbox.rows("effects")] == ["company.upsert", "company.update"]


def test_a_create_whose_reference_exists_is_409(sandbox):
    sandbox.upsert(company(sandbox.scope, "k", name="Rawabi"))
    body = {"properties": {"ext_ref": sandbox.scope, "name": "Again"}}
    answer = sandbox.client.post("/crm/v3/objects/companies", json=body, headers=AUTH)
    assert (answer.status_code, answer.json()["category"]) == (409, "CONFLICT")


def test_the_search_lags_and_then_finds(sandbox):
    sandbox.upsert(company(sandbox.scope, "k", name="Rawabi"))
    wanted = {"propertyName": "ext_ref", "operator": "EQ", "value": sandbox.scope}
    body = {"filterGroups": [{"filters": [wanted]}], "properties": ["name"]}

    def found():
        path = "/crm/v3/objects/companies/search"
        return sandbox.client.post(path, json=body, headers=AUTH).json()["total"]

    assert found() == 0
    time.sleep(1.1)
    assert found() == 1


def test_a_defined_property_is_typed_and_may_be_unique(sandbox):
    name = f"p_{sandbox.scope}"
    body = {"name": name, "type": "number", "hasUniqueValue": True, "label": "Number"}
    path = "/crm/v3/properties/companies"
    assert sandbox.client.post(path, json=body, headers=AUTH).status_code == 201
    assert sandbox.client.post(path, json=body, headers=AUTH).status_code == 409
    shown = sandbox.client.get(f"{path}/{name}", headers=AUTH).json()
    assert (shown["type"], shown["hasUniqueValue"]) == ("number", True)
    one = {"idProperty": name, "id": "7", "properties": {name: "seven"}}
    assert sandbox.upsert(one).status_code == 400
    assert sandbox.upsert(one | {"properties": {"name": "x"}}).status_code == 200


@pytest.mark.parametrize(("fault", "status"), [("error_500", 500), ("rate_limited", 429)])
def test_a_refusing_crm_has_nothing(sandbox, fault, status):
    sandbox.fault("hubspot", fault, count=2, scope=sandbox.scope)
    one = company(sandbox.scope, "k", name="x")
    answers = [sandbox.upsert(one) for _ in range(3)]
    assert [each.status_code for each in answers] == [status, status, 200]
    if status == 429:
        assert answers[0].json()["errorType"] == "RATE_LIMIT"
        assert answers[0].json()["policyName"] == "TEN_SECONDLY_ROLLING"
        assert answers[0].headers["x-hubspot-ratelimit-remaining"] == "0"
    assert len(sandbox.rows("effects")) == 1
    assert [row["fault"] for row in sandbox.rows("requests")] == [fault, fault, None]


@pytest.mark.parametrize(("fault", "held"), [("timeout_before", 0), ("timeout_after", 1)])
def test_a_lost_answer_and_what_the_crm_holds(sandbox, fault, held):
    sandbox.fault("hubspot", fault, scope=sandbox.scope)
    one = company(sandbox.scope, "k", name="x")
    with pytest.raises(httpx.TransportError):
        sandbox.upsert(one)
    assert len(sandbox.rows("effects")) == held
    assert sandbox.rows("requests")[0]["status"] is None
    assert sandbox.upsert(one).status_code == 200
    assert len(sandbox.rows("effects")) == 1


def test_a_server_that_fails_after_the_write_has_written(sandbox):
    sandbox.fault("hubspot", "error_500_after", scope=sandbox.scope)
    one = company(sandbox.scope, "k", name="x")
    assert sandbox.upsert(one).status_code == 500
    assert len(sandbox.rows("effects")) == 1
    assert sandbox.upsert(one).status_code == 200
    assert len(sandbox.rows("effects")) == 1


def test_slow_answers_late(sandbox):
    sandbox.fault("hubspot", "slow", scope=sandbox.scope, seconds=0.5)
    begun = time.monotonic()
    sandbox.upsert(company(sandbox.scope, "k", name="x"))
    assert time.monotonic() - begun >= 0.5


def test_an_outage_lasts_until_its_virtual_date_and_strikes_reads(sandbox):
    sandbox.fault("hubspot", "error_500", until="2027-03-03T00:00:00Z", scope=sandbox.scope)
    one = company(sandbox.scope, "k", name="x")
    during = {"x-sandbox-time": "2027-03-02T23:59:59+00:00"}
    afterwards = {"x-sandbox-time": "2027-03-03T03:00:00+03:00"}
    assert sandbox.upsert(one, headers=during).status_code == 500
    probe = AUTH | during | {"x-sandbox-scope": sandbox.scope}
    assert sandbox.client.get("/crm/v3/objects/companies", headers=probe).status_code == 500
    assert sandbox.upsert(one, headers=afterwards).status_code == 200
    (row,) = sandbox.rows("effects")
    assert row["at"] == "2027-03-03T00:00:00.000Z"


def test_a_probe_uses_up_no_counted_fault(sandbox):
    sandbox.fault("hubspot", "error_500")
    assert sandbox.client.get("/crm/v3/objects/companies", headers=AUTH).status_code == 200
    assert sandbox.upsert(company(sandbox.scope, "k", name="x")).status_code == 500


def test_an_unreadable_time_is_400(sandbox):
    one = company(sandbox.scope, "k", name="x")
    assert sandbox.upsert(one, headers={"x-sandbox-time": "soon"}).status_code == 400
    assert sandbox.rows("effects") == []

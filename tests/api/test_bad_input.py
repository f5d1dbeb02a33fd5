import json

import pytest

from dealix.lanes.models import Run

GOOD = "/api/v1/inventory/partner_approval?example=0"


def example(client, number=0):
    return client.get(f"/api/v1/inventory/partner_approval?example={number}").json()["example"]


def runs_of(door, tenant="rawabi-sa"):
    with door.services.database.tenant(tenant) as session:
        return session.query(Run).count()


def start(client, **changes):
    given = example(client, changes.pop("number", 0))
    body = {"workflow": "partner_approval", "input": given, **changes}
    return client.post("/api/v1/runs", json=body)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"partner_type": "pirate"}, "unknown_partner_type"),
        ({"registration_number": "12"}, "malformed_registration"),
        ({"economics": {"expected_revenue": "-5", "revenue_share_percent": 10}}, "negative_amount"),
        ({"approver": "usr_nobody"}, "unknown_person"),
        ({"deadline": "2001-01-01T00:00:00Z"}, "deadline_past"),
        ({"deadline": "9999-12-31T23:59:59-12:00"}, "deadline_too_far"),
        ({"colour": "red"}, "invalid_input"),
        ({"name": "a\u0000b"}, "invalid_input"),
        ({"name": "a\u202eb"}, "invalid_input"),
        ({"contact": None}, "invalid_input"),
    ],
)
def test_a_bad_input_of_a_run_is_named_and_nothing_starts(door, noura, change, code):
    before = runs_of(door)
    answer = noura.post(
        "/api/v1/runs",
        json={"workflow": "partner_approval", "input": {**example(noura), **change}},
    )
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert runs_of(door) == before


@pytest.mark.parametrize(
    ("locale", "moment", "said"),
    [
        ("ar", "2001-01-01T00:00:00Z", "فات"),
        ("ar", "2099-01-01T00:00:00Z", "14"),
        ("en", "2001-01-01T00:00:00Z", "is already past"),
        ("en", "2099-01-01T00:00:00Z", "at most 14 days ahead"),
    ],
)
def test_a_deadline_that_cannot_be_is_told_so_at_the_start(door, noura, locale, moment, said):
    body = {"workflow": "partner_approval", "input": {**example(noura), "deadline": moment}}
    answer = noura.post("/api/v1/runs", json=body, headers={"Accept-Language": locale})
    assert said in answer.json()["detail"]
    assert "present deadline" not in answer.json()["detail"]


@pytest.mark.parametrize(
    ("workflow", "code"),
    [
        ("dd_room", "not_built"),
        ("no_such_flow", "unknown_workflow"),
        ("Robert'); --", "invalid_input"),
    ],
)
def test_a_workflow_that_is_not_there_is_told_from_one_that_is_not_built(noura, workflow, code):
    answer = noura.post("/api/v1/runs", json={"workflow": workflow, "input": {}})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b'{"workflow": "partner_approval"}',
        b'{"workflow": "partner_approval", "input": {}, "surprise": 1}',
        b'{"workflow": "partner_approval", "input": {}, "rehearsal": "yes"}',
        b'{"workflow": "partner_approval", "input": {}, "key": ""}',
        b'{"workflow": "partner_approval", "input": {"a": NaN}}',
        b'{"workflow": "partner_approval", "input": {"a": "\\ud800"}}',
        b'{"workflow": "partner_approval", "input": {"a\\u0000": 1}}',
        b'{"workflow": "partner_approval", "input": {"a": ' + b"9" * 6000 + b"}}",
        b'{"workflow": "partner_approval", "input": ' + b'{"a":' * 60 + b"1" + b"}" * 61,
        b"[" * 15000,
    ],
)
def test_a_body_that_is_no_request_is_422_and_never_500(door, noura, body):
    before = runs_of(door)
    answer = noura.post("/api/v1/runs", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input"), answer.text
    assert answer.json()["errors"]
    assert runs_of(door) == before


def test_what_was_sent_is_not_repeated(noura):
    secret = "ahmad.private@home.example"
    answer = noura.post(
        "/api/v1/runs",
        json={"workflow": "partner_approval", "input": {secret: secret}, secret: secret},
    )
    assert answer.status_code == 422
    assert secret not in answer.text
    fields = [error["field"] for error in answer.json()["errors"]]
    assert fields == ["…"]


@pytest.mark.parametrize("chunked", [False, True])
def test_an_oversize_body_is_413_whether_its_size_is_stated_or_not(door, noura, chunked):
    before = runs_of(door)
    content = json.dumps({"workflow": "partner_approval", "input": {"a": "x" * 30_000}}).encode()
    pieces = (content[at : at + 4000] for at in range(0, len(content), 4000))
    answer = noura.post(
        "/api/v1/runs",
        content=pieces if chunked else content,
        headers={"Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert runs_of(door) == before


@pytest.mark.parametrize(
    "path",
    [
        "/runs/run_unknown",
        "/runs/run_%00",
        "/runs/..%2f..",
        "/runs/run_unknown/undo-preview",
        "/approvals/apr_unknown",
        "/evidence/evidence_unknown",
        "/evidence/evidence_unknown.pdf",
        "/inventory/unknown",
        "/nowhere",
        "/documents/doc_unknown",
    ],
)
def test_what_is_not_there_is_404(noura, path):
    answer = noura.get(f"/api/v1{path}")
    assert answer.status_code == 404
    assert answer.json()["code"] in {"not_found", "unknown_workflow"}


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "limit=100000", "status=odd", "workflow=%00", "workflow=A%20b"]
)
def test_a_bad_query_is_422(noura, query):
    answer = noura.get(f"/api/v1/runs?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_a_wrong_method_is_405_and_says_which_are_right(noura):
    answer = noura.put("/api/v1/runs", json={})
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["allow"] or "POST" in answer.headers["allow"]


def test_the_sentence_comes_in_the_language_asked_for_else_in_the_persons_own(door):
    path = "/api/v1/runs/run_unknown"
    arabic = door.client("noura").get(path).json()
    english = door.client("turki").get(path).json()
    asked = door.client("noura", **{"Accept-Language": "en-GB,en;q=0.9"}).get(path).json()
    assert arabic["code"] == english["code"]
    assert english["detail"] == asked["detail"]
    assert arabic["detail"] != english["detail"]
    assert any("\u0600" <= char <= "\u06ff" for char in arabic["detail"])
    field = door.client("noura").post("/api/v1/runs", json={}).json()["errors"][0]
    assert any("\u0600" <= char <= "\u06ff" for char in field["detail"])


def test_an_error_that_nobody_foresaw_shows_no_inside(door, monkeypatch, noura, caplog):
    def broken(*_args, **_kwargs):
        raise ZeroDivisionError("planted inside")

    monkeypatch.setattr(type(door.services.runs), "list", broken)
    answer = noura.get("/api/v1/runs")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "planted" not in answer.text
    assert answer.json()["params"]["reference"] in caplog.text


def test_a_database_that_is_away_is_503_and_may_be_tried_again(door, monkeypatch):
    from dealix.store.session import Database

    lost = Database("postgresql://nobody:x@127.0.0.1:1/none", pool_size=1)
    monkeypatch.setattr(door.services.database, "engine", lost.engine)
    monkeypatch.setattr(door.services.database, "_sessions", lost._sessions)
    answer = door.client("turki").get("/api/v1/runs")
    assert (answer.status_code, answer.json()["code"]) == (503, "engine_unreachable")
    assert answer.json()["retry"] is True
    lost.close()

"""Documents and clauses over the API: bounded as they come in, checked, for those who may."""

import hashlib

import httpx
import pytest
from tests.business.papers.test_opening import hostile, pdf


def test_a_document_comes_in_as_a_form_or_as_it_is_and_goes_out_again(noura):
    content = pdf()
    first = noura.post("/api/v1/documents", files={"file": ("a.pdf", content, "application/pdf")})
    assert first.status_code == 201, first.text
    assert first.json()["sha256"] == hashlib.sha256(content).hexdigest()
    raw = noura.post(
        "/api/v1/documents", content=content, headers={"Content-Type": "application/pdf"}
    )
    assert raw.json() == first.json()
    fetched = noura.get(f"/api/v1/documents/{first.json()['id']}")
    assert fetched.content == content
    assert fetched.headers["content-type"] == "application/pdf"
    assert fetched.headers["content-disposition"].startswith("attachment")


def test_a_document_is_for_its_company_and_for_those_who_may(door, noura):
    made = noura.post("/api/v1/documents", content=pdf()).json()
    path = f"/api/v1/documents/{made['id']}"
    assert door.client("mariam", "rawabi-ae").get(path).status_code == 404
    assert door.client("saleh").get(path).status_code == 403
    assert door.client().get(path).status_code == 401
    assert door.client("saleh").post("/api/v1/documents", content=pdf()).status_code == 403


@pytest.mark.parametrize("name", ["a web page", "a locked PDF", "macros", "laughs", "a bomb"])
def test_what_is_hostile_is_refused_in_the_readers_language(noura, name):
    content, code = hostile(name)
    answer = noura.post("/api/v1/documents", content=content, headers={"Accept-Language": "ar"})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert any("\u0600" <= letter <= "\u06ff" for letter in answer.json()["detail"])


def test_a_form_without_a_file_is_422(noura):
    answer = noura.post("/api/v1/documents", files={"other": ("a.pdf", pdf())})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


@pytest.mark.parametrize("stated", [True, False])
def test_50_megabytes_are_refused_while_they_come(door, stated):
    sent = 0

    def endless():
        nonlocal sent
        for _ in range(50):
            sent += 1_000_000
            yield b"%PDF-" + b"0" * 999_995

    headers = {"Content-Length": "50000000"} if stated else {}
    client = door.client("noura")
    try:
        answer = client.post("/api/v1/documents", content=endless(), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    except httpx.WriteError:
        pass  # the door hung up before everything was sent
    assert sent < 40_000_000


def test_other_addresses_keep_their_own_limit(noura):
    assert noura.post("/api/v1/runs", content=b"{" + b" " * 30_000).status_code == 413
    assert noura.put("/api/v1/documents", content=b" " * 30_000).status_code == 413


def test_the_clause_library_is_read_changed_and_confirmed_by_those_who_may(door, noura):
    library = noura.get("/api/v1/clauses").json()
    assert [clause["status"] for clause in library] == ["approved"] * len(library)
    offer = next(clause for clause in library if clause["key"] == "offer")
    body = {"version": offer["version"], "en": "Ten days."}
    changed = noura.put("/api/v1/clauses/offer", json=body)
    assert (changed.status_code, changed.json()["stale"]) == (200, "ar")
    assert changed.json()["approved"]["en"] == offer["en"]
    assert noura.put("/api/v1/clauses/offer", json=body).json()["code"] == "clause_changed"
    confirm = ("/api/v1/clauses/offer/confirmations", {"version": changed.json()["version"]})
    assert noura.post(confirm[0], json=confirm[1]).status_code == 403
    maha = door.client("maha")
    assert maha.post(confirm[0], json=confirm[1]).json()["status"] == "approved"
    assert door.client("dana").put("/api/v1/clauses/offer", json=body).status_code == 403
    assert noura.get("/api/v1/clauses/nothing").status_code == 404


@pytest.mark.parametrize(
    "change", [{"en": "{x}"}, {"en": "a\u202eb"}, {"owner": "king"}, {"more": 1}, {"position": 0}]
)
def test_a_clause_that_cannot_be_is_422(noura, change):
    clause = noura.get("/api/v1/clauses/revenue").json()
    answer = noura.put("/api/v1/clauses/revenue", json={"version": clause["version"], **change})
    assert answer.status_code == 422, answer.text


def test_a_template_is_put_in_force_by_legal(door, noura):
    from tests.business.papers.sheets import edited

    from dealix.business.papers.standard import template

    content = edited(template(), lambda document: document.add_paragraph("{{ partner_ar }}"))
    maha = door.client("maha")
    made = maha.post("/api/v1/documents", content=content).json()
    body = {"document": made["id"], "prevailing": "en"}
    assert noura.put("/api/v1/templates/term_sheet", json=body).status_code == 403
    answer = maha.put("/api/v1/templates/term_sheet", json=body)
    assert answer.json() == {"kind": "term_sheet", "version": 2, "prevailing": "en"}
    newest, first = noura.get("/api/v1/templates/term_sheet").json()["versions"]
    assert (newest["version"], newest["standard"], first["standard"]) == (2, False, True)
    again = maha.put("/api/v1/templates/term_sheet", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "template_in_force")


def test_a_template_that_lacks_a_place_is_refused_by_its_name(door):
    from tests.business.papers.test_trying import without

    maha = door.client("maha")
    made = maha.post("/api/v1/documents", content=without("{{ c.ar }}")).json()
    answer = maha.put("/api/v1/templates/term_sheet", json={"document": made["id"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "template_misses")
    assert "clauses.ar" in answer.json()["detail"]


@pytest.mark.parametrize("who", [None, "saleh"])
def test_a_file_is_read_only_from_whom_it_may_come(door, who):
    """A board member brings in nothing, and neither does a stranger: nothing of it is held."""
    answer = door.client(who).post("/api/v1/documents", content=pdf() + b" " * 100_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert answer.json()["params"]["limit"] == door.services.settings.max_body_bytes

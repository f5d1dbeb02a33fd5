import pytest

from dealix.trust.access.limiting import BY_PAIR
from dealix.trust.access.web import COOKIE, csrf_token


def sign_in(door, handle, **changes):
    person = door.person(handle)
    body = {"email": person["email"], "password": person["password"], **changes}
    return door.client().post("/api/v1/sessions", json=body)


def test_a_password_becomes_a_token_that_opens_the_door(door):
    made = sign_in(door, "maha")
    assert made.status_code == 201
    assert made.json()["roles"] == ["legal_counsel"]
    headers = {"Authorization": f"Bearer {made.json()['token']}"}
    me = door.client(**headers).get("/api/v1/me").json()
    assert me["name_ar"] == "مها السبيعي"
    assert me["tenant"]["id"] == "rawabi-sa"
    assert door.client(**headers).delete("/api/v1/sessions/current").status_code == 204
    gone = door.client(**headers).get("/api/v1/me")
    assert (gone.status_code, gone.json()["code"]) == (401, "not_signed_in")
    assert gone.headers["www-authenticate"] == "Bearer"


def test_a_wrong_password_is_refused_without_a_hint_and_soon_not_even_looked_at(door):
    wrong = sign_in(door, "saleh", password="nope nope")
    unknown = sign_in(door, "saleh", email="nobody@rawabi-sa.example")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json()["code"] == unknown.json()["code"] == "sign_in_failed"
    for _ in range(BY_PAIR.amount):
        last = sign_in(door, "saleh", password="nope nope")
    assert (last.status_code, last.json()["code"]) == (429, "too_many_requests")
    assert int(last.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/inventory"),
        ("GET", "/inventory/partner_approval"),
        ("GET", "/runs"),
        ("POST", "/runs"),
        ("GET", "/runs/run_x"),
        ("POST", "/runs/run_x/cancel"),
        ("GET", "/approvals"),
        ("POST", "/approvals/apr_x/decisions"),
        ("GET", "/effects"),
        ("GET", "/cases"),
        ("POST", "/cases/case_x/resolutions"),
        ("GET", "/evidence/evidence_x"),
        ("GET", "/evidence/evidence_x.zip"),
        ("GET", "/audit"),
        ("GET", "/audit/verify"),
        ("GET", "/audit/export"),
        ("GET", "/users"),
        ("GET", "/me"),
    ],
)
def test_nothing_is_answered_to_somebody_who_is_not_signed_in(door, method, path):
    for headers in ({}, {"Authorization": "Bearer dxt_made_up"}, {"Authorization": "Basic eDp5"}):
        answer = door.client(**headers).request(method, f"/api/v1{path}", json={})
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_every_route_of_the_document_but_these_needs_a_person(door):
    document = door.client().get("/openapi.json").json()
    unlocked = set()
    for path, methods in document["paths"].items():
        for method in methods:
            concrete = path.replace("{", "").replace("}", "")
            answer = door.client().request(method.upper(), concrete, json={})
            if answer.status_code != 401 or answer.json()["code"] != "not_signed_in":
                unlocked.add(path)
    assert unlocked == {
        "/api/v1/sessions",
        "/api/v1/users/password",  # the invitation's code stands for the person
        "/api/v1/webhooks/whatsapp",
        "/api/v1/webhooks/{provider}",
        "/api/v1/health",
    }


def test_a_cookie_alone_reads_but_changes_nothing(door):
    person = door.person("turki")
    client = door.client()
    client.cookies.set(COOKIE, person["token"])
    assert client.get("/api/v1/me").status_code == 200
    refused = client.delete("/api/v1/sessions/current")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")
    foreign = client.delete("/api/v1/sessions/current", headers={"X-CSRF-Token": "0" * 64})
    assert foreign.status_code == 403

    class Page:
        cookies = {COOKIE: person["token"]}  # noqa: RUF012

    proof = {"X-CSRF-Token": csrf_token(Page())}
    elsewhere = client.delete(
        "/api/v1/sessions/current", headers={**proof, "Origin": "https://evil.example"}
    )
    assert elsewhere.json()["code"] == "csrf_failed"
    cross = client.delete(
        "/api/v1/sessions/current", headers={**proof, "Sec-Fetch-Site": "cross-site"}
    )
    assert cross.json()["code"] == "csrf_failed"
    assert client.delete("/api/v1/sessions/current", headers=proof).status_code == 204
    assert client.get("/api/v1/me").status_code == 401


def test_people_see_their_own_company_only(door):
    emirates = door.client("hessa", "rawabi-ae").get("/api/v1/users").json()
    assert len(emirates) == 6
    assert all(one["email"].endswith("@rawabi-ae.example") for one in emirates)

"""Signing in on pages: a device that stays, the profile, and ceremonies only from our own pages."""

import httpx
from tests.trust.access.authenticator import Authenticator
from tests.trust.approvals.gate import Gate

JSON = {"Sec-Fetch-Site": "same-origin"}
HOST = {"Host": "localhost:8000"}  # the name under which passkeys are valid here


def test_a_device_that_stays_signed_in_needs_no_form_when_its_session_is_gone(gate: Gate) -> None:
    visitor = gate.signed_in("fahad", remember=True)
    first = visitor.client.cookies["dealix_device"]
    visitor.client.cookies.delete("dealix_session")
    page = visitor.get("/approvals?scope=all")
    assert (page.status, page.path) == (200, "/approvals")
    assert visitor.client.cookies["dealix_device"] != first
    devices = visitor.get("/profile")
    assert "Devices that stay signed in" in devices.text
    action = next(a for a in actions(devices) if a.startswith("/devices/"))
    assert visitor.send(devices, action).path == "/sign-in"  # the session was that device's


def test_a_link_opens_on_a_known_device_without_a_form(gate: Gate) -> None:
    approval = gate.opened()
    visitor = gate.signed_in("fahad", remember=True)
    visitor.client.cookies.delete("dealix_session")
    token = gate.link(approval, "fahad")
    page = visitor.get(f"/d/{token}")
    assert page.path == f"/d/{token}"
    assert page.form(f"/d/{token}")["values"]["packet_hash"] == approval.packet_hash


def test_signing_out_forgets_the_device(gate: Gate) -> None:
    visitor = gate.signed_in("fahad", remember=True)
    device = visitor.client.cookies["dealix_device"]
    visitor.send(visitor.get("/profile"), "/sign-out")
    visitor.client.cookies.set("dealix_device", device)
    assert visitor.get("/").path == "/sign-in"


def test_who_does_not_ask_for_it_is_not_kept_signed_in(gate: Gate) -> None:
    assert "dealix_device" not in gate.signed_in("fahad").client.cookies


def test_a_passkey_is_registered_and_signs_in_over_the_pages(gate: Gate) -> None:
    visitor = gate.signed_in("fahad")
    csrf = visitor.get("/profile").form("/sign-out")["values"]["csrf_token"]
    own = JSON | HOST | {"X-CSRF-Token": csrf}
    key = Authenticator()
    options = visitor.client.post("/passkeys/options/register", json={}, headers=own).json()
    body = {"credential": key.registered(options), "label": "phone"}
    assert visitor.client.post("/passkeys/register", json=body, headers=JSON).status_code == 403
    assert visitor.client.post("/passkeys/register", json=body, headers=own).status_code == 201
    gate.grow_stale("fahad")
    again = visitor.client.post("/passkeys/options/register", json={}, headers=own).json()
    body = {"credential": Authenticator().registered(again), "label": "stolen"}
    refused = visitor.client.post("/passkeys/register", json=body, headers=own)
    assert refused.json()["code"] == "touch_needed"
    fresh = gate.visitor()
    asked = fresh.client.post("/passkeys/options/sign_in", json={}, headers=JSON | HOST).json()
    body = {"credential": key.asserted(asked), "next": "//evil.example"}
    cross = {"Sec-Fetch-Site": "cross-site"}
    assert fresh.client.post("/passkeys/sign-in", json=body, headers=cross).status_code == 403
    answer = fresh.client.post("/passkeys/sign-in", json=body, headers=JSON)
    assert answer.json() == {"next": "/"}
    assert fresh.get("/profile").status == 200


def test_passkeys_are_refused_with_a_word_where_no_browser_allows_them(gate: Gate) -> None:
    answer = httpx.post(f"{gate.url}/passkeys/options/sign_in", json={}, trust_env=False)
    assert answer.status_code == 503
    assert answer.json()["code"] == "passkeys_unavailable"
    assert "http://localhost:8000/profile" in gate.visitor("fahad").get("/profile").text


def actions(page) -> list[str]:
    from tests.console.visiting import Forms

    parser = Forms()
    parser.feed(page.source)
    return [form["action"] for form in parser.found]

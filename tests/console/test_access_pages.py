"""Sign in and out, languages, and what no page may ever do."""

import re

import pytest

pytestmark = pytest.mark.journey


def sign_in(console, visitor, handle="noura", goes_to="/", **changed):
    person = console.person(handle)
    page = visitor.get(f"/sign-in?next={goes_to}")
    values = {"email": person["email"], "password": person["password"], **changed}
    return visitor.send(page, "/sign-in", **values)


def test_people_sign_in_by_the_form_and_out_again_everywhere(console):
    visitor = console.visitor()
    page = sign_in(console, visitor)
    assert (page.status, page.path) == (200, "/")
    assert "Noura Al-Qahtani" in page.text
    secret = visitor.client.cookies["dealix_session"]
    cookie = page.answer.history[0].headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    out = visitor.send(page, "/sign-out")
    assert out.path == "/sign-in"
    again = console.visitor()
    again.client.cookies.set("dealix_session", secret)
    assert again.get("/").path == "/sign-in"  # ended on the server too


def test_a_wrong_password_keeps_the_email_and_says_why(console):
    visitor = console.visitor(locale="ar")
    page = sign_in(console, visitor, "lina", password="wrong")
    assert page.status == 401
    assert page.form("/sign-in")["values"]["email"] == "lina@rawabi-sa.example"
    assert "البريد الإلكتروني وكلمة المرور غير متطابقين" in page.text
    assert "dealix_session" not in visitor.client.cookies


def test_whoever_is_not_signed_in_is_led_to_the_form_and_back(console):
    visitor = console.visitor()
    page = visitor.get("/runs?status=waiting")
    assert page.path == "/sign-in"
    wanted = page.form("/sign-in")["values"]["next"]
    assert wanted == "/runs?status=waiting"
    assert sign_in(console, visitor, goes_to="/runs").path == "/runs"


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_no_link_leads_from_here_to_another_site(console, target):
    page = console.visitor().get("/sign-in", params={"next": target})
    assert page.form("/sign-in")["values"]["next"] == "/"
    visitor = console.visitor("noura")
    visitor.client.follow_redirects = False
    answer = visitor.get("/language/en", params={"next": target}).answer
    assert answer.headers["location"] == "/"


def test_the_language_is_the_devices_then_the_persons_then_the_browsers(console):
    stranger = console.visitor(locale=None)
    assert 'lang="ar" dir="rtl"' in stranger.get("/sign-in").source
    english = stranger.get("/sign-in", headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert 'lang="en" dir="ltr"' in english.source
    turki = console.visitor("turki", locale=None)  # his own language is English
    assert 'lang="en" dir="ltr"' in turki.get("/").source
    switched = turki.get("/language/ar?next=/runs")
    assert switched.path == "/runs"
    assert 'lang="ar" dir="rtl"' in switched.source
    assert 'lang="ar" dir="rtl"' in turki.get("/").source  # and stays so
    assert turki.get("/language/fr").status == 404


def test_a_form_of_another_session_changes_nothing(console):
    visitor = console.visitor("noura")
    values = visitor.get("/start/partner_approval?example=900").form("/start/partner_approval")
    foreign = {**values["values"], "csrf_token": "0" * 64}
    page = visitor.post("/start/partner_approval", foreign)
    assert page.status == 403
    assert "did not come from a page of yours" in page.text
    names = {**values["values"]}
    del names["csrf_token"]
    assert visitor.post("/start/partner_approval", names).status == 403
    visitor.client.headers["Sec-Fetch-Site"] = "cross-site"
    assert visitor.post("/start/partner_approval", values["values"]).status == 403


def test_signing_in_from_another_site_is_refused(console):
    visitor = console.visitor()
    visitor.client.headers["Sec-Fetch-Site"] = "cross-site"
    person = console.person("noura")
    values = {"email": person["email"], "password": person["password"], "csrf_token": ""}
    page = visitor.post("/sign-in", values)
    assert page.status == 403
    assert "dealix_session" not in visitor.client.cookies


def test_pages_bind_the_browser_to_our_own_code(console, waiting_run):
    visitor = console.visitor("noura")
    for path in ("/", "/start/partner_approval", f"/runs/{waiting_run}", "/sign-in", "/nowhere"):
        page = visitor.get(path)
        policy = page.answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'self';")
        assert "unsafe" not in policy
        assert not re.search(r"<script(?![^>]*src=)", page.source)
        assert not re.search(r"<style|\sstyle=|\son\w+=", page.source)
        assert page.answer.headers["cache-control"] == "no-store"


def test_static_files_are_kept_by_the_browser_and_lead_nowhere_else(console):
    visitor = console.visitor()
    sheet = visitor.get("/static/css/dealix.css")
    assert sheet.status == 200
    assert "immutable" in sheet.answer.headers["cache-control"]
    for path in ("/static/../routes.py", "/static/%2e%2e/routes.py", "/static/none.css"):
        assert visitor.get(path).status == 404


def test_an_unknown_address_is_a_page_for_people_and_a_problem_for_programs(console):
    visitor = console.visitor("noura")
    page = visitor.get("/nowhere")
    assert (page.status, page.answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is nothing here" in page.text
    api = visitor.get("/api/v1/nowhere")
    assert api.answer.headers["content-type"] == "application/problem+json"
    program = visitor.get("/nowhere", headers={"Accept": "application/json"})
    assert program.answer.headers["content-type"] == "application/problem+json"

"""How often one may come: enough for people, and nobody shuts others out."""

import secrets
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest
from limits import RateLimitItemPerMinute
from tests.api.served import served
from tests.business.papers.test_opening import pdf

from dealix.api import limits
from dealix.api.app import create_app
from dealix.bootstrap import Services
from dealix.console.routes import add_pages

PROXY = {"trusted_proxies": "127.0.0.1, 10.9.0.0/16"}
FEW = 3


@contextmanager
def console(door, **changed):
    """The pages and the API over the same company, counting in this process alone."""
    services = Services(door.services.settings.model_copy(update={"broker_url": None, **changed}))
    with served(create_app(services, add_pages)) as url:
        yield url
    services.close()


@pytest.fixture
def few(monkeypatch):
    """Every window takes three; nothing else of a rule changes."""

    def small(window):
        item = RateLimitItemPerMinute(FEW, 15, namespace=window.limit.namespace)
        return replace(window, limit=item)

    def only(by):
        kept = [
            replace(rule, windows=tuple(small(w) for w in rule.windows if w.by in by))
            for rule in limits.RULES
        ]
        monkeypatch.setattr(limits, "RULES", tuple(kept))

    return only


def visit(url, method, path, address=None, **more):
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin", **more.pop("headers", {})}
    if address:
        headers["X-Forwarded-For"] = address
    return httpx.request(method, url + path, headers=headers, trust_env=False, **more)


def token():
    return secrets.token_hex(32)


GUARDED = [
    ("POST", "/p/{token}"),
    ("GET", "/p/{token}"),
    ("GET", "/p/{token}/terms/pdf"),
    ("POST", "/d/{token}"),
    ("GET", "/d/{token}"),
]


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_a_secret_address_is_tried_so_often_from_one_place_and_no_oftener(door, few, method, path):
    few({"both", "subject"})
    with console(door, **PROXY) as url:
        mine = path.format(token=token())
        codes = [visit(url, method, mine, "203.0.113.7").status_code for _ in range(FEW + 1)]
        assert codes[:FEW].count(429) == 0
        assert codes[FEW] == 429
        other = path.format(token=token())
        assert visit(url, method, other, "203.0.113.7").status_code != 429
        if path.startswith("/d/"):  # whoever holds the same link elsewhere is not shut out
            assert visit(url, method, mine, "203.0.113.8").status_code != 429


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *GUARDED,
        ("POST", "/passkeys/options/sign_in"),
        ("POST", "/passkeys/sign-in"),
        ("POST", "/passkeys/touch"),
        ("POST", "/account/password"),
        ("POST", "/api/v1/users/me/password"),
        ("POST", "/api/v1/documents"),
        ("POST", "/sign-in"),
        ("POST", "/welcome"),
        ("POST", "/api/v1/sessions"),
    ],
)
def test_an_address_is_counted_over_all_that_it_tries(door, few, method, path):
    few({"address"})
    with console(door, **PROXY) as url:
        codes = [
            visit(url, method, path.format(token=token()), "203.0.113.9", json={}).status_code
            for _ in range(FEW + 1)
        ]
        assert codes[:FEW].count(429) == 0
        assert codes[FEW] == 429
        assert visit(url, method, path.format(token=token()), "203.0.113.10").status_code != 429


def test_the_answer_says_when_to_come_again_in_the_readers_language(door, few):
    few({"both", "address"})
    with console(door) as url:
        for _ in range(FEW + 1):
            page = visit(url, "GET", f"/p/{token()}", headers={"Accept-Language": "ar"})
            other = visit(url, "POST", "/api/v1/documents", headers={"Accept": "*/*"}, content=b"x")
        assert (page.status_code, other.status_code) == (429, 429)
        assert "too_many_requests" in page.text
        assert "محاولات كثيرة" in page.text
        assert other.json()["code"] == "too_many_requests"
        for answer in (page, other):
            assert 0 < int(answer.headers["retry-after"]) <= 15 * 60
        assert page.headers["referrer-policy"] == "no-referrer"
        assert other.headers["content-language"] in {"ar", "en"}


def test_who_was_served_at_an_address_is_not_shut_out_by_strangers_there(door, few):
    few({"address"})
    noura = {"Authorization": f"Bearer {door.person('noura')['token']}"}

    def upload(url, headers):
        return visit(url, "POST", "/api/v1/documents", headers=headers, content=pdf()).status_code

    with console(door) as url:
        assert upload(url, noura) == 201
        assert [upload(url, {}) for _ in range(FEW + 1)][-1] == 429
        assert upload(url, noura) == 201


def test_a_header_from_whoever_comes_is_not_believed(door, few):
    few({"address"})
    with console(door) as url:
        codes = [
            visit(url, "POST", f"/d/{token()}", f"203.0.113.{n}").status_code
            for n in range(FEW + 1)
        ]
        assert codes[FEW] == 429


def test_what_stands_before_our_proxys_word_is_not_believed_either(door, few):
    few({"address"})
    with console(door, **PROXY) as url:
        codes = [
            visit(url, "POST", f"/d/{token()}", f"203.0.113.{n}, 198.51.100.4").status_code
            for n in range(FEW + 1)
        ]
        assert codes[FEW] == 429


def test_a_refused_upload_is_not_read_into_memory(door, few):
    few({"address"})
    big = b"x" * 3_000_000
    with console(door) as url:
        codes = [
            visit(url, "POST", f"/p/{token()}", content=big).status_code for _ in range(FEW + 2)
        ]
    assert codes[-2:] == [429, 429]

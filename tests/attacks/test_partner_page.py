"""The partner's page: its address is the only key, and it opens one version of one run once."""

import html
from datetime import timedelta

import httpx
import pytest
from tests.api.conftest import door, noura  # noqa: F401 (fixtures)
from tests.api.served import served
from tests.api.test_bad_input import start
from tests.attacks.test_answers_by_hand import counts, offered
from tests.console.test_attacks import MARK, Marks

from dealix import clock
from dealix.api.app import create_app
from dealix.console.routes import add_pages
from dealix.lanes import run_book

TENANT = "rawabi-sa"


@pytest.fixture(scope="module")
def pages(door):  # noqa: F811
    with (
        served(create_app(door.services, add_pages)) as url,
        httpx.Client(base_url=url, timeout=30, trust_env=False) as client,
    ):
        yield client


@pytest.fixture
def offer(door, noura, request):  # noqa: F811
    """A run whose terms are out, and the secret of its page."""
    number = 930 + sum(map(ord, request.node.name)) % 900
    run = start(noura, number=number).json()["id"]
    return run, offered(door, run)


def harmless(answer):
    parser = Marks()
    parser.feed(answer.text)
    assert parser.found == []


def test_its_answers_are_kept_nowhere_and_name_no_address(pages, offer):
    _run, token = offer
    answers = [
        pages.get(f"/p/{token}"),
        pages.get(f"/p/{token}?lang=en"),
        pages.post(f"/p/{token}", data={"answer": "perhaps"}),
        pages.post(f"/p/{token}", data={"answer": "counter", "comment": "a\u202eb"}),
        pages.get("/p/" + "0" * 64),
        pages.get("/p/none"),
        pages.delete(f"/p/{token}"),
    ]
    assert [one.status_code for one in answers] == [200, 200, 422, 422, 404, 422, 405]
    for one in answers:
        assert one.headers["cache-control"] == "no-store", one.request.url
        assert one.headers["referrer-policy"] == "no-referrer", one.request.url
        assert one.headers["x-robots-tag"] == "noindex, nofollow", one.request.url
        assert one.headers["x-frame-options"] == "DENY"
    assert token not in answers[3].text
    assert token not in answers[6].text


def test_looking_answers_nothing_however_often(door, pages, offer):  # noqa: F811
    run, token = offer
    for _ in range(5):
        assert pages.get(f"/p/{token}").status_code == 200
        pages.head(f"/p/{token}")
    assert counts(door, run) == [0, 0, 0]


@pytest.mark.parametrize(
    "given",
    [
        {"revenue_share_percent": "NaN"},
        {"revenue_share_percent": "Infinity"},
        {"revenue_share_percent": "-1"},
        {"revenue_share_percent": "61"},
        {"revenue_share_percent": "1" * 400},
        {"revenue_share_percent": "12.345"},
        {"revenue_share_percent": "<b>12</b>"},
        {"comment": "x" * 4001},
        {"comment": "a\x00b"},
        {},
    ],
)
def test_a_counter_that_cannot_be_is_refused_and_nothing_is_kept(door, pages, offer, given):  # noqa: F811
    run, token = offer
    answer = pages.post(f"/p/{token}", data={"answer": "counter", **given})
    assert answer.status_code == 422, answer.text
    harmless(answer)
    assert counts(door, run) == [0, 0, 0]


def test_a_script_in_a_counter_is_text_for_the_partner_and_for_us(door, pages, noura, offer):  # noqa: F811
    run, token = offer
    wrong = {"answer": "counter", "comment": MARK, "revenue_share_percent": MARK}
    answer = pages.post(f"/p/{token}", data=wrong)
    assert answer.status_code == 422
    harmless(answer)
    assert html.escape("<xss onpointerenter") in answer.text
    kept = pages.post(f"/p/{token}", data={"answer": "counter", "comment": MARK})
    assert kept.status_code == 303
    assert counts(door, run) == [1, 1, 1]
    cookie = {"Cookie": f"dealix_session={door.person('noura')['token']}"}
    for path in (f"/runs/{run}", "/", "/runs", "/approvals?scope=all"):
        shown = pages.get(path, headers=cookie)
        assert shown.status_code == 200
        harmless(shown)
    assert noura.get(f"/api/v1/runs/{run}").status_code == 200


def test_one_answer_is_the_last_and_the_page_of_another_run_is_another(door, pages, noura, offer):  # noqa: F811
    run, token = offer
    other = start(noura, number=3901).json()["id"]
    theirs = offered(door, other)
    assert token != theirs
    assert pages.post(f"/p/{token}", data={"answer": "accept"}).status_code == 303
    for word in ("accept", "decline", "counter"):
        again = pages.post(f"/p/{token}", data={"answer": word, "comment": "no"})
        assert again.status_code == 409
    assert (counts(door, run), counts(door, other)) == ([1, 1, 1], [0, 0, 0])


@pytest.mark.parametrize("end", ["undone", "ended"])
def test_after_the_end_it_answers_nothing_and_shows_no_retracted_terms(door, pages, offer, end):  # noqa: F811
    run, token = offer
    with door.services.database.tenant(TENANT) as session:
        door.services.partners.sheets.draft(session, run_book.get(session, run))
    before = pages.get(f"/p/{token}?lang=en").text
    assert 'id="terms"' in before
    with door.services.database.tenant(TENANT) as session:
        row = run_book.get(session, run, lock=True)
        row.undo_begun_at = clock.real_now()
        if end == "ended":
            row.ended_at, row.outcome = clock.real_now() + timedelta(seconds=1), "expired"
    after = pages.get(f"/p/{token}?lang=en")
    assert after.status_code == 200
    assert "no longer on offer" in after.text
    assert 'id="terms"' not in after.text
    assert pages.post(f"/p/{token}", data={"answer": "accept"}).status_code == 409
    assert counts(door, run) == [0, 0, 0]


def test_addresses_are_not_guessed(pages):
    """Near ones, upper case and other forms of a hash lead nowhere, and tell nothing apart."""
    said = set()
    for guess in ("0" * 64, "f" * 64, "A" * 64, "0" * 63, "0" * 65, "%00" * 64):
        answer = pages.get(f"/p/{guess}")
        assert answer.status_code in {404, 422}, guess
        said.add(answer.status_code)
    assert 404 in said


def test_a_file_is_read_only_at_an_address_that_leads_somewhere(pages, offer):
    _run, token = offer
    big = {"document": ("a.docx", b"x" * 60_000)}  # more than a body may have, less than a file
    for path, code in ((f"/p/{token}", 422), ("/p/" + "0" * 64, 413), ("/p/none", 413)):
        answer = pages.post(path, data={"answer": "counter", "comment": "no"}, files=big)
        assert answer.status_code == code, path

"""Events that people enter: only what was asked, and the same a hundred times counts once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from tests.api.conftest import door, noura  # noqa: F401 (fixtures)
from tests.api.test_bad_input import start

from dealix.business.partners import negotiation
from dealix.lanes import run_book

TENANT = "rawabi-sa"
YES = {"event": "partner_answer", "data": {"answer": "accept"}}


def counts(door, run):  # noqa: F811
    """Answers, events and signals of a run."""
    with door.services.database.tenant(TENANT) as session:
        return [
            session.execute(
                text(f"SELECT count(*) FROM {table} WHERE run_id = :run {more}"), {"run": run}
            ).scalar_one()
            for table, more in (
                ("partner_answers", ""),
                ("run_events", ""),
                ("signals", "AND kind = 'event'"),
            )
        ]


def offered(door, run):  # noqa: F811
    """The terms are on their way to the partner."""
    with door.services.database.tenant(TENANT) as session:
        row = run_book.get(session, run)
        negotiation.open_page(session, door.services.vault, row)
        return negotiation.token_of(door.services.vault, row, 1)


def send(client, run, body):
    return client.post(f"/api/v1/runs/{run}/events", json=body)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (YES, 409, "offer_not_out"),
        ({"event": "terms_revision", "data": {}}, 409, "no_counter_to_answer"),
        ({"event": "signature", "data": {}}, 422, "unknown_event"),
        ({"event": "never_heard_of", "data": {}}, 422, "unknown_event"),
        ({"event": "", "data": {}}, 422, "invalid_input"),
        ({"event": "partner_answer"}, 422, "invalid_input"),
    ],
)
def test_what_the_run_does_not_ask_for_is_refused_and_not_kept(door, noura, body, status, code):  # noqa: F811
    run = start(noura, number=911).json()
    run = run.get("id") or noura.get("/api/v1/runs").json()[0]["id"]
    answer = send(noura, run, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert counts(door, run) == [0, 0, 0]


def test_the_same_answer_a_hundred_times_at_once_is_taken_once(door, noura):  # noqa: F811
    run = start(noura, number=912).json()["id"]
    offered(door, run)
    clients = [door.client("noura") for _ in range(10)]
    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(lambda n: send(clients[n % 10], run, YES), range(100)))
    assert sorted({one.status_code for one in answers}) == [200, 409]
    assert [one.status_code for one in answers].count(200) == 1
    assert {one.json()["code"] for one in answers if one.status_code == 409} == {"offer_answered"}
    assert counts(door, run) == [1, 1, 1]


def test_who_will_review_the_next_version_does_not_write_it(door, noura):  # noqa: F811
    run = start(noura, number=914).json()["id"]
    offered(door, run)
    counter = {"answer": "counter", "proposals": {"revenue_share_percent": "21"}}
    assert send(noura, run, {"event": "partner_answer", "data": counter}).status_code == 200
    revision = {"event": "terms_revision", "data": {"revenue_share_percent": "18"}}
    for handle in ("fahad", "huda", "turki"):
        answer = send(door.client(handle), run, revision)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_the_requester")
    assert counts(door, run) == [1, 1, 1]
    assert send(noura, run, revision).status_code == 200
    assert counts(door, run) == [1, 2, 2]


def test_the_partner_and_one_of_ours_who_answer_in_the_same_instant_are_one_answer(door, noura):  # noqa: F811
    run = start(noura, number=913).json()["id"]
    token = offered(door, run)

    def answer(number):
        try:
            if number % 2:
                return send(noura, run, YES).status_code
            door.services.partner_door.answer(token, {"answer": "decline"})
        except Exception as refusal:  # noqa: BLE001 (its code is judged)
            return getattr(refusal, "status", refusal)
        return 200

    with ThreadPoolExecutor(8) as threads:
        ends = list(threads.map(answer, range(16)))
    assert sorted(ends) == [200] + [409] * 15
    assert counts(door, run) == [1, 1, 1]

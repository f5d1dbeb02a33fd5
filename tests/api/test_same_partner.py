"""A company is decided on once: not twice at a time, not again as a partner, not after a no."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import text

from dealix.business.partners import standing
from dealix.business.partners.examples import partner_example
from dealix.business.partners.schemas import PartnerApprovalInput
from dealix.errors import Conflict
from dealix.lanes import run_book
from dealix.lanes.kinds import Beginning

RUNS = "/api/v1/runs"


def start(client, number, **more):
    body = {"workflow": "partner_approval", "input": partner_example(number), **more}
    return client.post(RUNS, json=body)


def becomes(door, run_id, status, days_ago=0):
    """The partner of a run stands so, since so many days."""
    with door.services.database.tenant("rawabi-sa") as session:
        run = run_book.get(session, run_id)
        session.execute(
            text(
                "UPDATE partners SET status = :status, "
                "updated_at = now() - make_interval(days => :days) WHERE id = :id"
            ),
            {"status": status, "days": days_ago, "id": run.input["partner_id"]},
        )


def reference(door, run_id):
    """What the CRM would call the company of a run."""
    with door.services.database.tenant("rawabi-sa") as session:
        run = run_book.get(session, run_id)
        return door.services.partners.company(session, run, "in_progress").ext_ref


def test_two_starts_at_once_are_one(noura):
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda _n: start(noura, 800), range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert refused["code"] == "partner_in_progress"


@pytest.mark.parametrize(
    ("status", "days_ago", "code"),
    [
        ("active", 400, "partner_active"),
        ("rejected", 0, "partner_rejected"),
        ("rejected", 89, "partner_rejected"),
    ],
)
def test_who_is_a_partner_or_was_just_rejected_is_refused(door, noura, status, days_ago, code):
    number = 810 + days_ago
    becomes(door, start(noura, number).json()["id"], status, days_ago)
    before = len(noura.get(RUNS, params={"limit": 200}).json())
    refused = start(noura, number)
    assert (refused.status_code, refused.json()["code"]) == (409, code)
    assert len(noura.get(RUNS, params={"limit": 200}).json()) == before


@pytest.mark.parametrize(
    ("status", "days_ago"), [("cancelled", 0), ("declined", 0), ("expired", 1), ("rejected", 91)]
)
def test_who_may_be_proposed_again_is_the_same_company_in_the_crm(door, noura, status, days_ago):
    number = 1000 + 10 * len(status) + days_ago
    first = start(noura, number).json()["id"]
    becomes(door, first, status, days_ago)
    again = start(noura, number)
    assert again.status_code == 201, again.text
    assert reference(door, again.json()["id"]) == reference(door, first)


def test_a_rehearsal_neither_bars_nor_is_barred(door, noura):
    first = start(noura, 1200, rehearsal=True).json()["id"]
    becomes(door, first, "rehearsal")
    real = start(noura, 1200).json()["id"]
    assert reference(door, real) != reference(door, first)
    assert start(noura, 1200, rehearsal=True).status_code == 201


def test_any_number_of_the_registry_names_the_company(door, noura):
    with door.services.database.tenant("rawabi-sa") as session:
        given = PartnerApprovalInput.model_validate(partner_example(1300))
        told = Beginning("run_x", rehearsal=False, found={"company_number": "7010001300"})
        door.services.partners._store(session, given, told)
        unified = given.model_copy(update={"registration_number": "7010001300"})
        for one, found in ((given, {}), (unified, {}), (unified, told.found)):
            with pytest.raises(Conflict) as refused:
                standing.assert_free(session, one, replace(told, found=found))
            assert refused.value.code == "partner_in_progress"


def test_the_example_of_the_inventory_is_one_that_runs(door, noura):
    for _ in range(2):
        given = noura.get("/api/v1/inventory/partner_approval").json()["example"]
        body = {"workflow": "partner_approval", "input": given}
        assert noura.post(RUNS, json=body).status_code == 201

"""Trust scores at the door: scored on a worker, each factor shown, what nobody knows said."""

from datetime import timedelta

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import text

from dealix import clock
from dealix.api.short_inputs import SHORT_INPUTS
from dealix.business.compliance.service import REGISTRY
from dealix.errors import NotConfigured
from dealix.trust.scores.uptime import Uptime

SCORES = "/api/v1/trust/scores"
EXAMPLE = SHORT_INPUTS["lead_scoring"][1]


@pytest.fixture(autouse=True)
def worker(door, monkeypatch):
    """Whoever is rung answers at once, as a worker does; `test_leads` has one on Celery."""
    jobs = door.services.short_jobs
    monkeypatch.setattr(jobs.bell, "ring", lambda *call: jobs.work(*call) or True)


def score(client, kind, entity):
    return client.post(SCORES, json={"entity_type": kind, "entity_id": entity})


def factors(answer):
    assert answer.status_code == 200, answer.text
    return {one["name"]: (one["value"], one["because"]) for one in answer.json()["factors"]}


def test_a_lead_is_scored_by_what_it_did_what_is_known_and_its_consent(door, noura):
    lead = noura.post("/api/v1/leads", json=EXAMPLE(1)).json()
    first = score(noura, "lead", lead["id"])
    assert factors(first) == {
        "engagement": (None, "no_data"),
        "data_quality": (62, "fields_known"),
        "consent": (100, "consent_in_force"),
    }
    found = first.json()
    assert (found["status"], found["known_weight"]) == ("scored", 60)
    assert found["ms"] < 5000
    noura.post(f"/api/v1/leads/{lead['id']}/activities", json={"kind": "meeting_held"})
    second = score(noura, "lead", lead["id"])
    assert factors(second)["engagement"] == (56, "activities_of_90_days")
    last = noura.get(f"{SCORES}/lead/{lead['id']}").json()
    assert last == {name: second.json()[name] for name in last}
    assert score(noura, "company", lead["company"]["id"]).json()["status"] == "not_enough_data"
    with door.services.database.tenant("rawabi-sa") as session:
        person = lead["contact"]["person_id"]
        door.services.consents.record(
            session, person, "opted_out", channel="*", purpose="*", source="reply", by="system"
        )
    assert factors(score(noura, "lead", lead["id"]))["consent"] == (0, "opted_out")
    assert "lead1@" not in door.client("dana").get("/api/v1/audit").text


def test_a_company_is_scored_by_what_the_registry_said(door, noura):
    given = EXAMPLE(2)
    given["company"]["registration_number"] = "1010123456"
    company = noura.post("/api/v1/leads", json=given).json()["company"]["id"]
    asked = score(noura, "company", company)
    assert factors(asked)["registration"] == (None, "registry_not_asked")
    book = door.services.companies._book
    book.keep("rawabi-sa", REGISTRY, "1010123456", None, {})
    assert factors(score(noura, "company", company)) == {
        "registration": (0, "registration_unknown"),
        "payment_history": (None, "no_source_yet"),
    }


def test_of_affiliates_and_idle_connectors_too_little_is_known(noura):
    found = score(noura, "affiliate", "affiliate_1").json()
    assert (found["status"], found["score"]) == ("not_enough_data", None)
    assert set(factors(score(noura, "affiliate", "affiliate_1")).values()) == {
        (None, "no_source_yet")
    }
    assert factors(score(noura, "connector", "email")) == {
        "uptime": (None, "no_data"),
        "error_rate": (None, "no_data"),
        "auth_health": (None, "not_configured"),
    }


def test_a_connector_s_uptime_is_what_its_probes_said(door, noura):
    def away():
        raise ConnectionError

    def unset():
        raise NotConfigured("setting_missing", setting="DEALIX_HUBSPOT_URL")

    database = door.services.database
    answers = {"esign": lambda: "answers", "registry": lambda: "answers", "crm": unset}
    assert Uptime(database, answers).sweep() == 2
    assert Uptime(database, {**answers, "registry": away}).sweep() == 2
    old = clock.real_now() - timedelta(days=31)
    with database.nobody() as session:
        call = "SELECT count_probe('esign', :day, false)"
        session.execute(text(call), {"day": old.date()})
    assert factors(score(noura, "connector", "esign"))["uptime"] == (100, "probes_of_30_days")
    found = score(noura, "connector", "company_research")
    assert factors(found)["uptime"] == (50, "probes_of_30_days")
    assert factors(score(noura, "connector", "crm"))["uptime"] == (None, "no_data")
    details = {one["name"]: one["detail"] for one in found.json()["factors"]}
    assert details["uptime"] == "1/2"


@pytest.mark.parametrize(
    ("kind", "entity", "status"),
    [
        ("lead", "lead_x", 404),
        ("company", "company_x", 404),
        ("connector", "telegraph", 404),
        ("planet", "mars", 422),
        ("lead", "", 422),
        ("lead", "a b", 422),
    ],
)
def test_what_there_is_not_is_not_scored(noura, kind, entity, status):
    assert score(noura, kind, entity).status_code == status


def test_scores_are_for_who_may_see_them_and_as_the_document_says(door, noura):
    assert score(door.client(), "affiliate", "a").status_code == 401
    assert score(door.client("saleh"), "affiliate", "a").status_code == 403
    assert noura.get(f"{SCORES}/affiliate/never").status_code == 404
    document = noura.get("/openapi.json").json()
    told = document["paths"][SCORES]["post"]["responses"]["200"]["content"]["application/json"]
    schema = {**told["schema"], "components": document["components"]}
    Draft202012Validator(schema).validate(score(noura, "affiliate", "b").json())

"""Consents and messages for programs: who may see and record them, and what a start leaves."""

import pytest
from tests.api.test_bad_input import example, start

from dealix.api import schemas


@pytest.fixture(scope="module")
def person(door):
    start(door.client("noura"), number=701)
    return door.client("abeer").get("/api/v1/consents").json()[0]["person_id"]


def test_a_start_records_that_its_starter_vouches_for_the_contact(door, person):
    found = door.client("abeer").get(f"/api/v1/consents/{person}").json()
    schemas.ConsentHistory.model_validate(found)
    vouched = [
        {"channel": channel, "purpose": "partnership", "source": "given_by_starter"}
        for channel in ("email", "whatsapp", "sms")
    ]
    shared = {"channel": "*", "purpose": "data_sharing", "source": "signed_contract"}
    by_channel = sorted(found["consents"], key=lambda one: one["purpose"], reverse=True)
    assert by_channel == [*vouched, shared]
    assert found["events"][0]["by"] == door.person("noura")["user_id"]
    assert door.client("hamad", "rawabi-ae").get(f"/api/v1/consents/{person}").status_code == 404


def test_who_opted_out_is_not_proposed_again_before_their_own_word(door, person):
    officer, noura = door.client("abeer"), door.client("noura")
    said = {"event": "opted_out", "source": "given_by_person"}
    address = f"/api/v1/consents/{person}/events"
    assert noura.post(address, json=said).json()["code"] == "not_entitled"
    assert officer.post(address, json=said).json()["opted_out"] is True
    again = example(noura, 702)
    again["contact"]["email"] = example(noura, 701)["contact"]["email"]
    refused = noura.post("/api/v1/runs", json={"workflow": "partner_approval", "input": again})
    assert (refused.status_code, refused.json()["code"]) == (422, "contact_opted_out")
    vouched = {"event": "given", "source": "given_by_starter"}
    assert officer.post(address, json=vouched).json()["code"] == "consent_source"
    unknown = {"event": "given", "source": "web_form", "channel": "pigeon"}
    assert officer.post(address, json=unknown).status_code == 422


def test_messages_are_listed_for_a_run_and_another_company_sees_none(door):
    for path in ("/api/v1/messages/outbound", "/api/v1/messages/inbound"):
        assert door.client("noura").get(path, params={"run": "run_none"}).json() == []
        assert door.client("mariam", "rawabi-ae").get(path).json() == []
        assert door.client().get(path).status_code == 401

"""The registry and the facts of an activation on a real run: waited for, shown, asked again."""

import io
import json
import zipfile
from pathlib import PurePosixPath

import httpx
import pytest
from tests.console.conftest import ANSWER

pytestmark = pytest.mark.journey

ENDED = ("completed", "compensated", "cancelled", "attention", "failed")
JOINTLY = "1010999004"


def example(console, number, **changed):
    path = f"/inventory/partner_approval?example={number}"
    return {**console.api("noura", "GET", path)["example"], **changed}


def start(console, given):
    body = {"workflow": "partner_approval", "input": given}
    return console.api("noura", "POST", "/runs", json=body)


def end_of(console, run):
    """The run, once it has ended."""

    def ended(_page):
        return console.api("noura", "GET", f"/runs/{run}")["status"] in ENDED

    console.visitor("noura").until(f"/runs/{run}", ended, "an end")
    return console.api("noura", "GET", f"/runs/{run}")


def to_executive(console, given):
    """A run at its executive's request. Answers the run and the request."""
    run = start(console, given)["id"]
    console.terms_out(run)
    return run, console.partner_accepts(run)


def packet(console, approval):
    return console.api("noura", "GET", f"/approvals/{approval}")["packet"]


def entries(run, name):
    return [each for each in run["timeline"] if each["name"] == name]


def crm(console, given):
    """What the CRM was told of the partner, in order."""
    effects = console.sandbox("GET", "/_sandbox/effects")
    found = [e["body"]["properties"] for e in effects if e["provider"] == "hubspot"]
    number = given["registration_number"]
    return [p["dealix_status"] for p in found if p.get("registration_number") == number]


def bodies(console, pack):
    """The records of an evidence pack by their names."""
    content = console.visitor("noura").get(f"/api/v1/evidence/{pack}.zip").answer.content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            PurePosixPath(name).stem: json.loads(archive.read(name))
            for name in archive.namelist()
            if name.startswith("items/") and name.endswith(".json")
        }


def test_a_registry_that_was_away_is_asked_again_until_the_partner_is_active(console):
    given = example(console, 720)
    fault = {"provider": "wathq", "fault": "error_500", "count": 3}
    fault["match"] = given["registration_number"]
    console.sandbox("POST", "/_sandbox/faults", json=fault)
    run = start(console, given)
    assert run["input"]["registry_at_start"] == "unavailable"
    approval = console.waits_at(run["id"], "manager_approval")
    seen = console.api("noura", "GET", f"/runs/{run['id']}")
    asked = entries(seen, "check_registration")
    assert [(one["status"], one["attempts"] > 1, one["system"]) for one in asked] == [
        ("done", True, "wathq")
    ]
    shown = packet(console, approval)
    assert shown["subject"]["registration_checked"] == "at_registry"
    registry = shown["context"]["registry"]
    assert registry["registry_status"] == "registration_is_active"
    assert registry["contact_signs"] == "sign_alone"
    assert registry["reference"] == asked[0]["reference"]
    assert "registration_not_checked" not in shown["risks"]
    console.terms_out(run["id"])
    second = console.partner_accepts(run["id"])
    listed = [effect["action"] for effect in packet(console, second)["effects"]]
    assert set(listed) >= {"esign.send", "crm.write", "email.send"}
    console.executives_agree(second)
    console.signatories(run["id"])
    done = end_of(console, run["id"])
    assert (done["status"], done["outcome"]) == ("completed", "activated")
    assert crm(console, given) == ["terms_sent", "active"]
    body = bodies(console, done["evidence"][0])
    dossier = body["output_partnerdossier"]
    assert dossier["provenance"]["delayed"] == ["registry"]
    assert dossier["registry"]["provenance"]["sources"] == [f"wathq {registry['reference']}"]
    again = body["output_registryconfirmation"]
    assert again["status"] == "active"
    assert again["reference"] != registry["reference"]
    assert body["output_saudizationstatus"]["band"] == given["saudization"]
    names = [one["name"] for one in shown["named"]]
    assert given["contact"]["name"] in names
    assert not any(name in str(dossier) for name in names)


def test_a_manager_sees_who_may_sign_and_that_the_contact_may_not(console):
    contact = {**example(console, 721)["contact"], "name": "فهد العتيبي"}
    given = example(console, 721, registration_number=JOINTLY, contact=contact)
    approval = console.waits_at(start(console, given)["id"], "manager_approval")
    assert "contact_signs_jointly" in packet(console, approval)["risks"]
    page = console.visitor(console.decider(approval), locale="ar").get(f"/approvals/{approval}")
    assert "المديرون حسب السجل التجاري" in page.text
    assert "نورة القحطاني" in page.text
    assert "مجتمعةً مع بقية مديري المنشأة" in page.text


def test_a_company_that_turns_out_suspended_goes_no_further(console):
    """The registry was away at the door, so that the run itself finds it out."""
    given = example(console, 722)  # nobody has asked about it yet: no answer is on record
    told = {"number": given["registration_number"], "status": "suspended"}
    console.sandbox("POST", "/_sandbox/wathq/companies", json=told)
    fault = {"provider": "wathq", "fault": "error_500", "match": given["registration_number"]}
    console.sandbox("POST", "/_sandbox/faults", json=fault)
    run = start(console, given)["id"]
    done = end_of(console, run)
    assert (done["status"], done["outcome"]) == ("completed", "rejected")
    assert done["error"] == {"code": "registration_suspended"}
    assert not entries(done, "manager_approval")
    page = console.visitor("noura", locale="ar").get(f"/runs/{run}")
    assert "يفيد السجل التجاري بأن هذا السجل معلّق" in page.text


def test_a_company_that_stands_no_longer_is_not_activated_and_all_is_taken_back(console):
    given = example(console, 723)
    run, approval = to_executive(console, given)
    told = {"number": given["registration_number"], "status": "suspended"}
    console.sandbox("POST", "/_sandbox/wathq/companies", json=told)
    console.executives_agree(approval)
    done = end_of(console, run)
    assert (done["status"], done["outcome"]) == ("compensated", "rejected")
    assert done["error"] == {"code": "registration_suspended"}
    assert not entries(done, "send_envelope")
    assert not entries(done, "activate_partner")
    assert crm(console, given) == ["terms_sent", "withdrawn"]


def test_what_all_have_signed_is_a_persons_to_end_where_the_company_stands_no_longer(console):
    given = example(console, 728)
    run, approval = to_executive(console, given)
    console.executives_agree(approval)
    console.out_for_signature(run)
    told = {"number": given["registration_number"], "status": "suspended"}
    console.sandbox("POST", "/_sandbox/wathq/companies", json=told)
    console.signatories(run)
    done = end_of(console, run)
    assert done["status"] == "attention"
    assert not entries(done, "activate_partner")
    assert crm(console, given) == ["terms_sent", "withdrawn"]
    cases = console.api("noura", "GET", f"/cases?run={run}")
    [case] = [one for one in cases if one["run"] == run]
    assert (case["kind"], case["step"]) == ("still_in_force", "send_envelope")
    page = console.visitor("noura").get("/cases")
    assert "All have signed, and nothing takes that back" in page.text
    settled = {"resolution": "done_by_hand", "comment": "they know"}
    console.api("noura", "POST", f"/cases/{case['id']}/resolutions", json=settled)
    assert console.api("noura", "GET", f"/runs/{run}")["status"] == "compensated"


def test_what_the_activation_needs_is_waited_for_and_brought_on_the_page(console):
    given = example(console, 726, saudization=None, data_sharing_consent=None)
    run, approval = to_executive(console, given)
    risks = packet(console, approval)["risks"]
    assert {"saudization_not_recorded", "data_sharing_not_consented"} <= set(risks)
    console.executives_agree(approval)
    console.out_for_signature(run)
    visitor = console.visitor("noura")
    assert f'data-run="{run}" data-holder="partner"' in visitor.get("/board").source
    console.signatories(run)
    page = visitor.until(
        f"/runs/{run}", lambda page: 'id="enter"' in page.source, "a form for what is missing"
    )
    assert f'data-run="{run}" data-holder="requester"' in visitor.get("/board").source
    assert "activation waits for facts from you" in visitor.get("/").text
    card = (
        visitor.get("/todo").source.partition(f'data-facts="{run}"')[2].partition("</article>")[0]
    )
    assert "Saudization (Nitaqat band)" in card
    assert "Consent to sharing personal data" in card
    assert ("Since" in card, "working minute" in card) == (True, True)
    assert f'data-facts="{run}"' not in console.visitor("turki").get("/todo").source
    assert console.api("noura", "GET", f"/runs/{run}")["waiting_for"] == "activation_facts"
    address = f"/runs/{run}/events/activation_facts"
    nothing = visitor.send(page, address)
    assert (nothing.status, "still waits for" in nothing.text) == (422, True)
    for data, code in (({}, "activation_facts_missing"), ({"saudization": "x"}, "invalid_input")):
        body = {"event": "activation_facts", "data": data}
        with pytest.raises(httpx.HTTPStatusError) as refused:
            console.api("noura", "POST", f"/runs/{run}/events", json=body)
        problem = refused.value.response.json()
        assert (refused.value.response.status_code, problem["code"]) == (422, code)
    half = {"event": "activation_facts", "data": {"saudization": "red"}}
    console.api("noura", "POST", f"/runs/{run}/events", json=half)
    page = visitor.until(f"/runs/{run}", lambda page: 'id="enter"' in page.source, "the form")
    visitor.send(page, address, data_sharing_consent="signed_contract")
    done = end_of(console, run)
    assert (done["status"], done["outcome"]) == ("completed", "activated")
    person = console.api("noura", "GET", f"/runs/{run}")["subject"]["persons"][0]
    consents = console.api("noura", "GET", f"/consents/{person}")["consents"]
    assert {"channel": "*", "purpose": "data_sharing", "source": "signed_contract"} in consents


def test_who_may_not_sign_alone_is_not_active_before_a_power_is_on_record(console):
    contact = {**example(console, 733)["contact"], "name": "سلمان الدوسري"}
    run, approval = to_executive(console, example(console, 733, contact=contact))
    risks = packet(console, approval)["risks"]
    assert {"contact_may_not_sign", "signing_power_not_recorded"} <= set(risks)
    console.executives_agree(approval)
    console.signatories(run)
    visitor = console.visitor("noura", locale="ar")
    page = visitor.until(f"/runs/{run}", lambda page: 'id="enter"' in page.source, "the form")
    address = f"/runs/{run}/events/activation_facts"
    half = visitor.send(page, address, signing_basis="power_of_attorney")
    assert (half.status, "اذكر سند التوقيع كاملًا" in half.text) == (422, True)
    power = {
        "signing_basis": "power_of_attorney",
        "signing_document": "وكالة 4411/2026",
        "signing_scope": "توقيع اتفاقيات الشراكة",
        "signing_from": "2020-01-01",
    }
    over = {"event": "activation_facts", "data": {**power, "signing_until": "2020-12-31"}}
    with pytest.raises(httpx.HTTPStatusError) as refused:
        console.api("noura", "POST", f"/runs/{run}/events", json=over)
    assert refused.value.response.json()["code"] == "activation_facts_missing"
    visitor.send(half, address, **power, signing_until="2099-12-31")
    done = end_of(console, run)
    assert done["outcome"] == "activated"
    kept = bodies(console, done["evidence"][0])["output_signingpower"]
    assert (kept["basis"], kept["valid_until"]) == ("power_of_attorney", "2099-12-31")


def test_a_partner_of_another_country_needs_no_saudization(console):
    given = example(console, 725, country="AE", registration_number="CN-7654321", saudization=None)
    run, approval = to_executive(console, given)
    assert "registration_not_checked" in packet(console, approval)["risks"]
    console.executives_agree(approval)
    console.signatories(run)
    done = end_of(console, run)
    assert (done["outcome"], entries(done, "check_registration")) == ("activated", [])
    assert ANSWER in {entry["name"] for entry in done["timeline"]}

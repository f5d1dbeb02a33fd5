"""Practice: the whole flow with real names, while nobody outside hears of it."""

import io
import json
import re
import zipfile

import httpx
import pytest
from docx import Document
from pypdf import PdfReader

pytestmark = pytest.mark.journey

PARTNER = "first.hour@partner.example"
PHONE = "+966551234567"
CONTACT = {"contact.email": PARTNER, "contact.phone": PHONE}
BANNER = 'id="practice"'


def nobody_outside_heard(console, run: str) -> list[dict]:
    """The judge's list: every message of the run went to its starter, and says what it is."""
    rows = console.messages(run)
    starter = console.person("noura")["email"]
    for row in rows:
        assert row["provider"] == "smtp", row
        assert row["body"]["to"] == [starter]
        assert re.match(r"(This is practice|رسالة تدريب)", row["body"]["text"].lstrip()), row
    everything = json.dumps(console.sandbox("GET", "/_sandbox/effects"), ensure_ascii=False)
    asked = json.dumps(console.sandbox("GET", "/_sandbox/requests"), ensure_ascii=False)
    partner = console.api("noura", "GET", f"/runs/{run}")["input"]["partner_id"]
    for address in (PARTNER, PHONE, PHONE.lstrip("+"), partner):
        assert address not in everything
        assert address not in asked
    return rows


def waits_for_partner(console, run: str) -> None:
    console.approve(run, "manager_approval", "term_review", "legal_review")
    console.visitor("noura").until(
        f"/runs/{run}",
        lambda page: console.api("noura", "GET", f"/runs/{run}")["waiting_for"] == "partner_answer",
        "a wait for the partner",
    )


def ended(console, run: str) -> dict:
    console.visitor("noura").until(f"/runs/{run}", lambda page: "Ended" in page.text, "its end")
    return console.api("noura", "GET", f"/runs/{run}")


@pytest.fixture(scope="module")
def walked(console) -> str:
    """A practice run that went all the way, the partner countering once on their page."""
    run = console.start(practice=True, **CONTACT)
    waits_for_partner(console, run)
    stranger = console.visitor()
    address = console.partner_page(run)
    offered = stranger.get(f"{address}?lang=en")
    assert BANNER in offered.source
    assert BANNER in stranger.get(f"{address}?lang=ar").source
    stranger.post(f"{address}?lang=en", {"answer": "counter", "revenue_share_percent": "21"})
    console.visitor("noura").until(
        f"/runs/{run}",
        lambda page: console.api("noura", "GET", f"/runs/{run}")["waiting_for"] == "terms_revision",
        "the requester's turn",
    )
    revision = {"event": "terms_revision", "data": {"revenue_share_percent": "21"}}
    console.api("noura", "POST", f"/runs/{run}/events", json=revision)
    again = console.visitor("noura").until(
        f"/runs/{run}",
        lambda page: len({a for a in page.links("/approvals/apr_") if "_term_review_" in a}) == 2,
        "the second review",
    )
    second = [a for a in again.links("/approvals/apr_") if "_term_review_" in a][1][11:]
    console.decide(console.decider(second), second, "approve")
    executive = console.partner_accepts(run)
    for locale in ("ar", "en"):
        assert (
            BANNER in console.visitor("sultan", locale=locale).get(f"/approvals/{executive}").source
        )
    console.approve(run, "executive_approval")
    console.signatories(run)
    ended(console, run)
    return run


def test_a_whole_flow_with_a_counter_offer_reaches_only_its_starter(console, walked):
    run = console.api("noura", "GET", f"/runs/{walked}")
    assert (run["status"], run["outcome"], run["practice"]) == ("completed", "activated", True)
    rows = nobody_outside_heard(console, walked)
    # Two versions, each by mail and as WhatsApp would say it, then the activation.
    assert len(rows) == 5
    assert sum("WhatsApp" in row["body"]["subject"] for row in rows) == 2


def test_the_mailbox_leads_on_to_the_partners_page(console, walked):
    noura = console.visitor("noura")
    assert console.partner_page(walked, waiting=False) in noura.get("/mailbox").links("/p/")


def test_the_papers_say_on_every_page_that_they_are_not_valid(console, walked):
    noura = console.visitor("noura")
    for version in (1, 2):
        paper = f"/runs/{walked}/negotiation/{version}"
        pages = PdfReader(io.BytesIO(noura.get(f"{paper}/pdf").answer.content)).pages
        assert all("Practice – not valid" in page.extract_text() for page in pages)
        document = Document(io.BytesIO(noura.get(f"{paper}/docx").answer.content))
        assert "للتدريب – غير صالح · Practice – not valid" in [
            line.text for line in document.sections[0].header.paragraphs
        ]


def test_practice_leaves_no_trace_in_the_crm_and_says_so(console, walked):
    effects = console.api("noura", "GET", f"/effects?run={walked}")
    (crm,) = [one for one in effects if one["key"].endswith("write_crm")]
    assert (crm["status"], crm["reference"]) == ("waived", None)
    page = console.visitor("noura").get(f"/runs/{walked}")
    assert ("step", "write_crm", "waived") in page.entries()
    assert "Reason: Practice" in page.text
    review = next(a for a in page.links("/approvals/apr_") if "_legal_review_" in a)
    assert "Write to the CRM" not in console.visitor("maha").get(review).text


def test_a_cancel_takes_back_from_the_starter_alone(console):
    run = console.start(practice=True, **CONTACT)
    waits_for_partner(console, run)
    console.api("noura", "POST", f"/runs/{run}/cancel", json={"comment": "seen enough"})
    assert ended(console, run)["status"] == "cancelled"
    rows = nobody_outside_heard(console, run)
    assert len(rows) == 4
    assert [bool(row["undone"]) for row in rows] == [True, True, False, False]


def test_a_stop_word_to_a_practice_message_silences_nobody_for_real(console):
    given = {"contact.email": "stays.open@partner.example"}
    run = console.start(practice=True, **given)
    waits_for_partner(console, run)
    sent = console.messages(run)[0]["body"]
    answer = {"channel": "email", "from": sent["to"][0], "text": "STOP"}
    answer["message_id"] = sent["message_id"]
    console.sandbox("POST", "/_sandbox/messages/reply", json=answer)
    console.visitor("noura").until(
        f"/runs/{run}",
        lambda page: any(entry[0] == "message" for entry in page.entries()),
        "the answer",
    )
    assert console.start(**given)  # the contact of the same address may still be written to


@pytest.mark.parametrize("locale", ["ar", "en"])
def test_every_page_of_a_practice_run_says_so(console, walked, locale):
    noura = console.visitor("noura", locale=locale)
    page = noura.get(f"/runs/{walked}")
    for address in (f"/runs/{walked}", f"/runs/{walked}/undo", *page.links("/approvals/apr_")):
        assert BANNER in noura.get(address).source, address
    word = {"ar": "تدريب", "en": "Practice"}[locale]
    for address in (
        "/board?ended=true",
        "/",
        "/runs",
        "/approvals?scope=all",
        f"/outbound?run={walked}",
    ):
        assert word in noura.get(address).text, address
    assert BANNER not in noura.get(f"/runs/{console.start()}").source


def test_the_approver_is_told_that_it_is_practice(console, walked):
    effects = console.sandbox("GET", "/_sandbox/effects")
    marks = ("تدريب: ", "Practice: ")
    told = [
        one["body"]
        for one in effects
        if one["provider"] == "smtp" and one["body"]["subject"].startswith(marks)
    ]
    inside = {one["email"] for one in console.record["sign_ins"]}
    assert {address for body in told for address in body["to"]} <= inside
    fahad = console.person("fahad")["email"]
    assert any(fahad in body["to"] and "هذا تدريب" in body["text"] for body in told)


def test_the_evidence_says_practice(console, walked):
    (pack,) = console.api("noura", "GET", f"/runs/{walked}")["evidence"]
    headers = {"Authorization": f"Bearer {console.person('dana')['token']}"}
    address = f"{console.url}/api/v1/evidence/{pack}.zip"
    answer = httpx.get(address, headers=headers, trust_env=False, timeout=60)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as files:
        run = json.loads(files.read("items/run.json"))
        report = PdfReader(io.BytesIO(files.read("items/report_en.pdf")))
    assert run["practice"] is True
    assert "This was practice" in report.pages[0].extract_text()
    entries = console.api("dana", "GET", f"/audit?run={walked}&limit=200")
    (started,) = [one["record"] for one in entries if one["record"]["action"] == "run.started"]
    assert started["data"]["practice"] is True


def test_a_practice_partner_is_no_partner(console, walked):
    given = console.api("noura", "GET", "/inventory/partner_approval?example=77")["example"]
    body = {"workflow": "partner_approval", "input": given, "practice": True}
    first = console.api("noura", "POST", "/runs", json=body)
    second = console.api("noura", "POST", "/runs", json=body)
    real = console.api("noura", "POST", "/runs", json={**body, "practice": False})
    assert len({first["id"], second["id"], real["id"]}) == 3  # none stands in another's way


def test_practice_is_chosen_at_the_start_and_never_again(console):
    given = console.api("noura", "GET", "/inventory/partner_approval?example=78")["example"]
    body = {"workflow": "partner_approval", "input": given, "key": "fixed", "practice": True}
    run = console.api("noura", "POST", "/runs", json=body)["id"]
    visitor = console.visitor("noura")
    headers = {"Authorization": f"Bearer {console.person('noura')['token']}"}
    for other in ({"practice": False}, {"practice": True, "rehearsal": True}, {"practice": "no"}):
        answer = visitor.client.post("/api/v1/runs", json={**body, **other}, headers=headers)
        assert answer.status_code in {409, 422}, answer.text
    for method in ("PUT", "PATCH", "POST"):
        answer = visitor.client.request(
            method, f"/api/v1/runs/{run}", json={"practice": False}, headers=headers
        )
        assert answer.status_code in {404, 405}
    assert console.api("noura", "GET", f"/runs/{run}")["practice"] is True


def test_a_form_without_a_way_to_start_starts_nothing(console):
    visitor = console.visitor("noura")
    before = console.api("noura", "GET", "/runs")[0]["id"]
    form = visitor.get("/start/partner_approval?example=79")
    for mode in ("", "really"):
        page = visitor.send(form, "/start/partner_approval", _mode=mode)
        assert page.status == 422
    assert console.api("noura", "GET", "/runs")[0]["id"] == before


def test_a_company_without_a_run_is_led_to_practice(console):
    for locale, text in (
        ("en", "Try the flow in practice mode"),
        ("ar", "جرّب المسار في وضع التدريب"),
    ):
        mariam = console.visitor("mariam", "rawabi-ae", locale)
        home = mariam.get("/")
        assert text in home.text
        (address,) = [one for one in home.links("/start/") if "mode=practice" in one]
        form = mariam.get(address).form("/start/partner_approval")
        assert form["values"]["_mode"] == "practice"
    assert "first-hour" not in console.visitor("noura").get("/").source
    first = console.visitor("mariam", "rawabi-ae").get("/").links("/start/")
    assert first in ([], ["/start/partner_approval?mode=practice"]), "what can be practised"

"""A deal is priced and offered in both languages, each version kept; what cannot be is refused."""

import hashlib
import io
import zipfile

import pytest
from pypdf import PdfReader
from sqlalchemy import text

from dealix.business.evidence.verifying import verify_bytes
from dealix.business.proposals.examples import proposal_example
from dealix.business.proposals.pipelines import ProposalGeneration
from dealix.business.proposals.price_book import EXAMPLE_SAR
from dealix.business.proposals.schemas import PricingDecisionRecord, ProposalPack
from dealix.errors import Conflict
from dealix.lanes.pipelines import stage

STEPS = ["collect_deal", "draft_proposal", "price_proposal", "render_proposal", "notify_author"]


def begin(client, given, **more):
    body = {"workflow": "proposal_generation", "input": given, **more}
    return client.post("/api/v1/runs", json=body)


def propose(door, client, given):
    run = begin(client, given)
    assert run.status_code == 201, run.text
    door.services.pipeline_worker.work_due()
    seen = client.get(f"/api/v1/runs/{run.json()['id']}").json()
    return seen, client.get(f"/api/v1/proposals/{seen['id']}").json()


def lines(sku="PLATFORM-SEAT", quantity=2, discount="0"):
    return [{"sku": sku, "quantity": quantity, "discount_percent": discount}]


def deal(client, key, **more):
    given = {"key": key, "title": "Platform", "amount": "1000.00", "company": {"name": f"Co {key}"}}
    return client.post("/api/v1/deals", json={**given, **more}).json()["id"]


def test_a_proposal_goes_through_all_steps_to_the_deal_s_owner(door, noura):
    run, found = propose(door, noura, proposal_example(0))
    assert (run["status"], run["outcome"]) == ("completed", "proposed"), run["error"]
    assert [(e["name"], e["status"]) for e in run["timeline"]] == [(n, "done") for n in STEPS]
    assert (found["state"], found["version"]) == ("ready", 1)
    assert run["subject"]["name_ar"] == proposal_example(0)["deal"]["company_name_ar"]
    record = PricingDecisionRecord.model_validate(
        {k: v for k, v in found["price"].items() if k != "sha256"}
    )
    pack = ProposalPack.model_validate(found["pack"])
    assert record.digest() == pack.pricing_hash == found["price"]["sha256"]
    assert (pack.provenance.method, pack.provenance.not_configured) == ("rules", ["model"])
    assert (pack.title_en, pack.title_ar) == tuple(
        proposal_example(0)["deal"][name] for name in ("title", "title_ar")
    )
    assert found["pack_sha256"] == run["result"]["sha256"]
    waiting = [each["run"] for each in noura.get("/api/v1/proposals/waiting").json()]
    assert run["id"] in waiting
    assert noura.post(f"/api/v1/proposals/{run['id']}/seen").json()["seen_at"]
    assert run["id"] not in [e["run"] for e in noura.get("/api/v1/proposals/waiting").json()]


def test_the_files_are_what_the_pack_says_and_can_be_read_in_both_languages(door, noura):
    run, found = propose(door, noura, proposal_example(1))
    for document in found["pack"]["documents"]:
        language = document["language"]
        file = noura.get(f"/api/v1/proposals/{run['id']}/pdf", params={"lang": language})
        assert file.headers["content-type"] == "application/pdf"
        assert hashlib.sha256(file.content).hexdigest() == document["sha256"]
        reader = PdfReader(io.BytesIO(file.content))
        assert len(reader.pages) == document["pages"]
        words = "".join(page.extract_text() for page in reader.pages)
        assert f"{float(found['gross']):,.2f}" in words
        assert ("Tuwaiq Systems 801" in words) == (language == "en")
        assert ("Sales platform, first year" in words) == (language == "en")
        assert "900.00" not in words  # what it costs us is nobody's business outside


def test_each_version_is_kept_and_names_the_one_before(door, noura):
    first, _ = propose(door, noura, proposal_example(2))
    again = {**proposal_example(2), "lines": lines(quantity=5)}
    run, found = propose(door, noura, again)
    assert found["version"] == 2
    assert found["pack"]["supersedes"] == f"{found['proposal']}:1"
    assert [one["version"] for one in found["versions"]] == [2, 1]
    before = noura.get(f"/api/v1/proposals/{first['id']}").json()
    assert before["pack"]["version"] == 1
    assert before["gross"] != found["gross"]
    listed = noura.get("/api/v1/proposals", params={"deal": found["deal_id"]}).json()
    assert [one["run"] for one in listed] == [run["id"], first["id"]]


def test_a_deal_on_record_is_found_by_its_id_and_by_our_reference(door, noura):
    one = deal(noura, "known-deal")
    by_id, _ = propose(door, noura, {"deal_id": one, "lines": lines()})
    by_key, found = propose(door, noura, {"deal_id": "known-deal", "lines": lines()})
    assert by_id["input"]["deal_id"] == by_key["input"]["deal_id"] == one
    assert found["version"] == 2


def test_the_same_key_starts_one_run(noura):
    given = proposal_example(3)
    one, two = (begin(noura, given, key="proposal-once") for _ in range(2))
    assert (one.status_code, two.status_code) == (201, 200)
    assert one.json()["id"] == two.json()["id"]


@pytest.mark.parametrize(
    ("status", "code", "given"),
    [
        (404, "not_found", {"deal_id": "deal_nobody", "lines": lines()}),
        (422, "discount_whole", {"deal_id": "x", "lines": lines(discount="100")}),
        (422, "discount_whole", {"deal_id": "x", "lines": lines(discount="١٠٠")}),
        (422, "invalid_input", {"deal_id": "x", "lines": []}),
        (422, "invalid_input", {"deal_id": "x", "lines": lines(quantity=-1)}),
        (422, "invalid_input", {"deal_id": "x", "lines": lines(quantity="two")}),
        (422, "invalid_input", {"deal_id": "x", "lines": lines(sku="A\u202eB")}),
        (422, "invalid_input", {"deal_id": "x\x00", "lines": lines()}),
        (422, "no_price_book", {"deal": {"currency": "KWD"}, "lines": lines()}),
        (422, "price_below_cost", {"deal": {}, "lines": lines(discount="50.01")}),
        (422, "proposal_deal", {"lines": lines()}),
        (422, "unknown_product", {"deal": {}, "lines": lines(sku="MOON")}),
    ],
)
def test_what_cannot_be_offered_is_refused_at_the_door(noura, status, code, given):
    if "deal" in given:
        given = {**given, "deal": {"title": "Refused", "company_name": "Refused", **given["deal"]}}
    answer = begin(noura, given)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    listed = noura.get("/api/v1/deals", params={"limit": 200}).json()
    assert "Refused" not in [one["title"] for one in listed]


def test_eastern_digits_are_digits(door, noura):
    given = {**proposal_example(4), "lines": lines(quantity="٣", discount="٥")}
    _, found = propose(door, noura, given)
    assert (found["price"]["lines"][0]["quantity"], found["discount_percent"]) == (3, "5")


def test_a_bidi_override_in_a_title_is_refused(noura):
    given = proposal_example(5)
    given["deal"]["title"] = "Platform \u202e 000,1"
    answer = begin(noura, given)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "input.deal.title"


def test_another_company_s_deal_and_proposals_are_nowhere(door, noura):
    run, found = propose(door, noura, proposal_example(6))
    mariam = door.client("mariam", "rawabi-ae")
    assert begin(mariam, {"deal_id": found["deal_id"], "lines": lines()}).status_code == 404
    for path in ("", "/pdf", "/seen"):
        call = mariam.post if path == "/seen" else mariam.get
        assert call(f"/api/v1/proposals/{run['id']}{path}").status_code == 404
    assert mariam.get("/api/v1/proposals").json() == []


def test_a_deal_that_is_closed_gets_no_offer(noura):
    one = deal(noura, "closed-deal", status="won")
    answer = begin(noura, {"deal_id": one, "lines": lines()})
    assert (answer.status_code, answer.json()["code"]) == (409, "deal_closed")


def test_vat_follows_the_customer_s_country(door, noura):
    given = proposal_example(7)
    given["deal"]["country"] = "AE"
    _, found = propose(door, noura, given)
    assert (found["price"]["vat_percent"], found["price"]["vat"]) == ("0", "0.00")
    mariam = door.client("mariam", "rawabi-ae")
    at_home = {**proposal_example(8), "deal": {**proposal_example(8)["deal"], "country": "AE"}}
    run = begin(mariam, at_home).json()
    door.services.pipeline_worker.work_due()
    price = mariam.get(f"/api/v1/proposals/{run['id']}").json()["price"]
    assert (price["vat_percent"], price["currency"]) == ("5", "AED")


def test_a_price_book_changes_by_versions_and_only_by_those_who_may(door, noura):
    assert noura.put("/api/v1/price-books", json=EXAMPLE_SAR).status_code == 403
    khalid = door.client("khalid")
    same = khalid.put("/api/v1/price-books", json=EXAMPLE_SAR).json()
    dear = [{**one, "list_price": "٩٩٩٩"} for one in EXAMPLE_SAR["products"][1:2]]
    dear = [*dear, *EXAMPLE_SAR["products"][:1], *EXAMPLE_SAR["products"][2:]]
    changed = khalid.put("/api/v1/price-books", json={**EXAMPLE_SAR, "products": dear}).json()
    assert changed["version"] == same["version"] + 1
    _, found = propose(door, noura, {**proposal_example(9), "lines": lines("ONBOARDING-DAY", 1)})
    assert found["price"]["price_book_version"] == changed["version"]
    assert found["net"] == "9999.00"
    in_force = {one["currency"]: one["version"] for one in khalid.get("/api/v1/price-books").json()}
    assert in_force["SAR"] == changed["version"]
    khalid.put("/api/v1/price-books", json=EXAMPLE_SAR)


def test_a_step_that_fails_for_good_leaves_nothing_that_counts(door, noura, monkeypatch):
    @stage("notify_author", method="message_id")
    def broken(_self, _call):
        raise Conflict("deal_closed")

    with monkeypatch.context() as patch:
        patch.setattr(ProposalGeneration, "notify_author", broken)
        run, found = propose(door, noura, proposal_example(10))
    assert (run["outcome"], found["state"], found["pack"]) == ("failed", "failed", None)
    assert noura.get(f"/api/v1/proposals/{run['id']}/pdf").status_code == 404
    again, found = propose(door, noura, proposal_example(10))
    assert (again["outcome"], found["version"], found["pack"]["supersedes"]) == (
        "proposed",
        2,
        None,
    )


def test_what_was_offered_cannot_be_changed_by_the_application(door, noura):
    propose(door, noura, proposal_example(11))
    for table in ("price_books", "price_records", "proposal_packs"):
        with (
            pytest.raises(Exception, match="permission denied"),
            door.services.database.tenant("rawabi-sa") as session,
        ):
            session.execute(text(f"UPDATE {table} SET sha256 = 'x'"))


def test_the_pack_of_a_deal_holds_its_prices_and_what_was_offered(door, noura):
    run, found = propose(door, noura, proposal_example(12))
    amal = door.client("amal")
    body = {"workflow": "evidence_pack", "input": {"type": "deal_closure", "run": run["id"]}}
    packing = amal.post("/api/v1/runs", json=body)
    assert packing.status_code == 201, packing.text
    door.services.pipeline_worker.work_due()
    [pack] = amal.get(f"/api/v1/runs/{packing.json()['id']}").json()["evidence"]
    archive = amal.get(f"/api/v1/evidence/{pack}.zip").content
    assert verify_bytes(archive).ok
    manifest = amal.get(f"/api/v1/evidence/{pack}").json()["manifest"]
    names = {item["name"] for item in manifest["items"]}
    assert {
        "deal",
        "lead_history",
        "prices",
        "proposals",
        "proposal_1_ar",
        "proposal_1_en",
    } <= names
    with zipfile.ZipFile(io.BytesIO(archive)) as whole:
        content = b"".join(whole.read(name) for name in whole.namelist())
    assert found["pack_sha256"].encode() in content

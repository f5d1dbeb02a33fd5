"""Packs are assembled by a pipeline at the same door as every run, and prove themselves offline."""

import json
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from tests.api.test_bad_input import start as start_deal

from dealix import clock
from dealix.api import schemas
from dealix.business.dashboard.dictionary import METRICS
from dealix.business.evidence.pack import archive
from dealix.business.evidence.reading import files_of, manifest_of
from dealix.business.evidence.starting import pack_example
from dealix.business.evidence.verifying import verify_bytes
from dealix.errors import InvariantBroken
from dealix.records import audit

TENANT = "rawabi-sa"
TODAY = clock.real_now().astimezone(ZoneInfo("Asia/Riyadh")).date()  # the company's day
DEAL = {"effects", "approvals", "messages", "receipts", "inbound", "consents", "terms", "cases"}
TABLES = {
    "compliance_audit": {"consents", "message_judgments", "approvals", "decisions", "sla_steps",
                         "tokens", "cases", "authority_versions", "grants", "accounts", "persons",
                         "clauses", "registry_answers", "leads", "qualifications"},
    "board_report": {"runs", "partners", "terms", "envelopes", "approvals", "decisions",
                     "sla_steps", "effects", "undos", "cases", "leads", "lead_scores",
                     "qualifications", "deals", "metrics"},
    "deal_closure": {"effects", "undos", "cases", "pauses", "terms", "tokens", "sla_steps",
                     "messages", "receipts", "inbound", "message_judgments", "answers", "consents"},
    "incident_response": {"effects", "cases", "undos", "deliveries", "pauses", "tokens",
                          "sla_steps", "envelopes", "messages", "receipts", "inbound",
                          "message_judgments", "answers", "consents", "qualifications", "leads"},
}  # fmt: skip


def ask(client, **given):
    return client.post("/api/v1/runs", json={"workflow": "evidence_pack", "input": given})


@pytest.fixture(scope="module")
def deal(door):
    """A partner approval that is on record as ended."""
    run = start_deal(door.client("noura"), number=71).json()["id"]
    with door.services.database.tenant(TENANT) as session:
        session.execute(
            text("UPDATE runs SET ended_at = now(), outcome = 'declined' WHERE id = :run"),
            {"run": run},
        )
    return run


def holder(door, role):
    """Somebody who holds this role and no other."""
    mine = (one for one in door.sign_ins if one["tenant"] == TENANT and one["roles"] == [role])
    return door.client(next(mine)["email"].partition("@")[0])


def made(door, client, **given):
    """A pack as it is fetched once its pipeline has run."""
    asked = ask(client, **given)
    assert asked.status_code == 201, asked.text
    door.services.pipeline_worker.work_due()
    run = client.get(f"/api/v1/runs/{asked.json()['id']}").json()
    assert (run["status"], run["outcome"]) == ("completed", "assembled"), run["error"]
    [pack] = run["evidence"]
    return run, client.get(f"/api/v1/evidence/{pack}.zip").content


@pytest.mark.parametrize("kind", sorted(TABLES))
def test_a_pack_of_each_kind_holds_its_tables_and_verifies(door, deal, kind):
    client = door.client("amal")
    about = {"run": deal} if kind in {"deal_closure", "incident_response"} else {}
    run, content = made(door, client, type=kind, **about)
    report = verify_bytes(content)
    assert report.ok, report.findings
    assert report.audit_records > 0
    assert report.audit_unsealed == 0
    manifest = manifest_of(content)
    assert (manifest.kind, manifest.run_id) == (kind, deal if about else run["id"])
    assert TABLES[kind] <= {item.name for item in manifest.items}
    assert len(TABLES[kind]) >= 6
    assert run["result"] == {"pack": manifest.pack_id, "sha256": report.sha256}
    steps = [(one["name"], one["status"]) for one in run["timeline"]]
    wanted = ["query_sources", "aggregate_items", "hash_items", "store_pack"]
    assert steps == [(name, "done") for name in wanted]
    for locale in ("ar", "en"):
        paper = client.get(f"/api/v1/evidence/{manifest.pack_id}.pdf?lang={locale}")
        assert paper.content == files_of(content)[f"items/report_{locale}.pdf"]
    for clear in ("نورة القحطاني", "contact71@", "Layla Haddad"):
        assert clear.encode() not in content
    with door.services.database.tenant(TENANT) as session:
        left = session.execute(text("SELECT count(*) FROM evidence_drafts")).scalar_one()
        named = audit.newest(session, run_id=manifest.run_id)
    assert left == 0
    assert any(one.record.data.get("assembled_by") == run["id"] for one in named if one.record)


def test_a_board_report_holds_the_time_s_deals_and_figures_by_the_one_dictionary(door):
    amal, noura = door.client("amal"), door.client("noura")
    company = {"name": "Board Trading", "name_ar": "شركة المجلس التجارية"}
    now = clock.real_now()
    entered = {}
    for key, days, status in (("won-now", 1, "won"), ("won-long-ago", 200, "won"), ("open", 0, "")):
        given = {"key": f"board-{key}", "company": company, "title": "Licences", "amount": "250000"}
        closed = (now - timedelta(days=days)).isoformat()
        more = {"status": status, "closed_at": closed} if status else {}
        answer = noura.post("/api/v1/deals", json=given | more)
        assert answer.status_code in {200, 201}, answer.text
        entered[key] = answer.json()["id"]
    begins = str(TODAY - timedelta(days=30))
    _, content = made(door, amal, type="board_report", begins=begins)
    files = files_of(content)
    deals = json.loads(files["items/deals.json"])
    listed = {each["id"]: each for each in deals}
    assert set(entered.values()) & set(listed) == {entered["won-now"], entered["open"]}
    assert "title" not in deals[0]
    told = json.loads(files["items/metrics.json"])
    assert [each["key"] for each in told["metrics"]] == [each.key for each in METRICS]
    figures = {each["key"]: each for each in told["metrics"]}
    won = [each for each in deals if each["status"] == "won" and each["currency"] == "SAR"]
    revenue = sum(Decimal(each["amount"]) for each in won)
    assert Decimal(figures["revenue_actual"]["amounts"]["SAR"]) == revenue
    page = amal.get("/api/v1/dashboard?period=P30D").json()
    shown = {each["key"]: each for each in page["metrics"]}
    for key in ("pipeline_value", "revenue_actual", "consent_coverage"):
        assert figures[key] == shown[key], key
    assert figures["connector_health"]["status"] == "no_data"  # a look at the moment


def test_a_changed_row_of_a_pack_is_found(door, deal):
    _, content = made(door, door.client("amal"), type="incident_response", run=deal)
    files = files_of(content)
    files["items/effects.json"] = files["items/effects.json"].replace(b"[", b"[ ", 1)
    assert verify_bytes(archive(files)).findings[0].name == "effects"


def test_a_pack_is_on_the_page_of_its_run_and_of_what_it_is_about(door, deal):
    client = door.client("amal")
    run, _ = made(door, client, type="deal_closure", run=deal)
    about = client.get(f"/api/v1/runs/{deal}").json()
    assert run["evidence"][0] in about["evidence"]
    assert run["subject"]["name"] == about["subject"]["name"]


def test_a_pack_that_does_not_verify_when_it_is_stored_fails_its_run(door, monkeypatch):
    client, places = door.client("amal"), door.services.objects
    get = places.get

    def bent(digest):
        raise InvariantBroken("object_broken", sha256=digest)

    run = ask(client, type="board_report").json()["id"]
    monkeypatch.setattr(type(places), "get", lambda _self, digest: bent(digest))
    door.services.pipeline_worker.work_due()
    monkeypatch.setattr(type(places), "get", lambda _self, digest: get(digest))
    seen = client.get(f"/api/v1/runs/{run}").json()
    assert (seen["status"], seen["outcome"], seen["evidence"]) == ("attention", "failed", [])
    assert (seen["error"]["code"], seen["error"]["step"]) == ("object_broken", "store_pack")
    states = {one["name"]: one["status"] for one in seen["timeline"]}
    assert (states["query_sources"], states["store_pack"]) == ("undone", "failed")
    with door.services.database.tenant(TENANT) as session:
        assert session.execute(text("SELECT count(*) FROM evidence_drafts")).scalar_one() == 0


def test_who_may_not_read_a_kind_neither_asks_for_it_nor_fetches_it(door, deal):
    run, _ = made(door, door.client("amal"), type="compliance_audit")
    pack = run["evidence"][0]
    rep = holder(door, "sales_rep")
    for path in (f"/{pack}", f"/{pack}.zip", f"/{pack}.pdf", f"/{pack}.json"):
        assert rep.get(f"/api/v1/evidence{path}").status_code == 403, path
    assert ask(rep, type="board_report").status_code == 403
    manager = holder(door, "partner_manager")
    assert ask(manager, type="compliance_audit").status_code == 403
    assert ask(manager, type="deal_closure", run=deal).status_code == 201
    stranger = door.client("mariam", "rawabi-ae")
    assert stranger.get(f"/api/v1/evidence/{pack}.zip").status_code in {403, 404}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"type": "deal_closure"}, "pack_needs_run"),
        ({"type": "deal_closure", "run": "run_none"}, "pack_run"),
        ({"type": "deal_closure", "run": "run_' OR 1=1"}, "invalid_input"),
        ({"type": "incident_response", "run": ""}, "pack_needs_run"),
        ({"type": "board_report", "run": "run_1"}, "pack_needs_days"),
        ({"type": "board_report", "begins": "2026-02-30"}, "invalid_input"),
        ({"type": "board_report", "begins": "2026-03-02", "ends": "2026-03-01"}, "pack_days"),
        ({"type": "board_report", "begins": "2020-01-01", "ends": "2026-03-01"}, "pack_days"),
        ({"type": "board_report", "ends": str(TODAY + timedelta(days=3))}, "pack_days"),
        ({"type": "board_report", "begins": str(TODAY + timedelta(days=3))}, "pack_days"),
        ({"type": "a pack"}, "invalid_input"),
        ({"type": "board_report", "more": 1}, "invalid_input"),
    ],
)
def test_a_wrong_question_is_refused_with_its_reason(door, given, code):
    answer = ask(door.client("amal"), **given)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["errors"]


def test_a_deal_that_goes_on_is_not_closed(door):
    client = door.client("noura")
    deal = start_deal(client, number=72).json()["id"]
    answer = ask(client, type="deal_closure", run=deal)
    assert (answer.status_code, answer.json()["code"]) == (409, "pack_run_goes_on")


def test_a_pipeline_is_a_run_like_every_other_at_the_doors(door):
    client = door.client("amal")
    row = client.get("/api/v1/inventory/evidence_pack").json()
    assert (row["lane"], row["built"]) == ("medium", True)
    assert row["input_schema"]["properties"]["type"]["enum"]
    run = ask(client, **row["example"]).json()
    schemas.RunView.model_validate(run)
    assert (run["lane"], run["status"]) == ("medium", "running")
    paused = client.post(f"/api/v1/runs/{run['id']}/pause")
    assert (paused.status_code, paused.json()["code"]) == (409, "pipeline_waits_for_nobody")
    body = {"workflow": "evidence_pack", "input": row["example"], "rehearsal": True}
    refused = client.post("/api/v1/runs", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "pipeline_for_real_only")
    assert client.post(f"/api/v1/runs/{run['id']}/cancel", json={}).status_code == 200
    door.services.pipeline_worker.work_due()
    assert client.get(f"/api/v1/runs/{run['id']}").json()["status"] == "cancelled"


def test_each_example_is_another_valid_question():
    examples = [pack_example(number) for number in (0, 1, 2, 719, 720, 1441)]
    assert len({str(each) for each in examples}) == len(examples)


def test_packs_are_listed_page_by_page_and_verified_where_they_lie(door, deal):
    client = door.client("amal")
    for kind in ("board_report", "compliance_audit"):
        made(door, client, type=kind)
    answer = client.get("/api/v1/evidence?limit=1")
    [newest] = answer.json()
    schemas.PackView.model_validate(newest)
    assert newest["kind"] == "compliance_audit"
    assert newest["days"]["ends"] == str(TODAY)
    [older] = client.get(answer.links["next"]["url"]).json()
    assert older["id"] != newest["id"]
    assert {each["kind"] for each in client.get("/api/v1/evidence?kind=board_report").json()} == {
        "board_report"
    }
    report = client.get(f"/api/v1/evidence/{newest['id']}/verification").json()
    assert (report["ok"], report["sha256"]) == (True, newest["sha256"])
    shown = {each["kind"] for each in door.client("noura").get("/api/v1/evidence").json()}
    assert shown <= {"deal_closure"}
    refused = door.client("noura").get(f"/api/v1/evidence/{newest['id']}/verification")
    assert refused.status_code == 403
    for query in ("kind=nothing", "limit=0", "cursor=%00"):
        assert client.get(f"/api/v1/evidence?{query}").status_code == 422

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from tests.api.conftest import UI
from tests.api.test_bad_input import example, start

from dealix.api import schemas
from dealix.observability import health
from dealix.observability.health import HealthView
from dealix.records.audit import Sealer, newest, settle  # noqa: F401


def fits(model, answer):
    return (
        [model.model_validate(one) for one in answer]
        if isinstance(answer, list)
        else (model.model_validate(answer))
    )


def test_the_inventory_has_its_22_rows_in_the_shape_of_the_document(noura):
    rows = noura.get("/api/v1/inventory").json()
    assert len(rows) == 22
    fits(schemas.InventoryRow, rows)
    built = noura.get("/api/v1/inventory/partner_approval").json()
    fits(schemas.InventoryDetail, built)
    assert built["input_schema"]["properties"]["partner_type"]
    assert built["gates"][:1] == ["manager_approval"]
    planned = noura.get("/api/v1/inventory/dd_room").json()
    assert planned["input_schema"] is planned["example"] is None
    assert example(noura, 1) != example(noura, 2)


def test_a_run_starts_once_per_key(door, noura):
    first = start(noura, number=11, key="order-1")
    again = start(noura, number=11, key="order-1")
    other = start(noura, number=12, key="order-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    fits(schemas.RunView, first.json())
    assert noura.get(first.headers["location"]).json()["id"] == first.json()["id"]
    listed = noura.get("/api/v1/runs?workflow=partner_approval&limit=5").json()
    fits(schemas.RunSummary, listed)
    assert first.json()["id"] in [run["id"] for run in listed]
    fits(schemas.UndoPreview, noura.get(f"/api/v1/runs/{first.json()['id']}/undo-preview").json())


def test_another_company_does_not_see_a_run_nor_can_it_cancel_it(door, noura):
    run = start(noura, number=21).json()["id"]
    stranger = door.client("mariam", "rawabi-ae")
    for method, path, body in (
        ("GET", "", None),
        ("GET", "/undo-preview", None),
        ("POST", "/cancel", {}),
        ("POST", "/extend", {"until": "2099-01-01T00:00:00Z"}),
        ("POST", "/fast-forward", {"duration": "P1D"}),
    ):
        answer = stranger.request(method, f"/api/v1/runs/{run}{path}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
    assert stranger.get("/api/v1/runs").json() == []
    assert stranger.get(f"/api/v1/effects?run={run}").json() == []


def test_rights_are_asked_at_the_door(door, noura):
    run = start(noura, number=31).json()["id"]
    auditor = door.client("dana")
    assert auditor.get(f"/api/v1/runs/{run}").status_code == 200
    assert auditor.get("/api/v1/audit?limit=5").status_code == 200
    for path, body in (
        (f"/runs/{run}/cancel", {}),
        (f"/runs/{run}/extend", {"until": "2099-01-01T00:00:00Z"}),
        ("/runs", {"workflow": "partner_approval", "input": example(noura, 32)}),
        ("/cases/case_x/resolutions", {"resolution": "waive"}),
    ):
        answer = auditor.post(f"/api/v1{path}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_entitled"), path
    assert noura.get("/api/v1/audit").status_code == 403


def test_a_deadline_moves_forward_only(noura):
    run = start(noura, number=41).json()
    past = noura.post(f"/api/v1/runs/{run['id']}/extend", json={"until": "2001-01-01T00:00:00Z"})
    assert (past.status_code, past.json()["code"]) == (422, "deadline_past")
    for until in (1893456000, "tomorrow", "2099-01-01T00:00:00"):
        bad = noura.post(f"/api/v1/runs/{run['id']}/extend", json={"until": until})
        assert (bad.status_code, bad.json()["code"]) == (422, "invalid_input")
    for until in ("2099-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"):
        far = noura.post(f"/api/v1/runs/{run['id']}/extend", json={"until": until})
        assert (far.status_code, far.json()["code"]) == (422, "deadline_too_far")
    later = datetime.fromisoformat(run["deadline"]) + timedelta(days=100)
    moved = noura.post(f"/api/v1/runs/{run['id']}/extend", json={"until": later.isoformat()})
    assert moved.status_code == 200
    assert datetime.fromisoformat(moved.json()["deadline"]) == later


def test_a_long_list_is_read_page_by_page_and_none_is_lost_or_shown_twice(noura):
    for number in range(42, 47):
        start(noura, number=number)
    whole = [one["id"] for one in noura.get("/api/v1/runs?limit=200").json()]
    pages, path = [], "/api/v1/runs?limit=2&workflow=partner_approval"
    while path:
        answer = noura.get(path)
        pages += [one["id"] for one in answer.json()]
        path = answer.links.get("next", {}).get("url")
    assert pages == whole
    assert len(set(pages)) == len(pages) > 4


def test_only_a_rehearsal_moves_in_time(noura):
    run = start(noura, number=51).json()["id"]
    answer = noura.post(f"/api/v1/runs/{run}/fast-forward", json={"duration": "P2D"})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_a_rehearsal")
    later = {"starts_at": "2099-01-01T00:00:00Z"}
    answer = start(noura, number=52, **later)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_a_rehearsal")
    answer = start(noura, number=52, rehearsal=True, **later)
    assert answer.json()["errors"][0]["field"] == "starts_at"
    for wrong in (5, "soon", "2026-03-01T09:00:00"):
        bad = start(noura, number=52, rehearsal=True, starts_at=wrong)
        assert (bad.status_code, bad.json()["code"]) == (422, "invalid_input")
    for duration in ("-P2D", "P9999999D", 5, "soon"):
        bad = noura.post(f"/api/v1/runs/{run}/fast-forward", json={"duration": duration})
        assert (bad.status_code, bad.json()["code"]) == (422, "invalid_input")


def test_the_audit_verifies_and_its_export_too(door, noura, tmp_path):
    from dealix.records.audit import verify_file

    start(noura, number=61)
    settle(door.services.database, "rawabi-sa")
    found = noura.get("/api/v1/audit/verify").json()
    assert found["ok"], found
    assert found["records"] > 0
    export = door.client("dana").get("/api/v1/audit/export")
    assert noura.get("/api/v1/audit/export").status_code == 403
    file = tmp_path / "audit.jsonl"
    file.write_bytes(export.content)
    assert verify_file(file).ok
    assert "rawabi-ae" not in export.text


def test_health_asks_for_real(door):
    found = door.client().get("/api/v1/health")
    probes = {one["name"]: one for one in found.json()["probes"]}
    assert probes["database"]["ok"]
    assert probes["broker"]["ok"]
    assert probes["temporal"]["ok"]
    assert not probes["email"]["ok"]  # no mail server is configured in this test
    assert found.json()["status"] == "degraded"


def test_however_many_ask_for_our_health_our_providers_are_asked_once(monkeypatch):
    asked = []

    class Counted:
        def run(self):
            asked.append(1)
            return HealthView(status="ok", ms=1, probes=[])

    monkeypatch.setattr(health, "FRESH", 60.0)
    watch = health.Watch(Counted())
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: watch.look().status, range(40)))
    assert (found, asked) == (["ok"] * 40, [1])


def test_metrics_are_shown_and_name_nobody(door, noura):
    answer = door.client().get("/metrics")
    assert answer.status_code == 200
    assert "dealix_runs_total" in answer.text
    assert "rawabi" not in answer.text


def test_requests_are_measured_by_their_route_and_name_no_address(door, noura):
    noura.get("/api/v1/runs/run_nobody_knows")
    noura.get("/nowhere/secret-7")
    noura.request("FROB", "/api/v1/me")
    shown = door.client().get("/metrics").text
    assert 'method="GET",route="/api/v1/runs/{run_id}",status="404"' in shown
    assert 'method="GET",route="none",status="404"' in shown
    assert 'method="other"' in shown
    assert not any(word in shown for word in ("run_nobody_knows", "secret-7", "FROB"))


def test_a_delivery_without_a_right_signature_is_401_and_an_unknown_provider_404(door):
    wrong = door.client().post(
        "/api/v1/webhooks/smtp",
        content=b"{}",
        headers={"webhook-id": "x", "webhook-timestamp": "1", "webhook-signature": "v1,x"},
    )
    assert (wrong.status_code, wrong.json()["code"]) == (401, "webhook_signature")
    unknown = door.client().post("/api/v1/webhooks/telegraph", content=b"{}")
    assert unknown.status_code == 404


def test_headers_bind_the_browser(noura):
    for answer in (noura.get("/api/v1/me"), noura.get("/api/v1/nowhere")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in answer.headers


def test_calls_of_later_issues_are_absent_from_the_document(door):
    document = door.client().get("/openapi.json").json()
    known = set(document["paths"])
    assert "/api/v1/runs/{run_id}/fast-forward" in known
    assert "/api/v1/documents" in known
    problem = document["components"]["schemas"]["Problem"]
    assert {"type", "title", "status", "detail", "code"} <= set(problem["required"])


class TestCodec:
    def sealed(self, door, tenant="rawabi-sa"):
        from temporalio.api.common.v1 import Payload

        from dealix.lanes.codec import TenantCodec
        from dealix.lanes.codec_server import write
        from dealix.lanes.tenant_keys import TenantKeys

        codec = TenantCodec(TenantKeys.of(door.services.secrets, door.services.settings), tenant)
        clear = Payload(metadata={"encoding": b"json/plain"}, data=b'{"run":"run_1"}')
        return write([codec.seal(clear)])

    def ask(self, client, body, origin=UI, path="/codec/decode"):
        return client.post(path, content=body, headers={"Origin": origin} if origin else {})

    def test_the_operator_reads_payloads_of_the_own_company_and_that_is_audited(self, door):
        amal = door.client("amal")
        answer = self.ask(amal, self.sealed(door))
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == UI
        assert answer.headers["access-control-allow-credentials"] == "true"
        payload = answer.json()["payloads"][0]
        assert "eyJydW4iOiJydW5fMSJ9" in json.dumps(payload)
        with door.services.database.tenant("rawabi-sa") as session:
            deeds = [entry.record.action for entry in newest(session, limit=3)]
        assert "codec.decoded" in deeds

    @pytest.mark.parametrize("origin", ["https://evil.example", None, UI + "0", "null"])
    def test_no_other_page_may_ask(self, door, origin):
        answer = self.ask(door.client("amal"), self.sealed(door), origin)
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers
        preflight = door.client().options(
            "/codec/decode", headers={"Origin": origin} if origin else {}
        )
        assert preflight.status_code == 403

    def test_only_operators_and_only_their_own_company(self, door):
        body = self.sealed(door)
        assert self.ask(door.client(), body).status_code == 401
        assert self.ask(door.client("sultan"), body).status_code == 403
        foreign = self.ask(door.client("saeed", "rawabi-ae"), body)
        assert (foreign.status_code, foreign.json()["code"]) == (403, "payload_foreign")
        assert "eyJydW4i" not in foreign.text

    def test_the_preflight_of_the_ui_passes(self, door):
        answer = door.client().options("/codec/decode", headers={"Origin": UI})
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-methods"] == "POST"

"""The control plane: filters, faults that cannot be set, paths that nobody plays."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from tests.sandbox.conftest import Sandbox, company

SOURCE = Path(__file__).parents[2] / "src"


def test_effects_carry_the_promised_fields(sandbox):
    sandbox.mail("<fields@dealix.example>")
    sandbox.upsert(company(sandbox.scope, "k", name="x"))
    promised = {"provider", "kind", "reference", "idempotency_key", "at", "body", "undone"}
    rows = sandbox.rows("effects")
    assert len(rows) == 2
    assert all(promised <= set(row) for row in rows)
    assert all(row["idempotency_key"] for row in rows)


def test_rows_are_chosen_by_provider_key_scope_and_page(sandbox):
    for number in range(3):
        sandbox.mail(f"<page-{number}@dealix.example>")
    sandbox.upsert(company(sandbox.scope, "k", name="x"))
    assert len(sandbox.rows("effects", provider="smtp")) == 3
    assert len(sandbox.rows("effects", key=f"{sandbox.scope}:k")) == 1
    assert sandbox.rows("effects", scope="another") == []
    first = sandbox.rows("effects", limit=1)
    rest = sandbox.rows("effects", after=first[0]["id"])
    assert len(rest) == 3
    newest = sandbox.rows("effects", last=2)
    assert newest == rest[1:]
    assert sandbox.rows("effects", last=9, before=newest[0]["id"]) == [*first, rest[0]]
    assert sandbox.client.get("/_sandbox/effects?limit=many").status_code == 422


def test_what_it_holds_is_counted_for_prometheus(sandbox):
    sandbox.mail("<counted@dealix.example>")
    shown = sandbox.client.get("/metrics")
    assert shown.headers["content-type"].startswith("text/plain; version=0.0.4")
    held = len(sandbox.client.get("/_sandbox/effects?provider=smtp").json())
    assert f'sandbox_effects{{provider="smtp"}} {held}\n' in shown.text
    assert "sandbox_faults 0\n" in shown.text
    assert "@" not in shown.text


def test_requests_are_kept_as_received(sandbox):
    sandbox.upsert(company(sandbox.scope, "k", name="روابي"), headers={"x-own": "Value"})
    (row,) = sandbox.rows("requests")
    assert (row["method"], row["status"]) == ("POST", 200)
    assert row["path"] == "/crm/v3/objects/companies/batch/upsert"
    assert ["x-own", "Value"] in row["headers"]
    assert sandbox.scope in row["body"]


@pytest.mark.parametrize(
    "body",
    [
        {"provider": "nobody", "fault": "slow"},
        {"provider": "smtp", "fault": "nonsense"},
        {"provider": "hubspot", "fault": "webhook_lost"},
        {"provider": "smtp", "fault": "slow", "count": 0},
        {"provider": "smtp", "fault": "slow", "count": True},
        {"provider": "smtp", "fault": "slow", "until": "2027-01-01"},
        {"provider": "smtp", "fault": "slow", "seconds": -1},
        {"provider": "smtp", "fault": "slow", "surprise": 1},
        {"provider": "smtp", "fault": "timeout_before", "scope": "x"},
        {"provider": ["smtp"], "fault": "slow"},
        [],
    ],
)
def test_a_fault_that_cannot_be_set_is_422(sandbox, body):
    answer = sandbox.client.post("/_sandbox/faults", json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]
    assert sandbox.client.get("/_sandbox/faults").json() == []


def test_bodies_that_are_no_json_or_too_large_are_refused(sandbox):
    post = sandbox.client.post
    assert post("/_sandbox/faults", content=b"{").status_code == 400
    assert post("/_sandbox/faults", content=b" " * 1_000_001).status_code == 413


def test_faults_are_listed_counted_down_and_lifted(sandbox):
    sandbox.fault("hubspot", "error_500", count=2, scope=sandbox.scope)
    sandbox.fault("smtp", "error_500", scope="another")
    sandbox.upsert(company(sandbox.scope, "k", name="x"))
    assert [row["count"] for row in sandbox.rows("faults")] == [1]
    assert sandbox.mail("<unscoped@dealix.example>")[0] == 250
    lifted = sandbox.client.delete("/_sandbox/faults", params={"provider": "hubspot"})
    assert lifted.json() == {"lifted": 1}
    assert len(sandbox.client.get("/_sandbox/faults").json()) == 1
    assert sandbox.upsert(company(sandbox.scope, "k", name="x")).status_code == 200


def test_what_nobody_plays_is_404_and_on_record(sandbox):
    headers = {"x-sandbox-scope": sandbox.scope}
    assert sandbox.client.post("/_sandbox/nobody/e1/act").status_code == 404
    assert sandbox.client.post("/api/rest/v6/agreements", headers=headers).status_code == 404
    (row,) = sandbox.rows("requests")
    assert (row["provider"], row["status"]) == ("unknown", 404)


def test_health_says_that_it_lives_and_what_it_remembers(sandbox):
    body = sandbox.client.get("/_sandbox/health").json()
    assert body["status"] == "ok"
    assert body["pid"] == sandbox.process.pid
    assert body["webhooks"] is True


def test_it_imports_nothing_of_those_whom_it_judges():
    for path in (SOURCE / "dealix" / "sandbox").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            elif isinstance(node, ast.Import):
                names = [each.name for each in node.names]
            foreign = [each for each in names if each.startswith("dealix")]
            assert all(each.startswith("dealix.sandbox") for each in foreign), (path, foreign)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--http", "nowhere"], "required"),
        (["--http", "x", "--smtp", "127.0.0.1:1", "--home", "h"], "is not host:port"),
    ],
)
def test_wrong_usage_is_exit_2_with_a_sentence(arguments, words):
    ended = subprocess.run(
        [sys.executable, "-m", "dealix.sandbox", *arguments],
        env={"PYTHONPATH": str(SOURCE), "SANDBOX": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert words in ended.stderr


def test_a_weak_webhook_secret_is_refused():
    arguments = ["--http", "127.0.0.1:1", "--smtp", "127.0.0.1:1", "--home", "h"]
    ended = subprocess.run(
        [sys.executable, "-m", "dealix.sandbox", *arguments],
        env={"PYTHONPATH": str(SOURCE), "SANDBOX": "1", "SANDBOX_SMTP_WEBHOOK_SECRET": "guess"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert "whsec_" in ended.stderr


def test_it_starts_only_where_it_is_told_that_it_plays():
    arguments = ["--http", "127.0.0.1:1", "--smtp", "127.0.0.1:1", "--home", "h"]
    ended = subprocess.run(
        [sys.executable, "-m", "dealix.sandbox", *arguments],
        env={"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert "SANDBOX=1" in ended.stderr


def test_by_seed_the_same_calls_make_the_same_ids_and_a_restart_none_twice(tmp_path, receiver):
    def course(name):
        sandbox = Sandbox(tmp_path / name / "home", receiver.url)
        sandbox.home.parent.mkdir()
        sandbox.words = {"SANDBOX_SEED": "one"}
        sandbox.start()
        try:
            sandbox.mail("<first@dealix.example>")
            sandbox.fault("smtp", "slow", scope="nobody")
            sandbox.kill()
            sandbox.start()
            sandbox.mail("<second@dealix.example>")
            queued = [row["reference"] for row in sandbox.rows("effects")]
            return [*queued, *(row["id"] for row in sandbox.rows("faults", scope="nobody"))]
        finally:
            sandbox.kill()
            sandbox.client.close()

    first, again = course("first"), course("again")
    assert first == again
    assert len(set(first)) == 3

"""`evidence verify` and `audit verify FILE` work with nothing running and end as scripts expect."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dealix.business.evidence.pack import build
from dealix.business.evidence.schemas import Manifest, RecordItem
from dealix.cli import audit, evidence
from dealix.records.audit.chain import following
from dealix.records.audit.schemas import Record
from dealix.records.canonical import canonical

RECORD = Record(
    tenant_id="t", id="audit_1", chain="main", actor_id="u", action="a", subject="s", data={},
    at="2026-01-01T00:00:00.000000+00:00", recorded_at="2026-01-01T00:00:00.000000+00:00",
)  # fmt: skip


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    head = Manifest(
        pack_id="evidence_1", tenant_id="t", run_id="run_1", kind="k", chain="main",
        assembled_at=RECORD.at, items=[],
    )  # fmt: skip
    item = RecordItem(name="dossier", kind="dossier", source="/x", body={"id": "p"})
    file = tmp_path / "pack.zip"
    file.write_bytes(build(head, [item]).content)
    return file


@pytest.fixture
def export(tmp_path: Path) -> Path:
    link = following(None, RECORD, RECORD.at)
    lines = [
        {"form": "dealix-audit-1"},
        {"record": RECORD.model_dump(), "link": link.model_dump()},
        {"entries": 1},
    ]
    file = tmp_path / "audit.jsonl"
    file.write_bytes(b"\n".join(canonical(line) for line in lines))
    return file


def test_good_files_end_with_0(pack: Path, export: Path) -> None:
    run = CliRunner().invoke
    found = run(evidence.app, ["verify", str(pack), "--json"])
    assert (found.exit_code, json.loads(found.output)["ok"]) == (0, True)
    assert "1 items" in run(evidence.app, ["verify", str(pack)]).output
    found = run(audit.app, ["verify", str(export)])
    assert (found.exit_code, found.output) == (0, "1 records in 1 chains verify.\n")


def test_changed_files_end_with_1_and_name_the_record(pack: Path, export: Path) -> None:
    run = CliRunner().invoke
    pack.write_bytes(pack.read_bytes().replace(b'"id": "p"', b'"id": "q"'))
    found = run(evidence.app, ["verify", str(pack)])
    assert found.exit_code == 1
    assert "dossier" in found.output
    found = run(evidence.app, ["verify", str(pack), "--json"])
    assert (found.exit_code, json.loads(found.output)["ok"]) == (1, False)
    export.write_bytes(export.read_bytes().replace(b'"action":"a"', b'"action":"b"'))
    found = run(audit.app, ["verify", str(export)])
    assert found.exit_code == 1
    assert "audit_1" in found.output


def test_other_files_end_with_1_and_no_file_with_2(pack: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    found = run(audit.app, ["verify", str(pack)])
    assert (found.exit_code, found.output) == (
        1, "Line 1 of this file is not that of an audit export.\n",
    )  # fmt: skip
    assert run(evidence.app, ["verify", str(tmp_path / "absent")]).exit_code == 2
    assert run(audit.app, ["verify", str(tmp_path / "absent")]).exit_code == 2


CLOSURE = {"type": "deal_closure", "run": "run_1"}


class Stack:
    """A client as the command line has it, answering from files."""

    def __init__(self, pack: Path, export: Path) -> None:
        self.files = {"/audit/export": export, "/evidence/evidence_1.zip": pack}

    def get(self, path: str, **_: str) -> object:
        if path == "/runs/run_2":
            result = {"pack": "evidence_1", "sha256": "aa"}
            return {"id": "run_2", "outcome": "assembled", "ended_at": "now", "result": result}
        if path == "/runs/run_3":
            return {"id": "run_3", "outcome": "failed", "status": "attention", "ended_at": "now"}
        bad = "audit_9 (main#3): the record is not what was sealed"
        return {"ok": False, "first_bad": bad, "asked": path}

    def post(self, path: str, body: dict[str, Any]) -> object:
        assert (path, body["workflow"]) == ("/runs", "evidence_pack")
        return {"id": "run_2" if body["input"] == CLOSURE else "run_3"}

    def download(self, path: str, target: Path, **_: str) -> None:
        target.write_bytes(self.files[path].read_bytes())


def test_running_stack_is_asked_through_its_client(
    pack: Path, export: Path, tmp_path: Path
) -> None:
    run, stack, target = CliRunner().invoke, Stack(pack, export), str(tmp_path / "new")
    found = run(audit.app, ["verify"], obj=stack)
    assert (found.exit_code, "audit_9 (main#3)" in found.output) == (1, True)
    assert run(audit.app, ["export", target], obj=stack).exit_code == 0
    found = run(evidence.app, ["build", "run_1"], obj=stack)
    assert (found.exit_code, "evidence_1 sealed" in found.output) == (0, True)
    failed = run(evidence.app, ["build", "--type", "board_report"], obj=stack)
    assert "run run_3 is attention" in str(failed.exception)
    found = run(evidence.app, ["get", "evidence_1", target, "--reveal"], obj=stack)
    assert (found.exit_code, "1 items" in found.output) == (0, True)

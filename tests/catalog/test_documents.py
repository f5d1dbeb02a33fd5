"""The documents say what the catalogue says, each time the same, and a stale one is found."""

from pathlib import Path

from typer.testing import CliRunner

from dealix import catalog
from dealix.catalog.documents import differing, documents, write
from dealix.catalog.words import Lane
from dealix.cli.inventory import app

DOCS = Path(__file__).parents[2] / "docs"


def test_the_committed_documents_are_up_to_date():
    assert differing(DOCS, documents()) == []


def test_a_stale_missing_or_left_over_document_is_found(tmp_path):
    write(tmp_path, documents())
    assert differing(tmp_path, documents()) == []
    (tmp_path / "workflow-inventory.md").write_text("older")
    (tmp_path / "adoption-roadmap.md").unlink()
    (tmp_path / "workflows" / "gone.md").write_text("a flow that is gone")
    stale = differing(tmp_path, documents())
    assert set(stale) == {"workflow-inventory.md", "adoption-roadmap.md", "workflows/gone.md"}
    write(tmp_path, documents())
    assert differing(tmp_path, documents()) == []


def test_the_command_checks_and_writes(tmp_path):
    run = CliRunner().invoke
    assert run(app, ["docs", "--check", "--folder", str(tmp_path)]).exit_code == 1
    assert not list(tmp_path.iterdir())
    assert run(app, ["docs", "--folder", str(tmp_path)]).exit_code == 0
    assert run(app, ["docs", "--check", "--folder", str(tmp_path)]).exit_code == 0


def test_every_durable_flow_has_its_page_with_every_undo():
    pages = documents()
    for row in catalog.rows():
        name = f"workflows/{row.key}.md"
        assert (name in pages) == (row.here.lane is Lane.DURABLE)
        if name in pages:
            text = pages[name]
            assert ("Planned" in text) != row.built
            assert all(f"`{step.key}`" in text for step in row.here.steps)
            undos = [step.undo_by for step in reversed(row.here.steps) if step.undo_by]
            at = [text.index(f"`{undo}` takes back") for undo in undos]
            assert at == sorted(at)


def test_the_roadmap_has_its_phases_and_a_command_for_each_prerequisite():
    text = documents()["adoption-roadmap.md"]
    assert all(f"| {phase} |" in text for phase in ("Spike", "Pilot", "Production", "Expansion"))
    section = text.split("## Prerequisites")[1].split("## ")[0]
    commands = [line.split(" | ")[2] for line in section.splitlines() if line.startswith("| ")][2:]
    assert len(commands) == 6
    assert all(command.startswith(("`dealix ", "`make ")) for command in commands)


def test_the_mapping_has_every_step_and_says_what_does_not_exist():
    text = documents()["openclaw-mapping.md"]
    assert "`durable_flow` does not exist" in text
    for key in ("lead_qualification", "proposal_generation", "compliance_scan", "partner_approval"):
        assert f"(`{key}`)" in text
        for step in catalog.row(key).declared.steps:
            assert f"| {step.name} |" in text


def test_every_violation_and_ruling_stands_in_the_inventory():
    text = documents()["workflow-inventory.md"]
    for row in catalog.rows():
        assert row.name in text
        assert row.ruling is None or row.ruling.reason in text

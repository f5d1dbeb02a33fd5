import json
import shutil
import sys

import pytest

from dealix.cli import adr, adr_records
from dealix.cli.client import Unable

BENCH = [{"name": "a flow", "ours": 12.5, "bare": 10.0, "ratio": 1.25, "unit": "ms", "n": 5}]
SPIKE = [{"name": "a rehearsal", "median": 1.5, "highest": 20.0, "unit": "s", "n": 8}]
GOOD = {"workflow": "w", "step": "s", "outcome": "activated", "lost": 0, "doubled": 0, "left": 0}
PROOF = [
    {**GOOD, "fault": "kill temporal before"},
    {**GOOD, "fault": "kill temporal after", "outcome": "case"},
    {**GOOD, "fault": "the same update twice", "doubled": 1},
]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    target = tmp_path / "adr"
    shutil.copytree(adr_records.FOLDER, target)
    record = adr_records.find(target, adr.SPIKE)
    text = adr_records.STATUS.sub("- Status: proposed", record.text, count=1)
    record.file.write_text(text)
    monkeypatch.setattr(adr_records, "FOLDER", target)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("DEALIX_HOME", str(home))
    for name, rows in (("bench", BENCH), ("spike", SPIKE), ("proof", PROOF)):
        (home / f"{name}.json").write_text(json.dumps(rows))
    return target


@pytest.fixture
def person(monkeypatch):
    """Somebody sits at a terminal and types the record's number."""
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(adr.typer, "prompt", lambda _text: "0001")


def record(folder):
    return adr_records.find(folder, "1")


def test_evidence_is_gathered_and_the_record_names_its_hash_and_shows_its_numbers(folder):
    adr.gather()
    found = record(folder)
    assert found.named_hash == adr_records.hash_of(found.evidence)
    assert "| a flow | 12 ms | 10 ms | 1.25 | 5 |" in found.text
    assert "| a rehearsal | 1.50 s | 20 s | 8 |" in found.text
    assert "| kill temporal | 2 | 0 | 0 | 0 | 1 |" in found.text
    assert "| trials | 1 | 0 | 1 | 0 | 0 |" in found.text
    adr.judge(found)


def test_a_person_approves_at_a_terminal(folder, person):
    adr.gather()
    adr.approve("0001", by="Reem  Al-Harbi")
    assert record(folder).status.startswith("approved by Reem Al-Harbi on 20")
    with pytest.raises(Unable, match="only a proposed record"):
        adr.approve("0001", by="Reem Al-Harbi")
    with pytest.raises(Unable, match="stays as it was approved"):
        adr.gather()


def test_a_check_holds_only_while_a_person_s_approval_stands_on_its_evidence(folder, person):
    adr.gather()
    with pytest.raises(Unable, match="is proposed: nobody has approved it"):
        adr.check("0001")
    adr.approve("0001", by="Reem Al-Harbi")
    adr.check("0001")
    found = record(folder)
    found.evidence.write_text(found.evidence.read_text() + " ")
    with pytest.raises(Unable, match="not the file whose hash it names"):
        adr.check("0001")
    found.evidence.unlink()
    with pytest.raises(Unable, match="cannot be read"):
        adr.check("0001")


def test_no_program_approves_and_nobody_without_a_name(folder, monkeypatch):
    adr.gather()
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    with pytest.raises(Unable, match="Only a person"):
        adr.approve("1", by="Reem Al-Harbi")
    for name in ("", "  ", "7", "a\nb" * 90):
        with pytest.raises(Unable, match="name of a person"):
            adr.approve("1", by=name)
    assert record(folder).status == "proposed"


def test_another_number_typed_is_no_approval(folder, person, monkeypatch):
    adr.gather()
    monkeypatch.setattr(adr.typer, "prompt", lambda _text: "yes")
    with pytest.raises(Unable, match="another number"):
        adr.approve("1", by="Reem Al-Harbi")
    assert record(folder).status == "proposed"


def test_changed_evidence_is_refused(folder, person):
    adr.gather()
    evidence = record(folder).evidence
    evidence.write_text(evidence.read_text().replace("12.5", "10.5"))
    with pytest.raises(Unable, match="not the file whose hash"):
        adr.approve("1", by="Reem Al-Harbi")


def test_numbers_changed_in_the_text_are_refused(folder, person):
    adr.gather()
    file = record(folder).file
    file.write_text(file.read_text().replace("| a flow | 12 ms |", "| a flow | 10 ms |"))
    with pytest.raises(Unable, match="not those of its evidence"):
        adr.approve("1", by="Reem Al-Harbi")


def test_evidence_with_a_part_not_measured_says_so_and_is_refused(folder, person, tmp_path):
    (tmp_path / "home" / "proof.json").unlink()
    adr.gather()
    assert "**Not measured yet: `make proof`.**" in record(folder).text
    with pytest.raises(Unable, match="run make proof first"):
        adr.approve("1", by="Reem Al-Harbi")


def test_an_unknown_or_settled_record_is_refused(folder, person):
    with pytest.raises(Unable, match="no decision record"):
        adr.approve("9999", by="Reem Al-Harbi")
    with pytest.raises(Unable, match="only a proposed record"):
        adr.approve("2", by="Reem Al-Harbi")


def test_the_records_as_committed_name_the_evidence_that_lies_beside_them():
    for found in adr_records.records(adr_records.FOLDER):
        assert found.file.name.startswith(found.number)
        if found.evidence is not None:
            assert adr_records.hash_of(found.evidence) == found.named_hash
            assert adr_records.with_table(found.text, adr_records.load(found)) == found.text

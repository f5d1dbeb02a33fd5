"""`dealix rehearse` as a program is called: with a stack that is up, and with none."""

import json

import pytest
import yaml
from tests.rehearsal.conftest import WORKFLOW

from dealix.cli import main, rehearse

SHORT = rehearse.STORIES / WORKFLOW / "rejected_by_manager.yaml"


@pytest.fixture
def upon(theatre, monkeypatch):
    monkeypatch.setenv("DEALIX_HOME", str(theatre.home))
    monkeypatch.delenv("DEALIX_PUBLIC_URL", raising=False)


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """No stack is up here."""
    monkeypatch.setenv("DEALIX_HOME", str(tmp_path / "nowhere"))


@pytest.mark.journey
def test_a_story_that_holds_exits_0_and_says_its_steps(upon, capsys):
    assert main.run(["rehearse", WORKFLOW, "--scenario", str(SHORT)]) == 0
    told = capsys.readouterr().out
    assert "manager_approval" in told
    assert "as expected" in told
    assert "starting" not in told.lower()


@pytest.mark.journey
def test_json_is_the_whole_performance(upon, capsys):
    assert main.run(["rehearse", WORKFLOW, "--scenario", str(SHORT), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["held"] is True
    assert told["run"]["rehearsal"] is True
    assert told["run"]["outcome"] == "rejected"
    assert told["effects"] == []


@pytest.mark.journey
def test_a_story_that_ends_otherwise_exits_1_and_says_how(upon, tmp_path, capsys):
    wrong = yaml.safe_load(SHORT.read_text(encoding="utf-8"))
    wrong["expect"]["outcome"] = "activated"
    file = tmp_path / "wrong.yaml"
    file.write_text(yaml.safe_dump(wrong), encoding="utf-8")
    assert main.run(["rehearse", WORKFLOW, "--scenario", str(file)]) == 1
    assert "outcome: expected activated, found rejected" in capsys.readouterr().out


@pytest.mark.journey
def test_who_may_not_decide_ends_the_rehearsal_with_a_sentence(upon, tmp_path, capsys):
    wrong = yaml.safe_load(SHORT.read_text(encoding="utf-8"))
    wrong["cast"][0]["who"] = "board_member"
    file = tmp_path / "wrong.yaml"
    file.write_text(yaml.safe_dump(wrong), encoding="utf-8")
    assert main.run(["rehearse", WORKFLOW, "--scenario", str(file)]) == 1
    assert "[not_an_approver]" in capsys.readouterr().err


def test_an_unbuilt_or_unknown_workflow_exits_1_and_starts_nothing(nowhere, capsys):
    assert main.run(["rehearse", "dd_room"]) == 1
    assert main.run(["rehearse", "tea_making"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.strip().splitlines()) == 2


def test_a_missing_file_is_wrong_usage(nowhere, tmp_path):
    assert main.run(["rehearse", WORKFLOW, "--scenario", str(tmp_path / "none.yaml")]) == 2


@pytest.mark.journey
def test_with_no_stack_up_it_starts_one_and_leaves_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DEALIX_HOME", str(tmp_path / "nothing"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert main.run(["rehearse", WORKFLOW, "--scenario", str(SHORT)]) == 0
    assert "No stack is up" in capsys.readouterr().out
    assert not list(tmp_path.glob("dealix-rehearsal-*"))

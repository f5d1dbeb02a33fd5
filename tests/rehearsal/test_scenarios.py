"""Scenario files: what they may say, and that a mistake in one is told and not guessed at."""

import pytest
import yaml
from tests.rehearsal.conftest import WORKFLOW

from dealix.cli import rehearse
from dealix.errors import InvalidInput
from dealix.lanes.scenarios import load

GOOD = {
    "title": "A story",
    "workflow": WORKFLOW,
    "example": 0,
    "cast": [{"at": "manager_approval", "after": "P1DT2H", "act": "approve"}],
    "expect": {"status": "completed"},
}


def written(tmp_path, **changes):
    file = tmp_path / "story.yaml"
    file.write_text(yaml.safe_dump({**GOOD, **changes}), encoding="utf-8")
    return file


def test_durations_are_iso_8601(tmp_path):
    story = load(written(tmp_path))
    assert story.cast[0].after.total_seconds() == 26 * 3600


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"input": {"name": "x"}}, "input or an example"),
        ({"example": None}, "input or an example"),
        ({"cats": []}, "cats"),
        ({"cast": [{"at": "manager_approval", "after": 3600, "act": "approve"}]}, "cast.0.after"),
        ({"cast": [{"at": "manager_approval", "after": "-P1D", "act": "approve"}]}, "cast.0.after"),
        ({"cast": [{"at": "manager_approval", "act": "applaud"}]}, "cast.0.act"),
        ({"faults": [{"provider": "hubspot", "fault": "slow", "count": 0}]}, "faults.0.count"),
        ({"expect": {"outcome": "activated"}}, "expect.status"),
        ({"starts": {"before": "Eid al-Fitr", "at": "soon"}}, "starts.at"),
        ({"starts": {"before": "Eid al-Fitr", "at": "10:00", "working_days": 0}}, "working_days"),
        ({"starts": "2027-03-01"}, "starts"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path, changes, place):
    with pytest.raises(InvalidInput) as refusal:
        load(written(tmp_path, **changes))
    assert refusal.value.code == "scenario_invalid"
    assert place in refusal.value.sentence


@pytest.mark.parametrize("text", ["", "- 1", "{", "\x00"])
def test_what_is_no_scenario_at_all_is_refused(tmp_path, text):
    file = tmp_path / "story.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput):
        load(file)


def test_a_story_is_of_the_workflow_that_was_named(tmp_path):
    assert rehearse.chosen(WORKFLOW, None).title == load(rehearse.stories(WORKFLOW)[0]).title
    with pytest.raises(InvalidInput, match="no workflow called"):
        rehearse.chosen("tea_making", None)
    with pytest.raises(InvalidInput, match="not built"):
        rehearse.chosen("dd_room", None)
    with pytest.raises(InvalidInput, match="story of signature"):
        rehearse.chosen(WORKFLOW, written(tmp_path, workflow="signature"))

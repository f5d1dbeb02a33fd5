"""The race's two sides are the same steps, so that what is compared is the lane alone."""

from dealix.proof.bare import STEPS, WAITS_AFTER
from dealix.proof.points import facts
from dealix.proof.racing import GATES, empty_steps


def test_the_bare_flow_calls_steps_that_exist_as_they_are_called_in_ours():
    declared = {each.name: each.system is None for each in facts("partner_approval")}
    assert [(name, local) for name, local in STEPS if declared[name] != local] == []


def test_both_sides_wait_at_the_same_places():
    assert list(GATES) == list(WAITS_AFTER)


def test_each_step_has_one_empty_twin():
    names = [getattr(each, "__temporal_activity_definition").name for each in empty_steps()]
    assert len(names) == len(set(names)) == len({name for name, _ in STEPS})

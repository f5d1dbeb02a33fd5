"""Parallel runs held at barriers, one SIGKILL for each kind of process: every effect once."""

import importlib
import pkgutil

import pytest

from dealix import business, catalog
from dealix.catalog.words import Lane
from dealix.lanes.steps import facts_of
from dealix.processes.proof import MEDIUM_AT_ONCE
from dealix.proof import pipelines, points, prices, rounds
from dealix.proof.rig import KINDS

FORWARD = (
    "check_registration:after",
    "identify_partner:recorded",
    "ask_manager:before",
    "send_terms:before",
    "send_terms:after",
    "write_crm:after",
    "send_envelope:after",
    "confirm_registration:before",
    "activate_in_crm:after",
    "notify_activation:recorded",
)
KILLS = {
    "durable_worker": FORWARD,
    "postgres": (
        "check_registration:after",
        "ask_manager:before",
        "write_crm:after",
        "confirm_registration:before",
        "notify_activation:recorded",
    ),
    "temporal": ("identify_partner:recorded", "send_terms:before", "activate_in_crm:after"),
    "supervisor": ("ask_manager:before", "send_terms:after", "notify_activation:recorded"),
    "sandbox": ("check_registration:after", "send_terms:after", "send_envelope:after"),
    "api": ("ask_manager:before", "send_terms:before", "confirm_registration:before"),
    "scheduler": ("send_terms:after", "send_envelope:after"),
    "valkey": ("send_terms:before", "write_crm:after"),
    "medium_worker": ("identify_partner:recorded", "send_envelope:after"),
}
"""Where runs are held when each process dies; `make proof` holds them everywhere for each."""
BACKWARD = points.named(
    ["void_envelope:after", "withdraw_in_crm:after", "retract_terms:before", "retract_terms:after"]
)

OF_A_LEAD = points.named(
    [
        *("capture_lead:recorded", "match_lead:before", "research_company:before"),
        *("score_qualification:recorded", "route_lead:before", "notify_owner:recorded"),
        *("search_gleif:recorded", "search_opencorporates:before"),
    ]
)
PIPELINES = {
    "packs": (*points.of("evidence_pack"), *OF_A_LEAD[:2]),
    "scan": (*points.of("contradiction_scan"), *OF_A_LEAD[2:6]),
    "controls": (*points.of("compliance_scan"), *OF_A_LEAD[6:]),
    "offers": tuple(points.of("proposal_generation")),
}
"""As many together as a worker holds, each step of a lead once; `make proof` holds all of them."""
TOLD = [
    pytest.param(wanted, id=name, marks=() if name == "packs" else pytest.mark.journey)
    for name, wanted in PIPELINES.items()
]
"""`make test` plays one of them, `make journeys` the others."""


def bad(round_):
    return [line for line in round_.lines if not line.good]


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("kind", KILLS)
def test_a_kill_loses_doubles_and_leaves_nothing(rig, cast, kind):
    wanted = points.named(KILLS[kind])
    round_ = rounds.crash(rig, cast, kind, wanted)
    assert round_.held == len(wanted) == len(KILLS[kind])
    assert bad(round_) == []


def test_each_kind_of_process_is_killed_somewhere():
    assert set(KILLS) == set(KINDS)


@pytest.mark.journey
@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("kind", ["durable_worker", "postgres"])
def test_a_kill_amid_the_undo_takes_everything_back_once(rig, cast, kind):
    round_ = rounds.crash(rig, cast, kind, BACKWARD)
    assert round_.held == len(BACKWARD)
    assert bad(round_) == []


@pytest.mark.journey
@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_cancel_amid_the_activation_takes_it_back(rig, cast):
    round_ = rounds.crash_deactivation(rig, cast, "durable_worker")
    assert round_.held == 5
    assert bad(round_) == []
    for play in cast.plays.values():
        run = cast.door.get(cast.starter, f"/runs/{play.run}")
        steps = {entry["name"]: entry["status"] for entry in run["timeline"]}
        assert steps["activate_partner"] == "undone"
        assert steps["deactivate_partner"] == "done"


@pytest.mark.slow
@pytest.mark.timeout(200)
@pytest.mark.parametrize("wanted", TOLD)
def test_a_pipeline_comes_to_its_end_when_all_that_moves_it_dies(rig, cast, wanted):
    """Held amid every step; `make proof` kills each kind of process by itself too."""
    round_ = pipelines.crash(rig, cast, MEDIUM_AT_ONCE, wanted)
    assert round_.held == len(wanted)
    assert bad(round_) == []


@pytest.mark.journey
@pytest.mark.slow
@pytest.mark.timeout(200)
@pytest.mark.parametrize("wanted", ["offers", "scan"])
def test_a_pipeline_comes_to_its_end_when_the_database_dies(rig, cast, wanted):
    round_ = pipelines.crash(rig, cast, ["postgres"], PIPELINES[wanted])
    assert round_.held == len(PIPELINES[wanted])
    assert bad(round_) == []


@pytest.mark.journey
@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kinds", [("durable_worker",), MEDIUM_AT_ONCE], ids=["durable", "medium"])
def test_a_price_is_approved_once_and_goes_on_once_whatever_dies(rig, cast, kinds):
    round_ = prices.crash(rig, cast, kinds)
    assert round_.held == len(prices.POINTS)
    assert bad(round_) == []


def declared():
    """The names of all steps that any module of the business declares."""
    found = set()
    for module in pkgutil.walk_packages(business.__path__, f"{business.__name__}."):
        for each in list(vars(importlib.import_module(module.name)).values()):
            methods = list(vars(each).values()) if isinstance(each, type) else []
            found |= {facts_of(one).name for one in methods if hasattr(one, "__dealix_step__")}
    return found


def test_every_declared_step_and_undo_is_in_the_matrix():
    rows = (*catalog.rows(), *catalog.flows_begun())
    built = [row.key for row in rows if row.built and row.here.lane is not Lane.SHORT]
    assert sorted((*points.GROUPS, *points.PIPELINES)) == sorted(built)
    names = {point.step for point in points.everything()}
    assert names == declared()
    assert {"send_terms", "write_crm", "retract_terms", "deactivate_partner"} <= names
    assert {"send_envelope", "void_envelope"} <= names
    held = [point for wanted in pipelines.ALL for point in wanted]
    assert held == [point for point in points.everything() if point.workflow in points.PIPELINES]
    for point in points.everything():
        [facts] = [one for one in points.facts(point.workflow) if one.name == point.step]
        held = {p.point for p in points.everything() if p.step == point.step}
        outside = facts.system and point.workflow not in points.PIPELINES
        assert held == {"before", "recorded"} | ({"after"} if outside else set())

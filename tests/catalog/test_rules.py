"""The rules judge facts: each contradiction is found, and one fact changes a verdict."""

import ast
import inspect
import re
import sys
from dataclasses import replace

import pytest

from dealix import catalog
from dealix.catalog import rules
from dealix.catalog.model import Facts, Step, Takeback, seed
from dealix.catalog.roadmap import PREREQUISITES
from dealix.catalog.rules import (
    ENGINES_OF,
    REASONS,
    Verdict,
    judge,
    judge_declared,
    judge_here,
)
from dealix.catalog.systems import ALL
from dealix.catalog.words import Duration, Engine, Lane, Waits, World

HERE = World()
STRICT = World.everything_outside(ALL)


def facts(**changes: object) -> Facts:
    plain = Facts(
        lane=Lane.SHORT,
        engine=Engine.SYNC,
        duration=Duration.parse("<5s"),
        steps=(seed("Look"), seed("Answer")),
    )
    return replace(plain, **changes)


@pytest.mark.parametrize(
    ("key", "lane", "rules"),
    [
        ("lead_scoring", "medium", {"short_external_io"}),
        ("health_check", "durable", {"short_single_service", "candidate_external_systems"}),
        ("lead_qualification", "durable", {"candidate_external_systems"}),
        ("outreach_sequence", "durable", {"candidate_days", "candidate_commitment"}),
        ("meeting_booking", "durable", {"candidate_commitment"}),
        ("affiliate_onboarding", "durable", {"candidate_human_pause", "candidate_commitment"}),
        ("proposal_generation", "medium", {"medium_internal_services"}),
        ("contradiction_scan", "medium", {"medium_internal_services", "engine_of_class"}),
        ("compliance_scan", "medium", {"engine_of_class"}),
        ("evidence_pack", "medium", {"engine_of_class"}),
        (
            "partner_approval",
            "durable",
            {"pause_without_step", "step_without_pause", "prerequisite_needs_own_phase"},
        ),
    ],
)
def test_what_the_inventory_contradicts_is_found(key, lane, rules):
    verdict = judge_declared(catalog.row(key), HERE)
    assert str(verdict.lane) == lane
    assert rules <= verdict.rules


@pytest.mark.parametrize(
    "key", ["dialect_detection", "dashboard_aggregation", "trust_score", "audit_write"]
)
def test_a_row_that_keeps_the_letter_breaks_nothing(key):
    assert judge_declared(catalog.row(key), STRICT).violations == ()
    assert judge_here(catalog.row(key), STRICT).violations == ()


def test_an_outside_endpoint_changes_the_verdict():
    row = catalog.row("knowledge_retrieval")
    assert judge_declared(row, HERE).violations == ()
    outside = judge_declared(row, World(frozenset({"embeddings_url"})))
    assert outside.lane is Lane.MEDIUM
    assert "short_external_io" in outside.rules


@pytest.mark.parametrize(
    ("key", "setting"),
    [
        ("knowledge_retrieval", "embeddings_url"),
        ("lead_scoring", "model_url"),
        ("message_classification", "model_url"),
    ],
)
def test_what_runs_here_breaks_the_letter_only_where_an_endpoint_is_outside(key, setting):
    row = catalog.row(key)
    assert judge_here(row, HERE).violations == ()
    assert judge_here(row, World(frozenset({setting}))).rules


def test_the_pause_points_and_the_steps_are_held_against_each_other():
    reasons = [v.reason for v in judge_declared(catalog.row("partner_approval"), HERE).violations]
    assert any("term_review" in reason for reason in reasons)
    assert any("Manager approval" in reason for reason in reasons)
    assert not any("Executive approval" in reason for reason in reasons)


def test_what_runs_durable_here_keeps_every_rule():
    for row in catalog.rows():
        if row.here.lane is Lane.DURABLE:
            assert judge_here(row, STRICT).violations == (), row.key


@pytest.mark.parametrize(
    ("change", "lane", "rule"),
    [
        ({"duration": Duration.parse("1-14 days")}, Lane.DURABLE, "candidate_days"),
        ({"systems": ("email", "crm")}, Lane.DURABLE, "candidate_external_systems"),
        ({"systems": ("email",)}, Lane.MEDIUM, "short_external_io"),
        ({"systems": ("valkey",)}, Lane.MEDIUM, "short_single_service"),
        (
            {"takebacks": (Takeback(name="Retract", outside=True),)},
            Lane.DURABLE,
            "candidate_compensation",
        ),
        (
            {"steps": (seed("Ask", waits=Waits.APPROVAL),)},
            Lane.DURABLE,
            "candidate_human_pause",
        ),
        ({"steps": (seed("Send", outsider_sees=True),)}, Lane.DURABLE, "candidate_commitment"),
        ({"duration": Duration.parse("30-60 s")}, Lane.MEDIUM, "short_duration"),
        ({"engine": Engine.TEMPORAL}, Lane.SHORT, "engine_of_class"),
        ({"pauses": ("review",)}, Lane.SHORT, "pause_without_step"),
        ({"phases": ("expansion",), "target_phase": 2}, Lane.SHORT, "phase_disagrees"),
    ],
)
def test_one_fact_changes_the_verdict(change, lane, rule):
    before, after = judge(facts(), HERE), judge(facts(**change), HERE)
    assert before.lane is Lane.SHORT
    assert rule not in before.rules
    assert after.lane is lane
    assert rule in after.rules


def test_hours_of_waiting_are_durable_and_hours_of_computing_medium():
    hours = facts(
        lane=Lane.MEDIUM, engine=Engine.CELERY_CHAIN, duration=Duration.parse("1-5 hours")
    )
    assert judge(hours, HERE).lane is Lane.MEDIUM
    assert judge(hours, HERE).violations == ()
    waits = replace(hours, steps=(seed("Wait", waits=Waits.TIME), seed("Go on")))
    assert judge(waits, HERE).lane is Lane.DURABLE
    assert "candidate_waiting" in judge(waits, HERE).rules


def test_taking_back_inside_our_own_stores_is_no_compensation():
    inside = facts(takebacks=(Takeback(name="Delete our draft", outside=False),))
    assert judge(inside, HERE).violations == ()


def test_our_own_database_is_neither_external_nor_a_second_service():
    assert judge(facts(systems=("postgres",)), HERE).violations == ()
    assert "short_external_io" in judge(facts(systems=("s3",)), HERE).rules


def test_a_durable_row_that_needs_nothing_durable_is_found():
    verdict = judge(facts(lane=Lane.DURABLE, engine=Engine.TEMPORAL), HERE)
    assert verdict.lane is Lane.SHORT
    assert verdict.rules == {"durable_without_need"}


def test_the_declared_lane_of_a_found_row_can_be_put_right():
    row = catalog.row("outreach_sequence")
    moved = replace(row.declared, lane=Lane.DURABLE, engine=Engine.TEMPORAL)
    assert judge(moved, HERE).violations == ()


def test_a_prerequisite_after_its_own_result_is_no_circle():
    row = catalog.row("partner_approval")
    later = replace(row.declared, phases=("pilot",))
    assert "prerequisite_needs_own_phase" in judge_declared(row, HERE).rules
    elsewhere = judge_declared(replace(row, declared=later), HERE)
    assert "prerequisite_needs_own_phase" not in elsewhere.rules
    assert "prerequisite_needs_own_phase" not in judge_here(row, HERE).rules
    assert [p for p in PREREQUISITES if p.before != p.before_declared]


def test_a_step_that_shows_a_pause_answers_for_it():
    review = Step(key="review", name="Review", waits=Waits.APPROVAL, shows="term_review")
    asked = facts(lane=Lane.DURABLE, engine=Engine.TEMPORAL, steps=(review,))
    assert "step_without_pause" in judge(replace(asked, pauses=()), HERE).rules
    assert judge(replace(asked, pauses=("term_review",)), HERE).violations == ()


@pytest.mark.parametrize(
    ("change", "lane", "rule"),
    [
        ({"duration": Duration.parse("<5s")}, Lane.SHORT, "medium_duration"),
        ({"steps": (seed("All at once"),)}, Lane.MEDIUM, "medium_multi_step"),
        ({"systems": ("s3",)}, Lane.MEDIUM, "medium_internal_services"),
    ],
)
def test_one_fact_changes_the_verdict_on_a_pipeline(change, lane, rule):
    minutes = Duration.parse("1-5 min")
    plain = facts(lane=Lane.MEDIUM, engine=Engine.CELERY_CHAIN, duration=minutes)
    assert judge(plain, HERE) == Verdict(Lane.MEDIUM, ())
    after = judge(replace(plain, **change), HERE)
    assert (after.lane, after.rules) == (lane, {rule})


def test_a_durable_row_without_steps_is_found():
    days = Duration.parse("1-14 days")
    plain = facts(lane=Lane.DURABLE, engine=Engine.TEMPORAL, duration=days)
    assert judge(plain, HERE) == Verdict(Lane.DURABLE, ())
    assert judge(replace(plain, steps=()), HERE).rules == {"durable_without_steps"}


def test_no_rule_names_a_workflow():
    source = inspect.getsource(rules)
    words = set(re.findall(r"\w+", source))
    texts = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
    said = " ".join(each for each in texts if isinstance(each, str)).lower()
    assert len(words) > 200
    for row in catalog.rows():
        assert row.key not in words, row.key
        assert row.name.lower() not in said, row.name
        assert row.name_ar not in said, row.name


def test_every_rule_is_broken_by_some_fact_of_these_tests():
    here = inspect.getsource(sys.modules[__name__])
    assert [rule for rule in REASONS if f'"{rule}"' not in here] == []


def test_each_class_has_its_engines():
    assert set(ENGINES_OF) == set(Lane)

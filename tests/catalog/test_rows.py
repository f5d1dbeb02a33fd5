"""The rows hold every fact of the inventory, and cannot be built with a step undeclared."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dealix import catalog
from dealix.catalog.model import Step, act
from dealix.catalog.words import Duration, Lane, Method, Undo, is_outside, iso
from dealix.errors import InvariantBroken, NotFound
from dealix.settings import Settings

SHARED = Path(__file__).parents[3] / "shared"
KEYS = [
    "lead_scoring",
    "message_classification",
    "dialect_detection",
    "knowledge_retrieval",
    "dashboard_aggregation",
    "health_check",
    "trust_score",
    "audit_write",
    "lead_qualification",
    "outreach_sequence",
    "meeting_booking",
    "proposal_generation",
    "affiliate_onboarding",
    "compliance_scan",
    "evidence_pack",
    "contradiction_scan",
    "partner_approval",
    "dd_room",
    "signature",
    "ma_offer",
    "expansion_launch",
    "pmi_program",
]
FIELDS = [
    "key",
    "name",
    "name_ar",
    "declared",
    "lane",
    "engine",
    "budget",
    "steps",
    "systems",
    "pauses",
    "priority",
    "phase",
    "built",
    "verdict_declared",
    "verdict_built",
    "ruling",
]


def inventory() -> str:
    file = SHARED / "seed-workflow-inventory.md"
    if not file.exists():
        pytest.skip("the inventory that the catalogue follows is not beside this checkout")
    return file.read_text(encoding="utf-8")


def test_there_are_22_rows_in_the_inventory_s_order():
    assert [row.key for row in catalog.rows()] == KEYS
    lanes = [row.declared.lane for row in catalog.rows()]
    assert [lanes.count(lane) for lane in Lane] == [8, 8, 6]


def test_an_unknown_key_is_refused_by_name():
    with pytest.raises(NotFound) as refused:
        catalog.row("nothing")
    assert refused.value.code == "unknown_workflow"


def test_only_what_exists_is_marked_built():
    built = [
        "lead_scoring",
        "message_classification",
        "dialect_detection",
        "knowledge_retrieval",
        "dashboard_aggregation",
        "health_check",
        "trust_score",
        "audit_write",
        "lead_qualification",
        "proposal_generation",
        "compliance_scan",
        "evidence_pack",
        "contradiction_scan",
        "partner_approval",
    ]
    assert [row.key for row in catalog.rows() if row.built] == built
    assert catalog.row("partner_approval").note == ""


def test_engine_and_duration_are_those_of_the_inventory():
    lines = {}
    for line in inventory().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) >= 4:
            lines[cells[0].lower()] = cells
    for row in catalog.rows():
        if row.declared.lane is Lane.DURABLE:
            continue
        cells = lines[row.name.lower()]
        assert [str(row.declared.engine), row.declared.duration.text] == cells[1:3], row.key
        if row.declared.lane is Lane.MEDIUM:
            assert row.external_io == cells[4]


def test_declared_steps_are_those_of_the_inventory():
    lines = inventory().splitlines()
    for row in catalog.rows():
        if row.declared.lane is Lane.DURABLE:
            continue
        line = next(each for each in lines if each.lower().startswith(f"| {row.name.lower()} |"))
        declared = re.findall(r"\w+", line.strip("|").split("|")[3].lower())
        ours = [
            word for step in row.declared.steps for word in re.findall(r"\w+", step.name.lower())
        ]
        assert ours == declared, row.key


def test_durable_rows_state_what_their_section_states():
    for section in inventory().split("\n### ")[2:8]:
        number, title = section.splitlines()[0].split(". ", 1)
        row = catalog.rows()[15 + int(number)]
        assert row.priority == ("★" in title)
        assert row.declared.duration.text in section
        assert f"**Current**: {row.current}" in section
        assert f"**Target**: {row.target}" in section
        assert f"**External Systems** | {row.external_io} |" in section
        for step in row.declared.steps:
            words = step.name.split(": ")[-1].split(" (")[0].lower()
            assert words in section.lower(), (row.key, step.name)
        pauses = re.search(r"\*\*Pause Points\*\* \| (.*) \|", section)
        compensation = re.search(r"\*\*Compensation\*\* \| (.*) \|", section)
        count = 4 if row.key == "pmi_program" else len(pauses[1].split(", "))
        assert len(row.declared.pauses) == count, row.key
        assert len(row.declared.takebacks) == len(compensation[1].split(", ")), row.key


def test_a_durable_row_with_an_undeclared_step_cannot_be_built():
    row = catalog.row("partner_approval")
    for undeclared in (act("more", "More", "المزيد"), act("more", "More", "المزيد", Method.UPSERT)):
        here = replace(row.here, steps=(*row.here.steps, undeclared))
        with pytest.raises(InvariantBroken, match="more"):
            replace(row, here=here)
        replace(row, here=here, built=False)


@pytest.mark.parametrize(
    "steps",
    [
        (),
        (act("one", "One", "واحد", Method.UPSERT, Undo.NONE),) * 2,
        (Step(key="one", name="One", method=Method.UPSERT, undo=Undo.UNDOABLE),),
        (act("one", "One", "واحد", Method.MESSAGE_ID, Undo.FINAL, "sms"),),
    ],
)
def test_a_row_that_contradicts_itself_cannot_exist(steps):
    row = catalog.row("partner_approval")
    bare = replace(row.declared, steps=())
    with pytest.raises(InvariantBroken):
        replace(row, declared=bare, here=replace(row.here, steps=steps))


def test_every_row_speaks_two_languages():
    for row in catalog.rows():
        names = [row.name_ar, *(step.name_ar for step in row.here.steps)]
        assert all(re.search("[\u0600-\u06ff]", name) for name in names), row.key


@pytest.mark.parametrize(
    ("text", "shortest", "longest"),
    [
        ("<5s", timedelta(0), timedelta(seconds=5)),
        ("5-15 min", timedelta(minutes=5), timedelta(minutes=15)),
        ("1-14 days", timedelta(days=1), timedelta(days=14)),
        ("2-8 weeks", timedelta(days=14), timedelta(days=56)),
        ("3-6 months", timedelta(days=93), timedelta(days=186)),
        ("Hours-days", timedelta(hours=1), timedelta(days=2)),
    ],
)
def test_durations_are_read_as_ranges(text, shortest, longest):
    read = Duration.parse(text)
    assert (read.shortest, read.longest) == (shortest, longest)


def test_a_duration_in_another_form_is_refused():
    with pytest.raises(ValueError, match="a while"):
        Duration.parse("a while")


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(days=14), "P14D"),
        (timedelta(days=10, hours=12), "P10DT12H"),
        (timedelta(minutes=5, seconds=1), "PT5M1S"),
        (timedelta(0), "PT0S"),
    ],
)
def test_durations_are_written_in_iso_8601(span, text):
    assert iso(span) == text


@pytest.mark.parametrize(
    ("address", "outside"),
    [
        (None, False),
        ("http://127.0.0.1:8080/v1", False),
        ("http://10.0.0.5/v1", False),
        ("http://localhost:1", False),
        ("http://models.internal/v1", False),
        ("https://api.example.com/v1", True),
        ("https://8.8.8.8/v1", True),
        ("api.example.com:443", True),
    ],
)
def test_an_address_is_outside_when_it_leads_to_somebody_else(address, outside):
    assert is_outside(address) is outside


def test_the_public_row_has_exactly_the_fields_of_the_surface():
    for row in catalog.rows():
        public = row.as_public(Settings())
        assert list(public) == FIELDS
        assert all({"idempotency", "undo"} <= set(step) for step in public["steps"])
        json.dumps(public)
    partner = catalog.row("partner_approval").as_public(Settings())
    assert partner["budget"] == "P14D"
    assert partner["phase"] == "spike"
    assert partner["verdict_built"] == {"lane": "durable", "violations": []}
    assert partner["ruling"] is None


def test_a_ruling_is_shown_where_its_rule_is_broken():
    row = catalog.row("knowledge_retrieval")
    assert row.as_public(Settings())["ruling"] is None
    outside = row.as_public(Settings(embeddings_url="https://models.example.com/v1"))
    assert outside["ruling"]["owner"] == "CTO"
    assert outside["verdict_built"]["lane"] == "medium"

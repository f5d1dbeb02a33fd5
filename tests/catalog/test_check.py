"""`inventory check` fails on broken rules without a ruling and stale rulings, a line each."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from typer.testing import CliRunner

from dealix import catalog
from dealix.catalog import source
from dealix.catalog.check import findings
from dealix.cli import inventory
from dealix.clock import real_now
from dealix.settings import Settings

TODAY = real_now().date()
NOTHING = source.Reading()


def said(row, today=TODAY):
    return [str(finding) for finding in findings([row], NOTHING, today)]


def planned():
    return [row for row in catalog.rows() if not row.built]


def test_every_planned_row_is_in_order():
    assert [text for row in planned() for text in said(row)] == []


def test_each_ruling_is_needed():
    for row in planned():
        if row.ruling:
            found = said(replace(row, ruling=None))
            assert len(found) == len(row.ruling.rules)
            assert all("without a ruling" in text for text in found)


def test_a_ruling_on_another_rule_does_not_help():
    row = replace(catalog.row("knowledge_retrieval"), built=False)
    other = replace(row.ruling, rules=("candidate_days",))
    found = said(replace(row, ruling=other))
    assert any("without a ruling" in text for text in found)
    assert any("candidate_days, which it does not break" in text for text in found)


def test_a_ruling_without_a_violation_is_found():
    ruling = catalog.row("knowledge_retrieval").ruling
    row = replace(catalog.row("dialect_detection"), ruling=ruling, built=False)
    assert len(said(row)) == 2


def test_a_ruling_lasts_through_its_review_day_and_no_longer():
    row = replace(catalog.row("health_check"), built=False)
    assert said(row, row.ruling.review) == []
    assert any(
        "due for review" in each for each in said(row, row.ruling.review + timedelta(days=1))
    )


def test_rulings_name_an_owner_a_reason_and_a_day_to_come():
    for row in catalog.rows():
        if row.ruling:
            assert row.ruling.owner
            assert row.ruling.reason
            assert row.ruling.review > date(2026, 12, 31)


def test_the_catalogue_agrees_with_the_code_of_this_checkout():
    reading = source.read()
    if "partner_approval" not in reading.flows:
        pytest.skip("the flow of partner approval is not in this checkout yet")
    assert [
        str(f) for f in findings((*catalog.rows(), *catalog.flows_begun()), reading, TODAY)
    ] == []


def test_the_command_ends_with_1_and_a_line_for_each_finding(monkeypatch):
    row = replace(catalog.row("knowledge_retrieval"), ruling=None, built=False)
    monkeypatch.setattr(inventory.catalog, "rows", lambda: (row,))
    monkeypatch.setattr(inventory.catalog, "flows_begun", tuple)
    monkeypatch.setattr(inventory.source, "read", lambda: NOTHING)
    result = CliRunner().invoke(inventory.app, ["check"])
    assert result.exit_code == 1
    assert len(result.output.splitlines()) == 2


def test_the_command_ends_with_0_when_all_agrees(monkeypatch):
    row = replace(catalog.row("knowledge_retrieval"), built=False)
    monkeypatch.setattr(inventory.catalog, "rows", lambda: (row,))
    monkeypatch.setattr(inventory.catalog, "flows_begun", tuple)
    monkeypatch.setattr(inventory.source, "read", lambda: NOTHING)
    result = CliRunner().invoke(inventory.app, ["check"])
    assert result.exit_code == 0
    assert "agree" in result.output


def test_the_list_is_printed_for_people_and_for_programs():
    plain = CliRunner().invoke(inventory.app, [])
    assert len(plain.output.splitlines()) == 22
    data = CliRunner().invoke(inventory.app, ["--json"])
    assert data.exit_code == 0
    assert data.output.count('"verdict_built"') == 22


def test_every_setting_that_a_fact_names_exists():
    named = {system.outside_when for system in inventory_systems() if system.outside_when}
    assert named <= set(Settings.model_fields)


def inventory_systems():
    from dealix.catalog.systems import ALL

    return ALL

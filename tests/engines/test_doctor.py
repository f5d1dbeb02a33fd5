"""The doctor says what works and what to do; it is asked about working and about broken things."""

import json
import os
from datetime import timedelta

import pytest

from dealix import clock
from dealix.cli import stack as commands
from dealix.engines import doctor, secrets_file
from dealix.engines.home import Home
from dealix.settings import Settings


def by_name(home) -> dict[str, doctor.Finding]:
    return {finding.name: finding for finding in doctor.examine(home)}


def test_everything_of_running_engines_is_well(migrated):
    found = by_name(migrated.home)
    expected = {"database", "database role", "extensions", "schema", "broker", "temporal"}
    expected |= {"metrics", "namespace", "time skipping", "secrets", "disk", "stack"}
    assert expected <= set(found)
    assert not [finding.line() for finding in found.values() if not finding.ok]
    assert found["database"].seen.startswith("PostgreSQL 18")


def test_a_schema_behind_is_told(engines):
    # A database of its own is not needed: the revision of an unmigrated one is simply missing.
    plan = doctor.plans.read(Home(engines.home), doctor.plans.settings_for(engines.home))
    empty = doctor.Plan(
        plan.home,
        plan.settings.model_copy(
            update={"migration_database_url": doctor.plans.SecretStr(engines.superuser_url)}
        ),
        plan.ports,
        plan.words,
    )
    finding = doctor.schema(empty)
    assert not finding.ok
    assert finding.advice == "start the stack: it migrates"


def test_a_folder_without_a_stack_says_what_to_do(tmp_path, capsys):
    assert commands.doctor(tmp_path / "nothing") == 1
    said = capsys.readouterr().out
    assert "FAIL stack: none has run" in said
    assert "run make up" in said


def test_the_data_form_has_the_same_findings(tmp_path, capsys):
    assert commands.doctor(tmp_path, as_json=True) == 1
    rows = json.loads(capsys.readouterr().out)
    assert {"name", "ok", "seen", "advice", "proven"} == set(rows[0])


def test_secrets_that_others_can_read_are_a_failure(tmp_path):
    home = Home(tmp_path).create()
    home.secrets_file.write_text("{}")
    home.secrets_file.chmod(0o644)
    (finding,) = doctor.folder(home)
    assert not finding.ok
    assert finding.advice == f"chmod 600 {home.secrets_file}"


def test_nothing_answers_where_nothing_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("DEALIX_START_PATIENCE", "1")
    plan = doctor.plans.make(Home(tmp_path).create(), doctor.plans.settings_for(tmp_path))
    found = {finding.name: finding for finding in doctor.engines(plan)}
    assert not found["database"].ok
    assert not found["broker"].ok
    assert not found["temporal"].ok
    assert not found["time skipping"].ok
    assert all(finding.advice for finding in found.values() if not finding.ok)


def anchored(tmp_path, target=None):
    home = Home(tmp_path / "home").create()
    settings = doctor.plans.settings_for(home.root).model_copy(update={"audit_anchor": target})
    plan = doctor.Plan(home, settings, {}, {})
    return plan, doctor.anchors(plan)


def test_where_nobody_is_named_anchors_lie_beside_the_data_and_that_is_said(tmp_path):
    plan, found = anchored(tmp_path)
    assert found.ok
    assert "within a minute" in found.seen
    assert "second owner" in found.advice
    assert plan.audit_anchor == str(tmp_path / "home" / "audit-anchors.jsonl")
    plan.home.anchors_file.write_text("{}\n")
    assert f"left on {clock.real_now().date()}" in doctor.anchors(plan).seen


@pytest.mark.parametrize("target", ["mailto:auditor@dealix.example", "{}/elsewhere.jsonl"])
def test_a_second_owner_needs_no_advice(tmp_path, target):
    _, found = anchored(tmp_path, target.format(tmp_path))
    assert (found.ok, found.advice) == (True, "")
    assert "auditor@" not in found.line()


def test_anchors_that_do_not_leave_are_told(tmp_path):
    _, found = anchored(tmp_path, str(tmp_path / "nowhere" / "anchors.jsonl"))
    assert (found.ok, "none leaves" in found.seen) == (False, True)
    plan, _ = anchored(tmp_path)
    plan.home.anchors_file.write_text("{}\n")
    old = (clock.real_now() - timedelta(days=3)).timestamp()
    os.utime(plan.home.anchors_file, (old, old))
    stale = doctor.anchors(plan)
    assert (stale.ok, "none has left since" in stale.seen) == (False, True)


@pytest.mark.parametrize(
    ("target", "here"),
    [
        (None, False),
        ("mailto:auditor@dealix.example", False),
        ("{home}/audit-anchors.jsonl", True),
        ("{home}/../elsewhere.jsonl", False),
    ],
)
def test_our_own_folder_is_no_second_owner(tmp_path, target, here):
    home = tmp_path / "home"
    given = target and target.format(home=home)
    assert Settings(home=home, audit_anchor=given).anchors_lie_here == here


def test_the_age_of_the_keys_is_told_and_an_old_one_advised_against():
    ring = {"k20200101abcdef": "x"}
    old, unknown = doctor.keys({"codec.keys": ring, "person.kek": {"k1": "x"}})
    assert (old.ok, unknown.ok) == (False, True)
    assert old.advice == "dealix keys rotate --ring codec.keys"
    assert "unknown age" in unknown.seen
    [fresh] = doctor.keys({"codec.keys": {**ring, **secrets_file.ring()}})
    assert fresh.ok
    assert "0 days old" in fresh.seen

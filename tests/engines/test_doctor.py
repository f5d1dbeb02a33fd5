"""The doctor says what works and what to do; it is asked about working and about broken things."""

import json

from dealix.cli import stack as commands
from dealix.engines import doctor, secrets_file
from dealix.engines.home import Home


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


def test_the_age_of_the_keys_is_told_and_an_old_one_advised_against():
    ring = {"k20200101abcdef": "x"}
    old, unknown = doctor.keys({"codec.keys": ring, "person.kek": {"k1": "x"}})
    assert (old.ok, unknown.ok) == (False, True)
    assert old.advice == "dealix keys rotate --ring codec.keys"
    assert "unknown age" in unknown.seen
    [fresh] = doctor.keys({"codec.keys": {**ring, **secrets_file.ring()}})
    assert fresh.ok
    assert "0 days old" in fresh.seen

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest

from dealix import clock
from dealix.cli import client as clients
from dealix.cli import policy
from dealix.cli.main import with_speaker_first


@pytest.fixture
def given(terminal, tmp_path):
    file = tmp_path / "input.json"
    row = terminal.door.client("noura").get("/api/v1/inventory/partner_approval?example=300")
    file.write_text(json.dumps(row.json()["example"]))
    return file


def test_a_run_is_started_followed_extended_and_its_undo_is_shown(terminal, given):
    words = ("run", "partner_approval", "--input", str(given), "--key", "cli-1")
    made = terminal.data(*words)
    assert terminal.data(*words)["id"] == made["id"]
    assert made["id"] in [one["id"] for one in terminal.data("runs", "--limit", "5")]
    assert terminal.data("runs", "show", made["id"])["timeline"] is not None
    until = clock.real_now() + timedelta(days=60)
    moved = terminal.data("runs", "extend", made["id"], f"{until:%Y-%m-%d}T00:00:00Z")
    assert moved["deadline"].startswith(f"{until:%Y-%m-%d}")
    code, out, _err = terminal("runs", "undo-preview", made["id"])
    assert code == 0
    assert "nothing to take back" in out
    code, out, _err = terminal("runs")
    assert code == 0
    assert made["id"] in out
    assert terminal("runs", "fast-forward", made["id"], "P1D")[0] == 1


def test_a_rehearsal_begins_on_the_day_that_was_named_and_no_other_run_does(terminal, given):
    day = f"{clock.real_now() + timedelta(days=30):%Y-%m-%d}T09:00:00Z"
    words = ("run", "partner_approval", "--input", str(given), "--starts-at", day)
    assert terminal.data(*words, "--rehearsal")["started_at"].startswith(day[:16])
    code, _out, err = terminal(*words)
    assert code == 1
    assert "[not_a_rehearsal]" in err


def test_lists_are_tables_for_people_and_data_for_programs(terminal):
    assert len(terminal.data("users")) == 16
    code, out, _err = terminal("users")
    assert code == 0
    assert "نورة القحطاني" in out
    for words in (("approvals",), ("cases",), ("effects",), ("effects", "--run", "run_none")):
        assert isinstance(terminal.data(*words), list)
        assert terminal(*words)[0] == 0


def test_a_refusal_is_one_clear_sentence_and_exit_1(terminal, given, tmp_path):
    cases = [
        (("runs", "show", "run_none"), "noura", "[not_found]"),
        (("run", "partner_approval", "--input", str(given)), "dana", "[not_entitled]"),
        (("run", "dd_room", "--input", str(given)), "noura", "[not_built]"),
        (("runs", "extend", "run_none", "tomorrow"), "noura", "[invalid_input]"),
        (("run", "partner_approval", "--input", str(tmp_path / "none.json")), "noura", "read"),
        (("runs", "--as", "nobody@rawabi-sa.example"), None, "Nobody"),
        (("runs",), None, "--as EMAIL"),
    ]
    for words, who, said in cases:
        code, out, err = terminal(*words, who=who)
        assert (code, out) == (1, ""), words
        assert said in err.splitlines()[0], words


def test_the_wrong_field_is_named(terminal, given):
    broken = json.loads(given.read_text()) | {"surprise": 1, "country": "XX"}
    given.write_text(json.dumps(broken))
    code, _out, err = terminal("run", "partner_approval", "--input", str(given))
    assert code == 1
    assert "surprise: This field is not known." in err


def test_wrong_usage_is_exit_2(terminal):
    for words in (("frobnicate",), ("run",), ("runs", "--limit", "many"), ("runs", "--colour")):
        assert terminal(*words)[0] == 2, words


def test_a_terminal_in_arabic_hears_arabic(terminal, monkeypatch):
    monkeypatch.setenv("LANG", "ar_SA.UTF-8")
    _code, _out, err = terminal("runs", "show", "run_none")
    assert any("\u0600" <= char <= "\u06ff" for char in err)


def test_a_token_of_the_environment_speaks_too(terminal, monkeypatch):
    monkeypatch.setenv("DEALIX_TOKEN", terminal.door.person("hessa", "rawabi-ae")["token"])
    assert len(terminal.data("users", who=None)) == 6
    assert len(terminal.data("users")) == 16  # who is named goes first


def test_the_audit_verifies_and_is_exported_over_the_api(terminal, tmp_path):
    from dealix.records.audit import settle

    settle(terminal.door.services.database, "rawabi-sa")
    assert terminal.data("audit", "verify")["ok"]
    file = tmp_path / "audit.jsonl"
    assert terminal("audit", "export", str(file))[0] == 1
    assert terminal("audit", "export", str(file), who="dana")[0] == 0
    assert terminal("audit", "verify", str(file), who=None)[0] == 0


def test_status_knows_the_dead_from_the_living(terminal, tmp_path):
    assert terminal.data("status", who=None)["processes"][0]["running"]
    record = json.loads((tmp_path / "stack.json").read_text())
    record["processes"]["scheduler"] = 2**22 + 1
    (tmp_path / "stack.json").write_text(json.dumps(record))
    code, out, _err = terminal("status", "--json", who=None)
    assert code == 1
    assert [one["running"] for one in json.loads(out)["processes"]] == [True, False]


def test_no_stack_is_said_at_once(terminal, tmp_path):
    (tmp_path / "stack.json").unlink()
    for words in (("runs",), ("users",), ("status",)):
        code, _out, err = terminal(*words)
        assert code == 1
        assert "No stack is up" in err


def test_a_door_that_stays_shut_is_said_after_a_while(terminal, monkeypatch):
    monkeypatch.setenv("DEALIX_PUBLIC_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(clients, "PATIENCE", 0.5)
    code, _out, err = terminal("runs")
    assert code == 1
    assert "does not answer" in err


def test_the_policies_answer_what_is_known_and_a_changed_policy_does_not(terminal, monkeypatch):
    found = terminal.data("policy", "test", who=None)
    assert all(one["ok"] for one in found)
    assert len(found) > 10
    monkeypatch.setattr(policy, "question_of", lambda _known: policy_question())
    assert terminal("policy", "test", who=None)[0] == 1


def policy_question():
    from dealix.actors import Actor
    from dealix.trust.policy.schemas import PolicyQuestion

    return PolicyQuestion(tenant="one", actor=Actor("one", "x"), action="audit.delete")


def test_who_speaks_may_stand_anywhere():
    assert with_speaker_first(["runs", "--as", "a@b", "show"]) == ["--as", "a@b", "runs", "show"]
    assert with_speaker_first(["runs", "--as=a@b"]) == ["--as=a@b", "runs"]
    assert with_speaker_first(["runs", "--", "--as", "x"]) == ["runs", "--", "--as", "x"]


def test_the_command_itself_ends_with_the_right_code(tmp_path):
    environment = {**os.environ, "DEALIX_HOME": str(tmp_path)}
    for words, code in ((["inventory", "--json"], 0), (["runs"], 1), (["runs", "--odd"], 2)):
        done = subprocess.run(
            [sys.executable, "-m", "dealix.cli.main", *words],
            env=environment,
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == code, done.stderr
        assert b"Traceback" not in done.stderr


def test_administration_by_commands(terminal, tmp_path):
    made = terminal.data(
        *("users", "invite", "hessah@rawabi-sa.example", "--name", "Hessah", "--name-ar", "حصة"),
        *("--role", "sales_rep"),
        who="bandar",
    )
    assert made["code"]
    shown = terminal.data("users", "show", made["id"], who="bandar")
    assert (shown["roles"], shown["grant"]["roles"]) == ([], ["sales_rep"])
    changed = terminal.data("users", "change", made["id"], "--role", "auditor", who="bandar")
    grant = changed["grant"]["id"]
    assert [one["id"] for one in terminal.data("users", "waiting", who="sultan")] == [grant]
    code, _out, err = terminal("users", "confirm", made["id"], grant, who="sultan")
    assert code == 1
    assert "has not set a password yet" in err
    refused = terminal.data("users", "refuse", made["id"], grant, who="sultan")
    assert refused["grant"] is None
    ended = terminal.data("users", "deactivate", made["id"], who="bandar")
    assert ended["active"] is False
    assert terminal.data("users", "sessions")
    table = terminal.data("authority", who="bandar")
    file = tmp_path / "rows.yaml"
    file.write_text(json.dumps({"rows": table["rows"][:-1]}))
    draft = terminal.data("authority", "propose", str(file), who="bandar")
    assert [each["change"] for each in draft["differences"]] == ["removed"]
    code, out, _err = terminal("authority", "show", str(draft["version"]))
    assert (code, out.count("\n- ")) == (0, 1)
    version = str(draft["version"])
    assert terminal("authority", "activate", version, who="bandar")[0] == 1
    assert terminal.data("authority", "activate", version, who="sultan")["status"] == "active"
    assert terminal("authority")[0] == 0
    person = shown["person_id"]
    words = ("people", "erase", person, "--reason", "person_asked")
    code, _out, err = terminal(*words, who="abeer")
    assert (code, "--seen sha256:" in err) == (1, True)
    seen = err.rpartition("--seen ")[2].strip()
    assert terminal.data(*words, "--seen", seen, who="abeer")["erased_at"]
    assert terminal("people", who="dana")[0] == 0
    assert {each["ring"] for each in terminal.data("keys", who="amal")} == {
        "codec.keys",
        "person.kek",
    }
    assert terminal("keys", "rotate", who="noura")[0] == 1
    assert len(terminal.data("keys", "rotate", "--ring", "codec.keys", who="amal")) == 1

"""The folder of an installation: private, versioned, its secrets made once, its logs bounded."""

import json
import socket
import stat
import subprocess
import sys

import pytest

from dealix.engines.home import LAYOUT, Home, ports
from dealix.engines.logfile import LogFile
from dealix.engines.secrets_file import ensure_secrets
from dealix.errors import Conflict, NotConfigured


def test_the_folder_and_its_secrets_are_closed_to_others(tmp_path):
    home = Home(tmp_path / "var").create()
    ensure_secrets(home)
    assert stat.S_IMODE(home.root.stat().st_mode) == 0o700
    assert stat.S_IMODE(home.secrets_file.stat().st_mode) == 0o600


def test_secrets_are_made_once_and_missing_ones_are_added(tmp_path):
    home = Home(tmp_path).create()
    first = ensure_secrets(home)
    known = json.loads(home.secrets_file.read_text())
    ring = known["person.kek"]
    del known["sandbox.token"]
    home.secrets_file.write_text(json.dumps(known))
    second = ensure_secrets(home)
    assert second["sandbox.token"] != first["sandbox.token"]
    assert {**second, "sandbox.token": ""} == {**first, "sandbox.token": ""}
    assert json.loads(home.secrets_file.read_text())["person.kek"] == ring


def test_one_process_holds_the_folder(tmp_path):
    home = Home(tmp_path).create()
    with home.locked(), pytest.raises(Conflict) as refused, home.locked():
        pass
    assert refused.value.code == "already_running"
    with home.locked():
        pass


def test_a_folder_of_a_newer_layout_is_refused(tmp_path):
    home = Home(tmp_path).create()
    home.layout_file.write_text(f"{LAYOUT + 1}\n")
    with pytest.raises(NotConfigured) as refused:
        home.create()
    assert refused.value.code == "layout_newer"


def test_a_folder_of_an_older_layout_is_brought_up_and_keeps_what_lies_in_it(tmp_path):
    home = Home(tmp_path).create()
    words, chosen = ensure_secrets(home), ports(home, ["one", "two"], {})
    home.layout_file.write_text(f"{LAYOUT - 1}\n")
    assert Home(tmp_path).create().layout_file.read_text() == f"{LAYOUT}\n"
    assert ensure_secrets(home) == words
    assert ports(home, ["one", "two"], {}) == chosen


def test_a_port_that_is_chosen_anew_is_none_that_another_name_remembers(tmp_path):
    home = Home(tmp_path).create()
    first = ports(home, ["one", "two", "three"], {})
    with socket.create_server(("127.0.0.1", first["two"])):
        again = ports(home, ["one", "two", "three"], {})
    assert again["two"] not in first.values()
    assert {name: again[name] for name in ("one", "three")} == {
        name: first[name] for name in ("one", "three")
    }


def test_a_file_that_names_a_port_twice_is_mended(tmp_path):
    home = Home(tmp_path).create()
    first = ports(home, ["one", "two"], {})
    home.ports_file.write_text(json.dumps({"one": first["one"], "two": first["one"]}))
    again = ports(home, ["one", "two"], {})
    assert again["one"] == first["one"] != again["two"]


def test_a_stacks_ports_stand_together_so_that_two_stacks_do_not_meet(tmp_path):
    names = [f"p{number}" for number in range(12)]
    chosen = sorted(ports(Home(tmp_path).create(), names, {"p3": 64999}).values())
    assert chosen.pop() == 64999
    assert len(set(chosen)) == 11
    assert chosen[-1] - chosen[0] < 100 or chosen[-1] - chosen[0] > 11_000  # over the range's end


def test_ports_are_remembered(tmp_path):
    home = Home(tmp_path).create()
    first = ports(home, ["one", "two"], {})
    assert len(set(first.values())) == 2
    assert ports(home, ["one", "two"], {}) == first
    assert ports(home, ["one", "two"], {"one": 8123})["one"] == 8123


def test_a_log_turns_when_it_is_full_and_keeps_cut_letters(tmp_path):
    log = LogFile(tmp_path / "a.log", largest=40, kept=2)
    word = "روابي\n".encode()
    log({"data": word[:3]})
    log({"data": word[3:]})
    assert (tmp_path / "a.log").read_text(encoding="utf-8") == "روابي\n"
    for number in range(20):
        log({"data": f"line {number} of some length\n".encode()})
    log.close()
    names = {p.name for p in tmp_path.iterdir()}
    assert {"a.log.1", "a.log.2"} <= names <= {"a.log", "a.log.1", "a.log.2"}
    assert all(p.stat().st_size <= 80 for p in tmp_path.iterdir())


def test_leaving_flushes_and_keeps_the_code():
    script = "import sys; from dealix.observability.exit import leave; print('said'); leave(3)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False,
        env={"PYTHONPATH": "src"},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (3, "said\n")

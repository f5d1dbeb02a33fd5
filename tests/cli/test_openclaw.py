"""`dealix openclaw` and `dealix mcp`; the real gateway only where somebody asks for it."""

import json
import os
import sys
import threading
import time
from pathlib import Path

import pytest
from tests.sandbox.conftest import MODEL_KEY, OPENCLAW_TOKEN, Sandbox, free_port

from dealix.cli.client import Client
from dealix.cli.model_doctor import look_at_models
from dealix.cli.openclaw import gateway, secrets_of
from dealix.cli.openclaw_doctor import look_at_gateway
from dealix.engines.doctor import counted
from dealix.engines.openclaw.config import MCP_TOOLS
from dealix.engines.openclaw.install import install
from dealix.engines.openclaw.running import Running
from dealix.settings import Settings

ASKED_FOR = "DEALIX_TEST_OPENCLAW"
"""Set to 1, the real gateway is fetched (650 MB, into `DEALIX_OPENCLAW_CACHE` if set) and run."""


def say(line):
    """A figure for whoever reads the run with `-s`."""
    sys.stdout.write(f"{line}\n")


@pytest.fixture
def played(tmp_path, monkeypatch):
    """A sandbox whose model and gateway may be asked, with the keys of both."""
    monkeypatch.setenv("DEALIX_SECRET_MODEL_KEY", MODEL_KEY)
    monkeypatch.setenv("DEALIX_SECRET_OPENCLAW_TOKEN", OPENCLAW_TOKEN)
    sandbox = Sandbox(tmp_path / "sandbox" / "home", "http://127.0.0.1:9")
    sandbox.home.parent.mkdir()
    sandbox.start()
    yield sandbox
    sandbox.stop()
    sandbox.client.close()


def test_the_tools_are_shown_as_the_door_offers_them(terminal):
    found = terminal.data("mcp", who="dana")
    assert found["url"] == f"{terminal.door.url}/mcp"
    assert {each["name"] for each in found["tools"]} == set(MCP_TOOLS)
    code, out, _ = terminal("mcp", who="dana")
    assert (code, "lead_card" in out) == (0, True)
    code, _, err = terminal("mcp", who=None)
    assert (code, "Say who you are" in err) == (1, True)


def test_the_configuration_is_shown_and_asks_for_a_model(terminal, monkeypatch):
    code, _, err = terminal("openclaw", "config", who="dana")
    assert (code, "DEALIX_MODEL_URL" in err) == (1, True)
    monkeypatch.setenv("DEALIX_MODEL_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("DEALIX_OPENCLAW_URL", "http://127.0.0.1:19001")
    found = terminal.data("openclaw", "config", who="dana")
    token = terminal.door.person("dana")["token"]
    assert token not in json.dumps(found)
    assert found["config"]["gateway"]["port"] == 19001
    assert found["config"]["mcp"]["servers"]["dealix"]["url"] == f"{terminal.door.url}/mcp"
    alone = terminal.data("openclaw", "config", who=None)
    assert "mcp" not in alone["config"]
    monkeypatch.setenv("DEALIX_OPENCLAW_URL", "http://0.0.0.0:19001")
    code, _, err = terminal("openclaw", "up", who="dana")
    assert (code, "loopback" in err) == (1, True)


def test_the_doctor_calls_tools_that_were_not_given(played, tmp_path):
    url = f"http://{played.http_address}"
    found = list(look_at_gateway(tmp_path, Settings(home=tmp_path, openclaw_url=url)))
    assert [each.ok for each in found] == [True, True, True]
    assert "14 calls" in found[0].seen
    assert "word_of_the_check was handed back" in found[1].seen
    assert [each.proven for each in found] == [True, True, False]
    assert found[2].line().startswith("?    openclaw mcp: not proven")
    assert "--as EMAIL openclaw up" in found[2].advice
    assert counted(found) == "2 ok, 0 FAIL, 1 not proven"
    rows = played.client.get("/_sandbox/requests", params={"provider": "openclaw"}).json()
    asked = [each for each in rows if each["path"] == "/tools/invoke"]
    assert {json.loads(each["body"])["tool"] for each in asked} >= {"exec", "read", "llm-task"}
    assert list(look_at_gateway(tmp_path, Settings(home=tmp_path))) == []
    played.stop()
    found = list(look_at_gateway(tmp_path, Settings(home=tmp_path, openclaw_url=url)))
    assert not found[0].ok
    played.start()


@pytest.mark.parametrize(
    ("fault", "because"),
    [
        ("broken_arguments", "read_misused"),
        ("endless_calls", "too_many_reads"),
        ("tools", "read_not_given"),
    ],
)
def test_the_doctor_proves_no_reads_of_a_model_that_calls_wrongly(played, tmp_path, fault, because):
    played.fault("openclaw", fault, count=9)
    url = f"http://{played.http_address}"
    found = list(look_at_gateway(tmp_path, Settings(home=tmp_path, openclaw_url=url)))
    assert (found[1].ok, because in found[1].seen) == (False, True)


@pytest.mark.skipif(
    os.environ.get(ASKED_FOR) != "1",
    reason=f"the real OpenClaw gateway is fetched and run only with {ASKED_FOR}=1",
)
@pytest.mark.timeout(900)
def test_the_real_gateway_does_a_step_calls_our_tool_and_refuses_the_rest(
    terminal, played, tmp_path, monkeypatch, tmp_path_factory
):
    cache = os.environ.get("DEALIX_OPENCLAW_CACHE") or tmp_path_factory.mktemp("openclaw")
    url = f"http://127.0.0.1:{free_port()}"
    record = json.loads((tmp_path / "stack.json").read_text())
    record["sandbox_url"] = f"http://{played.http_address}"
    (tmp_path / "stack.json").write_text(json.dumps(record))
    settings = Settings(home=tmp_path, openclaw_url=url)
    door = Client(tmp_path, terminal.door.person("dana")["email"])
    given = gateway(settings, door, sandbox=True)
    running = Running(install(Path(cache), say), given, secrets_of(settings, door, given))
    try:
        running.start()
        lines = [*look_at_models(tmp_path, settings), *look_at_gateway(tmp_path, settings)]
        for each in lines:
            say(each.line())
        assert [(each.ok, each.proven) for each in lines] == [(True, True)] * len(lines)
        found = {each.name: each for each in lines}
        names = ("openclaw gateway", "openclaw tools", "openclaw reads", "openclaw mcp")
        step, tools, reads, mcp = (found[name] for name in names)
        assert "answers a structured step" in step.seen
        assert "refused" in tools.seen
        assert "handed back" in reads.seen
        assert "was called through it and answered" in mcp.seen
        audited = terminal.door.client("dana").get("/api/v1/audit?limit=50").text
        assert "tool.used" in audited
        first = running.process
        keeper = threading.Thread(target=running.keep, args=(say,))
        keeper.start()
        first.kill()
        deadline = time.monotonic() + 300
        while running.process is first or not running.is_ready():
            assert time.monotonic() < deadline, "a gateway that dies is started again"
            time.sleep(1)
        say(f"started again after {300 - (deadline - time.monotonic()):.0f} s")
        running.ending.set()
        keeper.join(60)
    finally:
        running.ending.set()
        running.stop()
    assert not running.is_ready()

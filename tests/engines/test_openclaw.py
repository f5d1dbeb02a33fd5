"""The gateway's configuration and installation, without the gateway: what each may never do."""

import json
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from dealix.cli.openclaw import port_of
from dealix.engines.openclaw import install as installing
from dealix.engines.openclaw.config import CHAT, DENIED, MCP_TOOLS, Gateway
from dealix.engines.openclaw.install import LOCKS, Installed, is_new_enough
from dealix.engines.openclaw.running import Running
from dealix.errors import NotConfigured


def made(folder: Path, *, door: bool = True) -> Gateway:
    return Gateway(
        folder=folder,
        port=18790,
        model_url="http://127.0.0.1:9/v1",
        model_name="any",
        steps="steps",
        reader="steps-reads",
        mcp_url="http://127.0.0.1:8/mcp" if door else None,
        mcp_tools=MCP_TOOLS,
    )


def test_it_listens_on_loopback_takes_a_token_and_calls_nobody_else(tmp_path: Path) -> None:
    given = made(tmp_path).data()
    gateway = given["gateway"]
    assert (gateway["bind"], gateway["auth"]["mode"]) == ("loopback", "token")
    assert (gateway["controlUi"]["enabled"], gateway["terminal"]["enabled"]) == (False, False)
    assert (given["update"]["checkOnStart"], given["discovery"]["mdns"]["mode"]) == (False, "off")
    assert (given["models"]["mode"], list(given["models"]["providers"])) == ("replace", ["dealix"])
    assert given["models"]["catalogRefresh"] == {"enabled": False}
    assert given["plugins"]["allow"] == ["llm-task", "openai"]
    assert "hooks" not in given
    endpoint = gateway["http"]["endpoints"]["responses"]
    assert (endpoint["enabled"], endpoint["maxUrlParts"]) == (True, 0)
    assert (endpoint["files"]["allowUrl"], endpoint["images"]["allowUrl"]) == (False, False)


def test_no_secret_stands_in_it(tmp_path: Path) -> None:
    given = made(tmp_path).data()
    assert given["gateway"]["auth"]["token"] == "${OPENCLAW_TOKEN}"
    assert given["models"]["providers"]["dealix"]["apiKey"] == "${OPENCLAW_MODEL_KEY}"
    headers = given["mcp"]["servers"]["dealix"]["headers"]
    assert headers == {"Authorization": "Bearer ${OPENCLAW_MCP_TOKEN}"}


def test_each_agent_has_its_own_tools_and_everything_else_is_denied_by_name(
    tmp_path: Path,
) -> None:
    agents = made(tmp_path).data()["agents"]["entries"]
    assert agents["steps"]["tools"]["alsoAllow"] == ["llm-task"]
    assert "dealix__*" in agents["steps"]["tools"]["deny"]
    assert agents[CHAT]["tools"]["alsoAllow"] == [f"dealix__{tool}" for tool in MCP_TOOLS]
    assert "llm-task" in agents[CHAT]["tools"]["deny"]
    reads = agents["steps-reads"]["tools"]
    assert "alsoAllow" not in reads
    assert {"llm-task", "session_status", "dealix__*"} <= set(reads["deny"])
    for each in agents.values():
        assert each["tools"]["profile"] == "minimal"
        assert set(DENIED) <= set(each["tools"]["deny"])
    alone = made(tmp_path, door=False).data()
    assert "mcp" not in alone
    assert "alsoAllow" not in alone["agents"]["entries"][CHAT]["tools"]


@pytest.mark.parametrize(
    ("told", "fits"),
    [
        ("", False),
        ("v18.20.0\n", False),
        ("v20.20.2", False),
        ("v24.15.9", False),
        ("v24.16.0", True),
        ("v24.19.0", True),
        ("v25.4.0", False),
        ("v26.0.9", False),
        ("v26.1.0", True),
        ("v27.0.0", True),
        ("what", False),
    ],
)
def test_node_is_new_enough_as_the_package_says(told: str, *, fits: bool) -> None:
    assert is_new_enough(told) is fits


def test_the_lock_names_every_package_with_its_hash_and_no_address() -> None:
    folder = Path(installing.__file__).parent
    lock = json.loads((folder / LOCKS[1]).read_text())
    wanted = json.loads((folder / LOCKS[0]).read_text())["dependencies"]
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert packages["node_modules/openclaw"]["version"] == wanted["openclaw"]
    assert [
        n for n, each in packages.items() if not (each.get("integrity") or each.get("inBundle"))
    ] == []
    assert [n for n, each in packages.items() if "resolved" in each] == []


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.5:18790",
        "http://127.0.0.1",
        "http://127.0.0.1:18790/x",
        "http://127.0.0.1:x",
        "http://gateway.example:18790",
        "nothing",
    ],
)
def test_an_address_that_others_reach_is_refused(url: str) -> None:
    with pytest.raises(NotConfigured, match="loopback"):
        port_of(url)


def test_its_address_is_its_port() -> None:
    assert (port_of(None), port_of("http://127.0.0.1:19000/")) == (18790, 19000)


def test_a_gateway_that_ends_at_once_is_told_with_its_last_words(tmp_path: Path) -> None:
    script = tmp_path / "entry"
    script.write_text("echo no such config; exit 3")
    running = Running(Installed(Path("/bin/sh"), script), made(tmp_path / "state"), {})
    with pytest.raises(NotConfigured, match="no such config"):
        running.start()
    assert running.process is None


def test_it_does_not_take_another_program_for_its_own(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        given = replace(made(tmp_path / "state"), port=other.getsockname()[1])
        running = Running(Installed(Path("/bin/sh"), tmp_path), given, {})
        with pytest.raises(NotConfigured, match="listens"):
            running.start()


def test_it_is_given_no_setting_and_no_secret_but_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEALIX_DATABASE_URL", "postgresql://secret")
    monkeypatch.setenv("DEALIX_SECRET_OPENCLAW_TOKEN", "secret")
    script = tmp_path / "entry"
    script.write_text("env; exit 3")
    own = {"OPENCLAW_TOKEN": "its-own"}
    running = Running(Installed(Path("/bin/sh"), script), made(tmp_path / "state"), own)
    with pytest.raises(NotConfigured):
        running.start()
    said = running.log.read_text()
    assert "OPENCLAW_TOKEN=its-own" in said
    assert "secret" not in said


def test_what_cannot_be_fetched_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = tmp_path / "bin" / "node"
    node.parent.mkdir()
    node.write_text("#!/bin/sh\necho 'npm error code EINTEGRITY' >&2; exit 1\n")
    node.chmod(0o755)
    (tmp_path / "bin" / "npm").symlink_to(node)
    monkeypatch.setenv("PATH", f"{node.parent}:/usr/bin:/bin")
    monkeypatch.setattr(installing, "own_node", lambda: node)
    with pytest.raises(NotConfigured, match="EINTEGRITY"):
        installing.install(tmp_path / "openclaw", lambda _: None)
    assert not (tmp_path / "openclaw" / "package" / ".stamp").exists()

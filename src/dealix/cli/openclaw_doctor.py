"""`dealix doctor` on the OpenClaw gateway: what was not given is refused, ours is handed back."""

import json
from collections.abc import Iterator
from pathlib import Path

from dealix.connectors.openclaw import OpenClawGateway
from dealix.connectors.secrets import LocalSecrets
from dealix.engines.doctor import Finding
from dealix.engines.home import Home
from dealix.engines.openclaw.config import CHAT, MCP_NAME
from dealix.errors import DealixError, NotConfigured
from dealix.settings import Settings
from dealix.trust.model_use.connection import TOOL, check_reads

REFUSED = ("exec", "read", "gateway", "cron")
"""Tools that nobody is given: a shell, files, the gateway itself, its clock."""

ASKED = (
    f'Call the tool {MCP_NAME}__catalogue with {{"key": "lead_scoring"}}\n'
    "Then repeat what it answered, word for word."
)
PROOF = "store_score"
"""A word that only the tool's answer holds."""


def look_at_gateway(root: Path, settings: Settings | None = None) -> Iterator[Finding]:
    """Three lines where a gateway is configured, none where not."""
    given = settings or Settings(home=root)
    if given.openclaw_url is None:
        return
    file = given.secrets_file or Home(root).secrets_file
    try:
        gateway = OpenClawGateway.of(given, LocalSecrets(file))
    except NotConfigured:
        return  # the line of its structured step says so already
    try:
        yield _kept_away(gateway, given.openclaw_agent, given.openclaw_reader)
        yield _handed_back(gateway)
        yield _reached(gateway, root)
    finally:
        gateway.close()


def _kept_away(gateway: OpenClawGateway, steps: str, reader: str) -> Finding:
    """That no agent gets at a tool that it was not given; each is really called."""
    name = "openclaw tools"
    pairs = [(tool, agent) for tool in REFUSED for agent in (steps, reader, CHAT)]
    pairs += [("llm-task", agent) for agent in (reader, CHAT)]
    try:
        open_ones = [f"{t} of {agent}" for t, agent in pairs if not gateway.refuses(t, agent)]
    except DealixError as error:
        return Finding(name, False, error.sentence, "look whether dealix openclaw up runs")
    if open_ones:
        advice = "stop the gateway: its configuration is not the one of dealix openclaw config"
        return Finding(name, False, f"not refused: {', '.join(open_ones)}", advice)
    return Finding(name, True, f"{len(pairs)} calls of tools that were not given are refused")


def _handed_back(gateway: OpenClawGateway) -> Finding:
    """That a tool of ours, brought by a request, comes back to us to be done."""
    name = "openclaw reads"
    told = check_reads("openclaw", gateway)
    if told.fall_back is not None:
        advice = "look whether its configuration is the one of dealix openclaw config"
        return Finding(name, False, f"no call came back: {told.fall_back.because}", advice)
    if told.reads != [TOOL.name]:
        advice = "choose a model that calls tools: steps that read write without reading"
        return Finding(name, False, f"{told.model} answered without calling {TOOL.name}", advice)
    return Finding(name, True, f"a call of {TOOL.name} was handed back, and answered by us")


def _reached(gateway: OpenClawGateway, root: Path) -> Finding:
    """That an agent calls a tool of ours through the gateway, in the name of whom it was given."""
    name = "openclaw mcp"
    if not _has_our_tools(root):
        seen = "not proven: it was started for nobody, so the agent that talks has no tool of ours"
        advice = "start it as a person: dealix --as EMAIL openclaw up"
        return Finding(name, True, seen, advice, proven=False)
    try:
        said = gateway.said_by(CHAT, ASKED)
    except DealixError as error:
        return Finding(name, False, error.sentence, "look at openclaw/state/gateway.log")
    if PROOF in said:
        return Finding(name, True, f"{MCP_NAME}__catalogue was called through it and answered")
    advice = "the sign-in it speaks with may have ended: start dealix openclaw up again"
    return Finding(name, False, f"{MCP_NAME}__catalogue did not answer through it", advice)


def _has_our_tools(root: Path) -> bool:
    """Whether the gateway that runs on this folder was given our door."""
    file = Home(root).root / "openclaw" / "state" / "openclaw.json"
    try:
        return MCP_NAME in json.loads(file.read_text(encoding="utf-8"))["mcp"]["servers"]
    except (OSError, ValueError, KeyError, TypeError):
        return False

"""The configuration of an OpenClaw gateway, rendered anew at each start: the gateway rewrites it.

It listens on loopback, takes one token, calls no one but our model endpoint and our MCP door, and
has three agents: that of steps has the tool `llm-task` alone, its brother `…-reads` no tool at all
but those that a request of ours brings and that we do, `chat` our MCP tools alone. Every other tool
is denied by name as well: of bundled tools, absence alone does not keep one away. Of what a request
may bring it takes words and tools: it fetches no file and no picture. Secrets stay out of the file:
it names variables of the gateway's own environment.

Source: the configuration of openclaw 2026.9.6, as it ships with its documentation.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHAT = "chat"
"""The agent that talks, with our tools; those that do steps are named by the settings."""

MCP_NAME, MCP_PATH = "dealix", "/mcp"
MCP_TOOLS = ("search_knowledge", "lead_card", "catalogue")
"""Our tools that an agent is given; the door itself has no others."""

TOKEN, MODEL_KEY, MCP_TOKEN = "OPENCLAW_TOKEN", "OPENCLAW_MODEL_KEY", "OPENCLAW_MCP_TOKEN"
"""Variables of the gateway's environment that hold its secrets."""

CONTEXT_WINDOW, MOST_TOKENS = 128_000, 8_192
FREE = {"input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0}
DENIED = ("gateway", "exec", "process", "read", "write", "edit", "apply_patch", "cron", "nodes",
          "browser", "canvas", "message", "web_fetch", "web_search", "sessions_spawn",
          "sessions_send", "agents_list", "image", "tts")  # fmt: skip
"""Tools of the gateway's own, denied by name to every agent."""


@dataclass(frozen=True)
class Gateway:
    """What a gateway is made of: its place and port, the model it asks, and our MCP door.

    `steps` and `reader` name the agents of steps: without tools, and with those of a request.
    `mcp_url` is None where no person lends their rights to it; the agent `chat` then has no tool.
    """

    folder: Path
    port: int
    model_url: str
    model_name: str
    steps: str
    reader: str
    mcp_url: str | None
    mcp_tools: tuple[str, ...]

    @property
    def url(self) -> str:
        """Where the gateway listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def file(self) -> Path:
        """Its configuration."""
        return self.folder / "openclaw.json"

    def data(self) -> dict[str, Any]:
        """The configuration."""
        return _config(self)

    def render(self) -> str:
        """The configuration as JSON."""
        return json.dumps(self.data(), indent=1)


def _config(given: Gateway) -> dict[str, Any]:
    return {
        "update": {"checkOnStart": False},
        "discovery": {"mdns": {"mode": "off"}},
        "gateway": _gateway(given.port),
        "models": _models(given),
        "agents": _agents(given),
        "tools": {
            "profile": "minimal",
            "toolSearch": False,
            "deny": list(DENIED),
            "sessions": {"visibility": "self"},
            "agentToAgent": {"enabled": False},
        },
        "plugins": {
            "allow": ["llm-task", "openai"],
            "slots": {"memory": "none"},
            "entries": {"llm-task": {"enabled": True}},
        },
        "logging": {"file": str(given.folder / "openclaw.log")},
        **_mcp(given),
    }


def _gateway(port: int) -> dict[str, Any]:
    return {
        "mode": "local",
        "port": port,
        "bind": "loopback",
        "auth": {"mode": "token", "token": f"${{{TOKEN}}}"},
        "controlUi": {"enabled": False},
        "terminal": {"enabled": False},
        "http": {"endpoints": {"chatCompletions": {"enabled": True}, "responses": _responses()}},
    }


def _responses() -> dict[str, Any]:
    """The endpoint that hands our tools' calls back, with everything else of it shut."""
    nothing: dict[str, Any] = {"allowUrl": False, "maxBytes": 1}
    return {"enabled": True, "maxUrlParts": 0, "files": nothing, "images": nothing}


def _models(given: Gateway) -> dict[str, Any]:
    model = {
        "id": given.model_name,
        "name": given.model_name,
        "reasoning": False,
        "input": ["text"],
        "contextWindow": CONTEXT_WINDOW,
        "maxTokens": MOST_TOKENS,
        "cost": FREE,
    }
    provider = {
        "baseUrl": given.model_url,
        "apiKey": f"${{{MODEL_KEY}}}",
        "api": "openai-completions",
        "models": [model],
    }
    return {
        "mode": "replace",
        "catalogRefresh": {"enabled": False},
        "providers": {"dealix": provider},
    }


def _agents(given: Gateway) -> dict[str, Any]:
    """Each agent names what it may use and what it may not."""
    chat = {"profile": "minimal", "deny": ["llm-task", *DENIED]}
    if given.mcp_url is not None:
        chat["alsoAllow"] = [f"{MCP_NAME}__{tool}" for tool in given.mcp_tools]
    return {
        "ownership": "explicit",
        "defaults": {
            "workspace": str(given.folder / "workspace"),
            "skipBootstrap": True,
            "model": {"primary": f"dealix/{given.model_name}"},
            "systemAgent": {"agentId": CHAT},
            "heartbeat": {"agentId": CHAT, "every": "0m"},
        },
        "entries": {
            CHAT: {"tools": chat},
            given.steps: {
                "workspace": str(given.folder / "steps"),
                "tools": {
                    "profile": "minimal",
                    "alsoAllow": ["llm-task"],
                    "deny": [f"{MCP_NAME}__*", *DENIED],
                },
            },
            given.reader: {
                "workspace": str(given.folder / "reads"),
                "tools": {
                    "profile": "minimal",
                    "deny": ["llm-task", "session_status", f"{MCP_NAME}__*", *DENIED],
                },
            },
        },
    }


def _mcp(given: Gateway) -> dict[str, Any]:
    if given.mcp_url is None:
        return {}
    server = {
        "url": given.mcp_url,
        "transport": "streamable-http",
        "headers": {"Authorization": f"Bearer ${{{MCP_TOKEN}}}"},
        "toolFilter": {"include": list(given.mcp_tools)},
    }
    return {"mcp": {"servers": {MCP_NAME: server}}}

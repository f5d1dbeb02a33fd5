"""`dealix mcp`: what an assistant is offered at our door, asked for over the protocol itself."""

from typing import Any

import httpx
import typer

from dealix.cli.client import TIMEOUT, Client, Unable, refusal_of
from dealix.cli.output import AsJson, print_json
from dealix.cli.runs import client
from dealix.engines.openclaw.config import MCP_PATH

LISTING = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}


def mcp(context: typer.Context, as_json: AsJson = False) -> None:
    """Show where assistants come in and which tools they find there, in the speaker's name."""
    door = client(context)
    url = f"{door.url()}{MCP_PATH}"
    tools = _tools(door, url)
    if as_json:
        print_json({"url": url, "tools": tools})
        return
    typer.echo(f"Address  {url} (streamable HTTP, bearer token of a person)")
    for tool in tools:
        typer.echo(f"  {tool['name']:<18} {tool['description']}")


def _tools(door: Client, url: str) -> list[dict[str, Any]]:
    headers = {
        "Authorization": f"Bearer {door.token()}",
        "Accept": "application/json, text/event-stream",
    }
    try:
        with httpx.Client(timeout=TIMEOUT, trust_env=False) as http:
            answer = http.post(url, json=LISTING, headers=headers)
    except httpx.TransportError:
        raise Unable(f"The API does not answer at {url}.") from None
    if not answer.is_success:
        raise refusal_of(answer)
    tools: list[dict[str, Any]] = answer.json()["result"]["tools"]
    return tools

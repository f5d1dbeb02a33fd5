"""`dealix openclaw`: install, configure and run an OpenClaw gateway of this installation."""

import signal
from types import FrameType
from typing import Annotated
from urllib.parse import urlsplit

import typer

from dealix.cli.client import Client
from dealix.cli.output import AsJson, print_json
from dealix.cli.runs import client
from dealix.connectors.secrets import LocalSecrets, SecretStore
from dealix.engines.home import Home
from dealix.engines.openclaw.config import MCP_PATH, MCP_TOKEN, MCP_TOOLS, MODEL_KEY, TOKEN, Gateway
from dealix.engines.openclaw.install import install
from dealix.engines.openclaw.running import Running
from dealix.errors import NotConfigured
from dealix.settings import Settings

app = typer.Typer(help="A gateway as executor of model steps, on this machine.")
PORT = 18790
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
Played = Annotated[
    bool, typer.Option("--sandbox", help="Ask the sandbox's played model, not a real one.")
]


@app.callback()
def group() -> None:
    """A gateway as executor of model steps, on this machine."""


@app.command("up")
def up(context: typer.Context, sandbox: Played = False) -> None:
    """Install the gateway by its lock, configure and run it until Ctrl-C.

    With `--as` or DEALIX_TOKEN it reads by our tools in that person's name, for as long as their
    sign-in lasts: give it a person of its own, who may read and nothing else (an auditor).
    """
    settings, door = Settings(), client(context)
    given = gateway(settings, door, sandbox=sandbox)
    secrets = secrets_of(settings, door, given)
    folder = given.folder.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with Home(folder).locked():
        keep(Running(install(folder, typer.echo), given, secrets))


def keep(running: Running) -> None:
    """Run the gateway in the foreground until this process is told to stop."""

    def asked_to_stop(_number: int, _frame: FrameType | None) -> None:
        running.ending.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, asked_to_stop)
    typer.echo("Starting the gateway, about 20 s …")
    try:
        running.start()
        for line in [] if running.ending.is_set() else told(running.gateway):
            typer.echo(line)
        running.keep(typer.echo)
    finally:
        running.stop()
    typer.echo("The gateway has stopped.")


@app.command("config")
def config(context: typer.Context, sandbox: Played = False, as_json: AsJson = False) -> None:
    """Show the configuration that `up` would give the gateway; it holds no secret."""
    given = gateway(Settings(), client(context), sandbox=sandbox)
    if as_json:
        print_json({"url": given.url, "file": str(given.file), "config": given.data()})
    else:
        typer.echo(given.render())


def gateway(settings: Settings, door: Client, *, sandbox: bool) -> Gateway:
    """The gateway of these settings.

    Raises:
        NotConfigured: no model to ask, or an address that others reach too.
    """
    url = door.record()["sandbox_url"] + "/v1" if sandbox else settings.model_url
    if url is None:
        raise NotConfigured("setting_missing", setting="DEALIX_MODEL_URL")
    speaks = _speaker(door) is not None
    return Gateway(
        folder=Home(settings.home).root / "openclaw" / "state",
        port=port_of(settings.openclaw_url),
        model_url=url,
        model_name="sandbox" if sandbox else settings.model_name,
        steps=settings.openclaw_agent,
        reader=settings.openclaw_reader,
        mcp_url=f"{door.url()}{MCP_PATH}" if speaks else None,
        mcp_tools=MCP_TOOLS,
    )


def port_of(url: str | None) -> int:
    """The port at which the gateway listens: that of `DEALIX_OPENCLAW_URL`, else our own.

    Raises:
        NotConfigured: `openclaw_address`, the address is not of this machine alone.
    """
    if url is None:
        return PORT
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if host not in LOOPBACK or port is None or parts.path not in {"", "/"}:
        raise NotConfigured("openclaw_address", url=url)
    return port


def secrets_of(settings: Settings, door: Client, given: Gateway) -> dict[str, str]:
    """The secrets of the gateway's environment, by the port behind which ours lie."""
    file = settings.secrets_file or Home(settings.home).secrets_file
    store: SecretStore = LocalSecrets(file)
    found = {TOKEN: store.get("openclaw.token"), MODEL_KEY: _key(store)}
    token = _speaker(door)
    return {**found, MCP_TOKEN: token} if given.mcp_url and token else found


def told(given: Gateway) -> list[str]:
    """What a person does next."""
    reads = f"reads by {', '.join(given.mcp_tools)}" if given.mcp_url else "reads nothing of ours"
    return [
        f"Gateway       {given.url} (loopback only), {reads}",
        f"For the stack DEALIX_OPENCLAW_URL={given.url}",
        "Then          dealix models choose openclaw; dealix doctor proves it",
        "Ctrl-C stops it.",
    ]


def _speaker(door: Client) -> str | None:
    """The token of who speaks, None where nobody was named."""
    if door.email is None and not door.environment.get("DEALIX_TOKEN"):
        return None
    return door.token()


def _key(store: SecretStore) -> str:
    """The model's key; a server of one's own may need none, but the gateway wants a word."""
    try:
        return store.get("model.key")
    except NotConfigured:
        return "none"

"""`dealix effects`, `dealix status`: what there is, for operators."""

from typing import Annotated, Any

import psutil
import typer

from dealix.cli.output import AsJson, print_json, show_rows
from dealix.cli.runs import client

EFFECTS = ("step", "system", "kind", "method", "status", "attempts", "reference", "key")


def effects(
    context: typer.Context,
    run: Annotated[str | None, typer.Option("--run", help="Only of this run.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the ledger of effects."""
    found = client(context).get("/effects", run=run)
    show_rows(found, EFFECTS, "There is no effect.", as_json=as_json)


def status(context: typer.Context, as_json: AsJson = False) -> None:
    """Say which processes of the stack run; fails when one does not."""
    record = client(context).record()
    processes = [_process(name, pid) for name, pid in record["processes"].items()]
    if as_json:
        addresses = {name: record.get(name) for name in ("url", "sandbox_url", "temporal_ui_url")}
        print_json({**addresses, "processes": processes})
    else:
        typer.echo(f"{record['url']}")
        show_rows(processes, ("name", "pid", "running"), "Nothing runs.", as_json=False)
    if not all(one["running"] for one in processes):
        raise typer.Exit(1)


def _process(name: str, pid: Any) -> dict[str, Any]:
    try:
        running = psutil.Process(int(pid)).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        running = False
    return {"name": name, "pid": pid, "running": running}

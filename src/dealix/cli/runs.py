"""`dealix run` and `dealix runs`: start, follow, extend, cancel, and move a rehearsal's time."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from dealix.cli.client import Client, Unable
from dealix.cli.output import AsJson, print_json, show_rows, table

app = typer.Typer(help="Runs: list, follow, extend, cancel.", invoke_without_command=True)

RunId = Annotated[str, typer.Argument(help="ID of the run.")]
Comment = Annotated[str | None, typer.Option("--comment", help="Why.")]
COLUMNS = ("id", "workflow", "status", "outcome", "waiting_for", "started_at", "deadline")


def run(
    context: typer.Context,
    workflow: Annotated[str, typer.Argument(help="Key of a workflow.")],
    file: Annotated[
        Path, typer.Option("--input", help="JSON file with the input; - reads standard input.")
    ],
    key: Annotated[
        str | None, typer.Option("--key", help="The same key again answers the same run.")
    ] = None,
    rehearsal: Annotated[
        bool, typer.Option("--rehearsal", help="In virtual time, against the sandbox only.")
    ] = False,
    starts_at: Annotated[
        str | None,
        typer.Option("--starts-at", help="When a rehearsal begins, such as 2027-03-04T10:00:00Z."),
    ] = None,
    practice: Annotated[
        bool, typer.Option("--practice", help="Messages to people outside all go to you instead.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Start a run."""
    body: dict[str, Any] = {"workflow": workflow, "input": read_input(file)}
    body |= {"rehearsal": True} if rehearsal else {}
    body |= {"starts_at": starts_at} if starts_at is not None else {}
    body |= {"practice": True} if practice else {}
    body |= {"key": key} if key is not None else {}
    show(client(context).post("/runs", body), as_json=as_json)


@app.callback()
def listed(
    context: typer.Context,
    status: Annotated[str | None, typer.Option("--status", help="Only these.")] = None,
    workflow: Annotated[str | None, typer.Option("--workflow", help="Only of this one.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help="At most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the runs of your company, newest first."""
    if context.invoked_subcommand is not None:
        return
    found = client(context).get("/runs", status=status, workflow=workflow, limit=limit)
    show_rows(found, COLUMNS, "There is no run.", as_json=as_json)


@app.command("show")
def shown(context: typer.Context, run_id: RunId, as_json: AsJson = False) -> None:
    """Show a run with its timeline."""
    show(client(context).get(f"/runs/{run_id}"), as_json=as_json)


@app.command("undo-preview")
def undo_preview(context: typer.Context, run_id: RunId, as_json: AsJson = False) -> None:
    """Show what a cancel would take back, in order, and what cannot be taken back."""
    found = client(context).get(f"/runs/{run_id}/undo-preview")
    if as_json:
        print_json(found)
        return
    for one in found["undo"]:
        typer.echo(f"takes back {one['step']} by {one['action']} ({one['status']})")
    for one in found["final"]:
        typer.echo(f"cannot take back {one['step']}")
    if not found["undo"] and not found["final"]:
        typer.echo("Nothing is outside: a cancel has nothing to take back.")


@app.command("cancel")
def cancel(
    context: typer.Context, run_id: RunId, comment: Comment = None, as_json: AsJson = False
) -> None:
    """Cancel a run; what is outside is taken back."""
    show(client(context).post(f"/runs/{run_id}/cancel", {"comment": comment}), as_json=as_json)


@app.command("extend")
def extend(
    context: typer.Context,
    run_id: RunId,
    until: Annotated[str, typer.Argument(help="RFC 3339, such as 2027-01-31T12:00:00Z.")],
    as_json: AsJson = False,
) -> None:
    """Move a run's deadline further away."""
    show(client(context).post(f"/runs/{run_id}/extend", {"until": until}), as_json=as_json)


@app.command("fast-forward")
def fast_forward(
    context: typer.Context,
    run_id: RunId,
    duration: Annotated[str, typer.Argument(help="ISO 8601, such as P2D or PT4H.")],
    as_json: AsJson = False,
) -> None:
    """Move a rehearsal's clock; returns when the run is idle again."""
    answer = client(context).post(f"/runs/{run_id}/fast-forward", {"duration": duration})
    show(answer, as_json=as_json)


def client(context: typer.Context) -> Client:
    """The client that the root command has made."""
    made: Client = context.obj
    return made


def read_input(file: Path) -> Any:
    """The JSON of a file or of standard input."""
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        return json.loads(text)
    except OSError as failure:
        raise Unable(f"{file} cannot be read: {failure.strerror}.") from None
    except ValueError:
        raise Unable(f"{file} holds no JSON.") from None


def show(run: dict[str, Any], *, as_json: bool) -> None:
    """A run for people: its state, then what happened."""
    if as_json:
        print_json(run)
        return
    outcome = f" ({run['outcome']})" if run.get("outcome") else ""
    waits = f", waits for {run['waiting_for']}" if run.get("waiting_for") else ""
    typer.echo(f"{run['id']}  {run['workflow']}: {run['status']}{outcome}{waits}")
    if run.get("deadline"):
        typer.echo(f"deadline {run['deadline']}")
    if run.get("timeline"):
        columns = ("at", "kind", "name", "status", "attempts")
        typer.echo("\n".join(table(run["timeline"], columns)))
    for pack in run.get("evidence") or []:
        typer.echo(f"evidence {pack}")

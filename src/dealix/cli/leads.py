"""`dealix leads`: bring in a list of leads, and take the leads away as one."""

from pathlib import Path
from typing import Annotated, Any

import typer

from dealix.cli.client import Client
from dealix.cli.output import AsJson, print_json

app = typer.Typer(name="leads", help="Whom the company might sell to.", no_args_is_help=True)
STATUSES = ("ready", "started", "known", "repeated", "wrong")


@app.command("import")
def bring_in(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV file.")],
    start: Annotated[
        bool, typer.Option("--start", help="Start the good rows; else they are only looked at.")
    ] = False,
    data_from: Annotated[
        str, typer.Option("--data-from", help="person, company or third_party: who gave the data.")
    ] = "third_party",
    as_json: AsJson = False,
) -> None:
    """Look at a list of leads, or start a qualification for each good row, each once."""
    client: Client = context.obj
    path = "/leads/lists" if start else "/leads/lists/preview"
    found: dict[str, Any] = client.upload(path, file, {}, data_from=data_from)
    before = 0
    while start and found["counts"]["ready"]:  # a long list takes more than one answer
        before += found["counts"]["started"]
        found = client.upload(path, file, {}, data_from=data_from)
    found["counts"]["started"] += before
    found["counts"]["known"] -= before
    if as_json:
        print_json(found)
        return
    for row in found["rows"]:
        if row["detail"]:
            typer.echo(row["detail"])
    if found["ignored"]:
        typer.echo(f"Nothing is taken from: {', '.join(found['ignored'])}")
    counts = found["counts"]
    typer.echo(", ".join(f"{counts[each]} {each}" for each in STATUSES if counts.get(each)))


@app.command("export")
def take_away(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Where the CSV file goes.")],
) -> None:
    """Write the newest leads into a CSV file; the audit records it."""
    client: Client = context.obj
    client.download("/leads.csv", file)
    typer.echo(f"{file} written.")

"""`dealix schemas`: the outputs on which people decide, and their JSON Schemas; needs no stack."""

from pathlib import Path
from typing import Annotated

import typer

from dealix import decisions
from dealix.cli.client import Unable
from dealix.cli.output import AsJson, print_json, show_rows

app = typer.Typer(help="The outputs on which people decide.", invoke_without_command=True)

COLUMNS = ("name", "flow", "state")


@app.callback()
def listed(context: typer.Context, as_json: AsJson = False) -> None:
    """List every decision schema with the flow that produces it."""
    if context.invoked_subcommand is not None:
        return
    rows = [
        {"name": each.name, "flow": each.flow, "state": decisions.state_of(each)}
        for each in decisions.ALL
    ]
    show_rows(rows, COLUMNS, "There is none.", as_json=as_json)


@app.command("export")
def export(
    folder: Annotated[Path, typer.Argument(file_okay=False, help="Folder of the files.")],
    as_json: AsJson = False,
) -> None:
    """Write the JSON Schema of each, as NAME.json."""
    try:
        written = [str(file) for file in decisions.export(folder)]
    except OSError as failure:
        raise Unable(f"{folder} cannot be written: {failure.strerror}.") from None
    if as_json:
        print_json(written)
    else:
        typer.echo("\n".join(written))

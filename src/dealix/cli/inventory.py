"""`dealix inventory`: the catalogue, its check against rules and code, and its documents.

It reads the installed code only, so it works with no stack running.
"""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from dealix import catalog, clock
from dealix.catalog import source
from dealix.catalog.check import findings
from dealix.catalog.documents import differing, documents, write
from dealix.settings import Settings

app = typer.Typer(
    name="inventory",
    help="The workflows, how each is judged, and whether catalogue, code and documents agree.",
    invoke_without_command=True,
    no_args_is_help=False,
)

Json = Annotated[bool, typer.Option("--json", help="Print data for programs.")]
Folder = Annotated[Path, typer.Option("--folder", help="Folder of the documents.")]


@app.callback()
def show(context: typer.Context, as_json: Json = False) -> None:
    """List every workflow with its lane, its verdicts and its ruling."""
    if context.invoked_subcommand is not None:
        return
    rows = [row.as_public(Settings()) for row in catalog.rows()]
    if as_json:
        _print_json(rows)
        return
    for row in rows:
        typer.echo(_line(row))


@app.command("check")
def check(as_json: Json = False) -> None:
    """Fail on a violation without a ruling, a stale ruling, or code that differs."""
    found = findings(
        (*catalog.rows(), *catalog.flows_begun()), source.read(), clock.real_now().date()
    )
    if as_json:
        _print_json([finding.as_public() for finding in found])
    else:
        for finding in found:
            typer.echo(str(finding))
    if found:
        raise typer.Exit(1)
    if not as_json:
        typer.echo(f"{len(catalog.rows())} workflows: catalogue, rules and code agree.")


@app.command("docs")
def docs(
    check_only: Annotated[
        bool, typer.Option("--check", help="Change nothing; fail on what is out of date.")
    ] = False,
    folder: Folder = Path("docs"),
    as_json: Json = False,
) -> None:
    """Write the generated documents, or check that they are up to date."""
    stale = differing(folder, documents())
    if not check_only:
        write(folder, documents())
    if as_json:
        _print_json(stale)
    else:
        for name in stale:
            typer.echo(f"{folder / name} {'is out of date' if check_only else 'is written'}")
    if check_only and stale:
        raise typer.Exit(1)
    if not as_json and not stale:
        typer.echo("The documents are up to date.")


def _print_json(data: object) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2))


def _line(row: dict[str, Any]) -> str:
    moved = row["lane"] if row["lane"] == row["declared"] else f"{row['declared']} → {row['lane']}"
    state = "built" if row["built"] else "planned"
    broken = ", ".join(each["rule"] for each in row["verdict_built"]["violations"])
    ruled = f"ruled: {broken}" if broken else ""
    star = "★" if row["priority"] else " "
    return f"{star} {row['key']:<24}{moved:<18}{row['engine']:<14}{state:<9}{ruled}".rstrip()

"""`dealix models`: who does model steps, and what they may take a day."""

from typing import Annotated, Any

import typer

from dealix.cli.client import Unable
from dealix.cli.output import AsJson, print_json, show_rows
from dealix.cli.runs import client

app = typer.Typer(help="Who does the steps that may use a model.", invoke_without_command=True)

USAGE = ("day", "calls", "tokens", "cost", "currency")
Executor = Annotated[str, typer.Argument(help="rules, model or openclaw.")]


@app.callback()
def shown(context: typer.Context, as_json: AsJson = False) -> None:
    """Show what is chosen, what the installation has, and what the last days took."""
    if context.invoked_subcommand is None:
        show(client(context).get("/models"), as_json=as_json)


@app.command("choose")
def choose(
    context: typer.Context,
    executor: Executor,
    step: Annotated[
        str | None, typer.Option("--step", help="One step; else all that are not named.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Choose who does a step, or every step that has no choice of its own."""
    door = client(context)
    settings = door.get("/models")["settings"]
    if step is None:
        settings["otherwise"] = executor
    else:
        settings["steps"] = {**settings["steps"], step: executor}
    show(door.put("/models", settings), as_json=as_json)


@app.command("limit")
def limit(
    context: typer.Context,
    tokens: Annotated[int | None, typer.Option("--tokens", help="Tokens a day.")] = None,
    cost: Annotated[str | None, typer.Option("--cost", help="SAR a day, such as 50.00.")] = None,
    as_json: AsJson = False,
) -> None:
    """Set what a day may take."""
    given = {"tokens_per_day": tokens, "cost_per_day": cost}
    changes = {name: value for name, value in given.items() if value is not None}
    if not changes:
        raise Unable("Say --tokens, --cost or both.")
    door = client(context)
    settings = {**door.get("/models")["settings"], **changes}
    show(door.put("/models", settings), as_json=as_json)


def show(found: dict[str, Any], *, as_json: bool) -> None:
    """What is set, for people or programs."""
    if as_json:
        print_json(found)
        return
    settings = found["settings"]
    typer.echo(f"configured     {', '.join(found['configured']) or 'none: rules do every step'}")
    typer.echo(f"personal data  {found['personal_data']}")
    typer.echo(f"every step     {settings['otherwise']}")
    for step in found["steps"]:
        chosen = "chosen" if step["chosen"] else "as every step"
        typer.echo(f"  {step['name']:<40} {step['executor']:<9} {chosen}")
    typer.echo(
        f"a day          {settings['tokens_per_day']} tokens, {settings['cost_per_day']} SAR"
    )
    show_rows(found["usage"], USAGE, "Nothing was asked yet.", as_json=False)

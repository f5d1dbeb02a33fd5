"""`dealix proposals` and `dealix price-books`: what is offered, its files, and for how much."""

from pathlib import Path
from typing import Annotated, Any

import typer

from dealix.cli.output import AsJson, print_json, show_rows
from dealix.cli.runs import client, read_input

proposals = typer.Typer(help="What is offered on deals.", invoke_without_command=True)
books = typer.Typer(help="What we sell, for how much.", invoke_without_command=True)

COLUMNS = ("run", "company", "version", "state", "gross", "currency")
PRODUCTS = ("currency", "version", "sku", "name", "list_price", "cost")


@proposals.callback()
def listed(
    context: typer.Context,
    state: Annotated[str | None, typer.Option("--state", help="Of this state only.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show versions of proposals, the newest first."""
    if context.invoked_subcommand is not None:
        return
    found = client(context).get("/proposals", state=state)
    rows = found if as_json else [{**row, "company": row["company"]["name"]} for row in found]
    show_rows(rows, COLUMNS, "No proposal.", as_json=as_json)


@proposals.command("show")
def show(context: typer.Context, run: Annotated[str, typer.Argument(help="ID of a run.")]) -> None:
    """Show one version whole: its price with every rule, and what was offered."""
    print_json(client(context).get(f"/proposals/{run}"))


@proposals.command("pdf")
def pdf(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="ID of a run.")],
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Where the PDF goes.")],
    language: Annotated[str, typer.Option("--lang", help="ar or en.")] = "ar",
) -> None:
    """Fetch what was offered, in one language."""
    client(context).download(f"/proposals/{run}/pdf", file, lang=language)


@books.callback()
def in_force(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the price book in force of each currency."""
    if context.invoked_subcommand is not None:
        return
    found = client(context).get("/price-books")
    if as_json:
        print_json(found)
        return
    show_rows(_products(found), PRODUCTS, "No price book.", as_json=False)


@books.command("set")
def keep(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The book as JSON.")],
    as_json: AsJson = False,
) -> None:
    """Put a new version of a currency's book into force."""
    made = client(context).put("/price-books", read_input(file))
    if as_json:
        print_json(made)
        return
    typer.echo(f"The book in {made['currency']} is version {made['version']} now.")


def _products(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**product, "currency": book["currency"], "version": book["version"]}
        for book in found
        for product in book["products"]
    ]

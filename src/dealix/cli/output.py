"""Prints answers: JSON for programs, aligned columns for people."""

import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print data for programs.")]


def print_json(data: object) -> None:
    """Data as JSON."""
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2))


def show_rows(
    rows: Sequence[dict[str, Any]], columns: Sequence[str], empty: str, *, as_json: bool
) -> None:
    """Rows as a table of these columns, or all of them as JSON; `empty` when there are none."""
    if as_json:
        print_json(list(rows))
    elif not rows:
        typer.echo(empty)
    else:
        typer.echo("\n".join(table(rows, columns)))


def table(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> list[str]:
    """The lines of a table, its heads first."""
    cells = [[head.replace("_", " ") for head in columns]]
    cells += [[_text(row.get(column)) for column in columns] for row in rows]
    widths = [max(len(line[n]) for line in cells) for n in range(len(columns))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)

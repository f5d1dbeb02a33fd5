"""`dealix calendar`: the company's working days, and the days of which it knows better."""

from typing import Annotated, Any

import typer

from dealix.cli.output import AsJson, print_json, show_rows
from dealix.cli.runs import client

app = typer.Typer(help="The company's working days.", invoke_without_command=True)

Day = Annotated[str, typer.Argument(help="A date such as 2026-03-19.")]
COLUMNS = ("date", "hijri", "hours", "holiday", "holiday_ar", "ramadan", "override")


@app.callback()
def month(
    context: typer.Context,
    of: Annotated[str | None, typer.Option("--month", help="Such as 2026-03; else now.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show a month: hours, holidays, Hijri dates."""
    if context.invoked_subcommand is not None:
        return
    found = client(context).get("/calendar", month=of)
    if as_json:
        print_json(found)
        return
    typer.echo(f"{found['month']}  {found['country']}  {found['time_zone']}")
    show_rows([_row(day) for day in found["days"]], COLUMNS, "No day.", as_json=False)


@app.command("set")
def set_day(
    context: typer.Context,
    day: Day,
    kind: Annotated[str, typer.Argument(help="holiday, working, hours or usual.")],
    name: Annotated[str | None, typer.Option("--name", help="Of a holiday, in English.")] = None,
    name_ar: Annotated[str | None, typer.Option("--name-ar", help="In Arabic.")] = None,
    begins: Annotated[str | None, typer.Option("--begins", help="Such as 10:00.")] = None,
    ends: Annotated[str | None, typer.Option("--ends", help="Such as 15:00.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what a day is; `usual` takes an earlier word on it back."""
    hours = {"begins": begins, "ends": ends} if begins or ends else None
    body = {"date": day, "kind": kind, "name": name, "name_ar": name_ar, "hours": hours}
    made = client(context).put("/calendar", body)
    show_rows([made] if as_json else [_row(made)], COLUMNS, "No day.", as_json=as_json)


def _row(day: dict[str, Any]) -> dict[str, Any]:
    hours = day["hours"]
    shown = f"{hours['begins'][:5]}-{hours['ends'][:5]}" if hours else None
    return {**day, "hours": shown, "ramadan": "yes" if day["ramadan"] else None}

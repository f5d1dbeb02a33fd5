"""`dealix`: every command by name; exit 0 done, 1 refused or failed, 2 wrong usage."""

import sys
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from dealix.cli import (
    accounts,
    administering,
    adr,
    audit,
    calendar,
    deciding,
    evidence,
    inventory,
    knowledge,
    language,
    leads,
    looking,
    model_steps,
    openclaw,
    policy,
    proposals,
    rehearse,
    runs,
    schemas,
    stack,
    tools,
)
from dealix.cli.client import Unable, client_of
from dealix.cli.output import AsJson
from dealix.errors import DealixError
from dealix.observability.exit import leave
from dealix.settings import Settings

app = typer.Typer(
    name="dealix",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)


@app.callback()
def dealix(
    context: typer.Context,
    email: Annotated[
        str | None,
        typer.Option("--as", help="Speak as this person of the example company (anywhere)."),
    ] = None,
) -> None:
    """Run growth workflows that survive anything; a client of the running stack's API."""
    context.obj = client_of(email)


@app.command()
def up() -> None:
    """Run the stack in the foreground until Ctrl-C."""
    raise typer.Exit(stack.up(Settings().home))


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what works, and what to do about what does not."""
    raise typer.Exit(stack.doctor(Settings().home, as_json=as_json))


app.add_typer(inventory.app, name="inventory")
app.command("run")(runs.run)
app.command("rehearse")(rehearse.rehearse)
app.add_typer(runs.app, name="runs")
app.add_typer(deciding.approvals, name="approvals")
app.command("effects")(looking.effects)
app.add_typer(deciding.cases, name="cases")
app.add_typer(evidence.app, name="evidence")
app.add_typer(audit.app, name="audit")
app.add_typer(language.app, name="language")
app.add_typer(knowledge.app, name="knowledge")
app.add_typer(leads.app, name="leads")
app.add_typer(adr.app, name="adr")
app.add_typer(policy.app, name="policy")
app.add_typer(proposals.proposals, name="proposals")
app.add_typer(proposals.books, name="price-books")
app.add_typer(model_steps.app, name="models")
app.add_typer(schemas.app, name="schemas")
app.add_typer(calendar.app, name="calendar")
app.add_typer(accounts.app, name="users")
app.add_typer(administering.authority, name="authority")
app.add_typer(administering.people, name="people")
app.add_typer(administering.keys, name="keys")
app.command("status")(looking.status)
app.add_typer(openclaw.app, name="openclaw")
app.command("mcp")(tools.mcp)


def with_speaker_first(arguments: Sequence[str]) -> list[str]:
    """The arguments with `--as EMAIL` in front, wherever it stood: every command knows it then."""
    speaker: list[str] = []
    rest: list[str] = []
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            rest += [word, *waiting]
            break
        if word == "--as" and waiting:
            speaker = [word, waiting.pop(0)]
        elif word.startswith("--as="):
            speaker = [word]
        else:
            rest.append(word)
    return [*speaker, *rest]


def run(arguments: Sequence[str]) -> int:
    """Do one command; answers its exit code."""
    try:
        app(with_speaker_first(arguments), prog_name="dealix")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except Unable as unable:
        _say(unable.sentence, *(f"  {detail}" for detail in unable.details))
    except DealixError as error:
        _say(error.sentence)
    except KeyboardInterrupt:
        return 130
    else:
        return 0
    return 1


def main() -> NoReturn:
    """Entry of the `dealix` command."""
    leave(run(sys.argv[1:]))


def _say(*lines: str) -> None:
    for line in lines:
        typer.echo(line, err=True)


if __name__ == "__main__":
    main()

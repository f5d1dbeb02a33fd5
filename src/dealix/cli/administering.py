"""`dealix authority`, `dealix people`, `dealix keys`: what administrators and operators keep."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from dealix.cli.client import Unable
from dealix.cli.output import AsJson, print_json, show_rows, table
from dealix.cli.runs import client

authority = typer.Typer(help="Who approves what.", invoke_without_command=True)
people = typer.Typer(help="Whose personal data are held.", invoke_without_command=True)
keys = typer.Typer(help="The installation's keys.", invoke_without_command=True)

ROWS = ("kind", "gate", "type", "amount", "exclusivity", "who")
VERSIONS = ("version", "status", "proposed_by", "proposed_at", "activated_by", "activated_at")
PERSONS = ("person_id", "name", "since", "fields", "open_runs", "erased_at")
RINGS = ("ring", "current", "days_old")
VersionNumber = Annotated[int, typer.Argument(min=1, help="Number of the version.")]
PersonId = Annotated[str, typer.Argument(help="ID of the person.")]
Reveal = Annotated[bool, typer.Option("--reveal", help="With names; this is audited.")]


@authority.callback()
def in_force(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the table in force and its versions."""
    if context.invoked_subcommand is not None:
        return
    found = client(context).get("/authority")
    if as_json:
        print_json(found)
        return
    typer.echo(f"version {found['version']}")
    typer.echo("\n".join(table([flat(row) for row in found["rows"]], ROWS)))
    typer.echo("\n".join(table(found["versions"], VERSIONS)))


@authority.command("show")
def shown(context: typer.Context, version: VersionNumber, as_json: AsJson = False) -> None:
    """Show a version, and in what it differs from the one in force."""
    show(client(context).get(f"/authority/{version}"), as_json=as_json)


@authority.command("propose")
def propose(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="YAML or JSON: the rows of the whole table.")],
    as_json: AsJson = False,
) -> None:
    """Draft a new version; it changes nothing until a second person activates it."""
    rows = read_rows(file)
    show(client(context).post("/authority", {"rows": rows}), as_json=as_json)


@authority.command("activate")
def activate(context: typer.Context, version: VersionNumber, as_json: AsJson = False) -> None:
    """Put somebody else's draft into force."""
    show(client(context).post(f"/authority/{version}/activate", {}), as_json=as_json)


@people.callback()
def listed(context: typer.Context, reveal: Reveal = False, as_json: AsJson = False) -> None:
    """List persons with what is held of them."""
    if context.invoked_subcommand is None:
        found = client(context).get("/people", reveal=str(reveal).lower())
        show_rows(found, PERSONS, "Nobody's data are held.", as_json=as_json)


@people.command("erase")
def erase(
    context: typer.Context,
    person: PersonId,
    reason: Annotated[
        str,
        typer.Option(help="person_asked, consent_withdrawn, purpose_ended or authority_ordered."),
    ],
    reference: Annotated[
        str | None, typer.Option(help="Of the letter or case that asks for it.")
    ] = None,
    seen: Annotated[
        str | None, typer.Option("--seen", help="The hash of what you have seen that is held.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Erase a person for good; without --seen only shows what would be lost, and its hash."""
    door = client(context)
    if seen is None:
        held = door.get(f"/people/{person}")
        typer.echo("\n".join(table([held], PERSONS)), err=True)
        raise Unable(f"Nothing is erased yet. If this is what shall go: --seen {held['held']}")
    body = {"reason": reason, "held": seen}
    body |= {"reference": reference} if reference else {}
    made = door.post(f"/people/{person}/erase", body)
    if as_json:
        print_json(made)
    else:
        typer.echo(f"{person} is erased.")


@keys.callback()
def ages(context: typer.Context, as_json: AsJson = False) -> None:
    """Say how old the keys are that encrypt."""
    if context.invoked_subcommand is None:
        show_rows(client(context).get("/keys"), RINGS, "There is no ring.", as_json=as_json)


@keys.command("rotate")
def rotate(
    context: typer.Context,
    ring: Annotated[
        str | None, typer.Option("--ring", help="codec.keys or person.kek; both when not said.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add a new key to the rings; what older keys sealed still opens."""
    door = client(context)
    names = [ring] if ring else [each["ring"] for each in door.get("/keys")]
    made = [door.post("/keys/rotate", {"ring": name}) for name in names]
    show_rows(made, (*RINGS, "wrapped_anew"), "There is no ring.", as_json=as_json)


def read_rows(file: Path) -> list[Any]:
    """The rows of a file, alone or under `rows`."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as failure:
        raise Unable(f"{file} cannot be read: {failure.strerror}.") from None
    except yaml.YAMLError:
        raise Unable(f"{file} holds neither YAML nor JSON.") from None
    rows = content.get("rows") if isinstance(content, dict) else content
    if not isinstance(rows, list):
        raise Unable(f"{file} holds no list of rows.")
    return list(json.loads(json.dumps(rows, default=str)))


def show(version: dict[str, Any], *, as_json: bool) -> None:
    """A version for people: what it is, and what it changes."""
    if as_json:
        print_json(version)
        return
    typer.echo(f"version {version['version']}: {version['status']}")
    for each in version["differences"]:
        for word in ("before", "after"):
            if each[word] is not None:
                said = "  ".join(str(value) for value in flat(each[word]).values())
                typer.echo(f"{'-' if word == 'before' else '+'} {said}")
    if not version["differences"]:
        typer.echo(f"no difference to version {version['against']}")


def flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row on one line: its band as one word, its seats as one."""
    low, high, unit = row["amount_from"], row["amount_to"], row["currency"] or ""
    band = f"{low or '0'}–{high or '…'} {unit}".strip() if low or high else "any"
    who = "; ".join(
        f"{slot['count']}x {'/'.join(slot['roles']) or slot['relation']}"
        + (f" (deputy {'/'.join(slot['deputy_roles'])})" if slot["deputy_roles"] else "")
        for slot in row["slots"]
    )
    kept = {name: row[name] for name in ("kind", "gate", "type")}
    return {**kept, "amount": band, "exclusivity": row["exclusivity"], "who": who}

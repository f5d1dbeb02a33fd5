"""`dealix audit`: verify the chains of the running stack, export them, verify an export offline."""

import json
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from dealix.errors import DealixError
from dealix.records.audit import read_anchors
from dealix.records.audit.reading import tenant_of_file, verify_file

app = typer.Typer(
    name="audit", help="What was done, chained so that no change goes unseen.", no_args_is_help=True
)

Json = Annotated[bool, typer.Option("--json", help="Print data for programs.")]
Existing = Annotated[
    Path | None,
    typer.Argument(exists=True, dir_okay=False, help="An export; without one, the running stack."),
]

Anchored = Annotated[
    Path | None,
    typer.Option("--anchor", exists=True, dir_okay=False, help="What a second owner has kept."),
]


class Api(Protocol):
    """What these commands ask of the client that the command line puts into `context.obj`."""

    def get(self, path: str, **parameters: str) -> Any:
        """The JSON answer of a GET under `/api/v1`."""
        ...

    def post(self, path: str, body: Any) -> Any:
        """The JSON answer of a POST under `/api/v1`."""
        ...

    def download(self, path: str, target: Path, **parameters: str) -> None:
        """Write the bytes that a GET under `/api/v1` answers into `target`."""
        ...


@app.command("verify")
def verify(
    context: typer.Context, file: Existing = None, anchor: Anchored = None, as_json: Json = False
) -> None:
    """Check every chain and name the first bad record; FILE is checked with no stack running.

    With an anchor also against what a second owner has kept, so that a rewrite of all is found.
    """
    if file is not None:
        known = _refused(lambda: read_anchors(anchor, tenant_of_file(file))) if anchor else None
        found = _refused(lambda: verify_file(file, known).model_dump(mode="json"))
    elif anchor is not None:
        tenant = str(context.obj.get("/me")["tenant"]["id"])
        heads = _refused(lambda: read_anchors(anchor, tenant))
        body = {chain: [head.model_dump() for head in each] for chain, each in heads.items()}
        found = context.obj.post("/audit/verify", {"known": body})
    else:
        found = context.obj.get("/audit/verify")
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
    elif found["ok"]:
        waiting = f", {found['unsealed']} not sealed yet" if found["unsealed"] else ""
        typer.echo(f"{found['records']} records in {len(found['heads'])} chains verify{waiting}.")
    else:
        typer.echo(f"The audit does not verify. First bad record: {found['first_bad']}", err=True)
    if not found["ok"]:
        raise typer.Exit(1)


@app.command("export")
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Where the export goes.")],
) -> None:
    """Write every chain of your company into FILE, one JSON a line, for `verify FILE`."""
    context.obj.download("/audit/export", file)
    found = _refused(lambda: verify_file(file))
    typer.echo(f"{found.records} sealed records written to {file}.")
    if not found.ok:
        typer.echo(f"The export does not verify: {found.first_bad}", err=True)
        raise typer.Exit(1)


def _refused(work: Any) -> Any:
    try:
        return work()
    except DealixError as error:
        typer.echo(error.sentence, err=True)
        raise typer.Exit(1) from None

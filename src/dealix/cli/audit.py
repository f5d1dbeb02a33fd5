"""`dealix audit`: verify the chains of the running stack, export them, verify an export offline."""

import json
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from dealix.errors import DealixError
from dealix.records.audit.reading import verify_file

app = typer.Typer(
    name="audit", help="What was done, chained so that no change goes unseen.", no_args_is_help=True
)

Json = Annotated[bool, typer.Option("--json", help="Print data for programs.")]
Existing = Annotated[
    Path | None,
    typer.Argument(exists=True, dir_okay=False, help="An export; without one, the running stack."),
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
def verify(context: typer.Context, file: Existing = None, as_json: Json = False) -> None:
    """Check every chain and name the first bad record; FILE is checked with no stack running."""
    if file is None:
        found = context.obj.get("/audit/verify")
    else:
        found = _refused(lambda: verify_file(file).model_dump(mode="json"))
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

"""`dealix evidence`: build and fetch packs of the running stack, verify one offline."""

import json
from pathlib import Path
from typing import Annotated

import typer

from dealix.business.evidence.schemas import Report
from dealix.business.evidence.verifying import verify as verify_pack

app = typer.Typer(
    name="evidence", help="Sealed packs that prove what a run did.", no_args_is_help=True
)

Json = Annotated[bool, typer.Option("--json", help="Print data for programs.")]


@app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A pack.")],
    as_json: Json = False,
) -> None:
    """Check a pack with no stack and no database; name the first bad record."""
    report = verify_pack(file)
    if as_json:
        typer.echo(json.dumps(report.model_dump(mode="json"), ensure_ascii=False, indent=1))
    elif report.ok:
        typer.echo(_sentence(report))
    else:
        typer.echo(f"The pack does not verify. First bad record: {report.first_bad}", err=True)
    if not report.ok:
        raise typer.Exit(1)


@app.command("build")
def build(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="ID of the run.")],
    as_json: Json = False,
) -> None:
    """Assemble a new pack of a run as it stands now."""
    pack = context.obj.post("/evidence", {"run_id": run})
    if as_json:
        typer.echo(json.dumps(pack, ensure_ascii=False, indent=1))
    else:
        typer.echo(f"{pack['id']} sealed, SHA-256 {pack['sha256']}.")


@app.command("get")
def get(
    context: typer.Context,
    pack: Annotated[str, typer.Argument(help="ID of the pack.")],
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Where the ZIP goes.")],
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Add the personal values of who is not erased.")
    ] = False,
) -> None:
    """Fetch a pack; it is checked on arrival."""
    context.obj.download(f"/evidence/{pack}.zip", file, reveal="true" if reveal else "false")
    verify(file)


def _sentence(report: Report) -> str:
    late = f" ({report.audit_unsealed} more not sealed then)" if report.audit_unsealed else ""
    return (
        f"{report.items} items and {report.audit_records} audit records{late} of {report.run_id} "
        f"verify; {report.revealed} of {report.commitments} personal values are shown and proven, "
        f"{report.erased} are erased. SHA-256 of the sealed pack: {report.sha256}"
    )

"""`dealix evidence`: build and fetch packs of the running stack, verify one offline."""

import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from dealix.business.evidence.schemas import Report
from dealix.business.evidence.verifying import verify as verify_pack
from dealix.cli.client import Client, Unable
from dealix.cli.output import show_rows

app = typer.Typer(
    name="evidence", help="Sealed packs that prove what a run did.", no_args_is_help=True
)

PATIENCE = 300.0
"""Seconds for which an assembly is followed: as long as it may take."""
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
    run: Annotated[
        str | None, typer.Argument(help="ID of the run, for a deal closure or an incident.")
    ] = None,
    kind: Annotated[
        str,
        typer.Option(
            "--type", help="deal_closure, incident_response, compliance_audit or board_report."
        ),
    ] = "deal_closure",
    begins: Annotated[str | None, typer.Option("--from", help="First day, as 2027-01-31.")] = None,
    ends: Annotated[str | None, typer.Option("--to", help="Last day.")] = None,
    as_json: Json = False,
) -> None:
    """Assemble a new pack, by a run of the workflow evidence_pack."""
    given = {"type": kind, "run": run, "begins": begins, "ends": ends}
    asked = {name: value for name, value in given.items() if value is not None}
    started = context.obj.post("/runs", {"workflow": "evidence_pack", "input": asked})
    ended = _followed(context.obj, started["id"])
    if ended["outcome"] != "assembled":
        raise Unable(f"The pack was not assembled: run {ended['id']} is {ended['status']}.")
    pack = ended["result"]
    if as_json:
        typer.echo(json.dumps({"run": ended["id"], **pack}, ensure_ascii=False, indent=1))
    else:
        typer.echo(f"{pack['pack']} sealed, SHA-256 {pack['sha256']}.")


def _followed(client: Client, run_id: str) -> dict[str, Any]:
    """The run once it has ended, or as it is after a while."""
    end = time.monotonic() + PATIENCE
    while True:
        seen: dict[str, Any] = client.get(f"/runs/{run_id}")
        if seen["ended_at"] is not None or time.monotonic() > end:
            return seen
        time.sleep(0.2)


@app.command("list")
def listed(
    context: typer.Context,
    kind: Annotated[str | None, typer.Option("--type", help="Only packs of this kind.")] = None,
    as_json: Json = False,
) -> None:
    """The packs that you may fetch, the newest first."""
    found = context.obj.get("/evidence", kind=kind)
    columns = ("id", "kind", "run", "items", "bytes", "sha256", "created_at")
    show_rows(found, columns, "No pack has been made yet.", as_json=as_json)


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

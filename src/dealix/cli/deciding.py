"""`dealix approvals` and `dealix cases`: what waits for a person, and settling it."""

from typing import Annotated

import typer

from dealix.cli.output import AsJson, print_json, show_rows
from dealix.cli.runs import client

approvals = typer.Typer(help="Requests for approval.", invoke_without_command=True)
cases = typer.Typer(help="What only a person can settle.", invoke_without_command=True)

Comment = Annotated[str | None, typer.Option("--comment", help="Why.")]
OfRun = Annotated[str | None, typer.Option("--run", help="Only of this run.")]
REQUESTS = ("id", "run", "gate", "round", "status", "may_decide", "deadline")
CASES = ("id", "run", "kind", "step", "status", "resolutions", "resolution")


@approvals.callback()
def requests(
    context: typer.Context,
    scope: Annotated[
        str, typer.Option("--scope", help="mine, group, open, todo, owed or all.")
    ] = "open",
    run: OfRun = None,
    as_json: AsJson = False,
) -> None:
    """List requests; yours are marked."""
    if context.invoked_subcommand is not None:
        return
    found = client(context).get("/approvals", scope=scope, run=run)
    show_rows(found, REQUESTS, "No request waits.", as_json=as_json)


@approvals.command("show")
def request(
    context: typer.Context,
    approval: Annotated[str, typer.Argument(help="ID of the request.")],
    as_json: AsJson = False,
) -> None:
    """Show a request with its packet."""
    found = client(context).get(f"/approvals/{approval}")
    if as_json:
        print_json(found)
        return
    packet = found["packet"]
    typer.echo(f"{found['gate']}: {packet['asks']}")
    typer.echo(f"reversibility: {packet['reversibility']}")
    for effect in packet["effects"]:
        typer.echo(f"lets out {effect['action']} to {effect['resource']} {effect['payload_hash']}")
    typer.echo(f"packet {found['packet_hash']}")
    if packet.get("draft"):
        typer.echo(packet["draft"])


@approvals.command("decide")
def decide(
    context: typer.Context,
    approval: Annotated[str, typer.Argument(help="ID of the request.")],
    decision: Annotated[str, typer.Argument(help="approve or reject.")],
    comment: Comment = None,
    packet_hash: Annotated[
        str | None, typer.Option("--packet-hash", help="Of the packet you saw; else the present.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Decide a request."""
    door = client(context)
    seen = packet_hash or door.get(f"/approvals/{approval}")["packet_hash"]
    body = {"decision": decision, "comment": comment, "packet_hash": seen}
    made = door.post(f"/approvals/{approval}/decisions", body)
    if as_json:
        print_json(made)
    else:
        heard = "the run has heard of it" if made["delivered"] else "the run will hear of it"
        typer.echo(f"{decision} is stored; {heard}.")


@cases.callback()
def listed(
    context: typer.Context,
    status: Annotated[str | None, typer.Option("--status", help="open or resolved.")] = None,
    run: OfRun = None,
    as_json: AsJson = False,
) -> None:
    """List cases, open ones first."""
    if context.invoked_subcommand is not None:
        return
    found = client(context).get("/cases", status=status, run=run)
    show_rows(found, CASES, "There is no case.", as_json=as_json)


@cases.command("resolve")
def resolve(
    context: typer.Context,
    case: Annotated[str, typer.Argument(help="ID of the case.")],
    resolution: Annotated[
        str,
        typer.Argument(
            help="happened, send_again, retry, done_by_hand, waive, confirm_stop or lift_stop."
        ),
    ],
    comment: Comment = None,
    as_json: AsJson = False,
) -> None:
    """Settle a case; its run goes on."""
    body = {"resolution": resolution, "comment": comment}
    made = client(context).post(f"/cases/{case}/resolutions", body)
    if as_json:
        print_json(made)
    else:
        typer.echo(f"{made['kind']} of {made['step']} is settled: {made['resolution']}.")

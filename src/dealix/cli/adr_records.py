"""Decision records as files: status, the evidence they stand on, and the table made of it."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dealix.cli.client import Unable

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "adr"
TITLE = re.compile(r"^# ADR-(\d{4}): (.+)$", re.MULTILINE)
STATUS = re.compile(r"^- Status: (.+)$", re.MULTILINE)
EVIDENCE = re.compile(r"^- Evidence: \[`(.+?)`\]\((.+?)\) `sha256:(\S+)`$", re.MULTILINE)
OPENING, CLOSING = "<!-- evidence: begin, generated -->", "<!-- evidence: end -->"
PARTS = {
    "bench": "`make bench`",
    "proof": "`make proof`",
    "spike": "`dealix adr measure`",
}


@dataclass(frozen=True)
class Record:
    """One decision record; `named_hash` is what it says of its evidence, if it has some."""

    file: Path
    number: str
    title: str
    status: str
    evidence: Path | None
    named_hash: str | None

    @property
    def text(self) -> str:
        """The whole record."""
        return self.file.read_text(encoding="utf-8")


def records(folder: Path) -> list[Record]:
    """Every record of the folder, by number."""
    return [read(file) for file in sorted(folder.glob("[0-9][0-9][0-9][0-9]-*.md"))]


def find(folder: Path, number: str) -> Record:
    """The record of a number, written as `1`, `0001` or `ADR-0001`."""
    wanted = number.upper().removeprefix("ADR-").zfill(4)
    for record in records(folder):
        if record.number == wanted:
            return record
    raise Unable(f"There is no decision record {number}.")


def read(file: Path) -> Record:
    """One record out of its file."""
    text = file.read_text(encoding="utf-8")
    title, status, evidence = TITLE.search(text), STATUS.search(text), EVIDENCE.search(text)
    if title is None or status is None:
        raise Unable(f"{file.name} has no title or no status line.")
    place = file.parent / evidence[2] if evidence else None
    named = evidence[3] if evidence else None
    return Record(file, title[1], title[2], status[1], place, named)


def hash_of(file: Path) -> str:
    """SHA-256 of a file's bytes."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def load(record: Record) -> dict[str, Any]:
    """The evidence of a record; refused where it has none or the file is not there."""
    if record.evidence is None:
        raise Unable(f"ADR-{record.number} names no evidence.")
    try:
        content: dict[str, Any] = json.loads(record.evidence.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise Unable(f"The evidence of ADR-{record.number} cannot be read.") from None
    return content


def with_evidence(record: Record, evidence: Mapping[str, Any]) -> str:
    """The record's text with the hash of its evidence file and the table made of the content."""
    if record.evidence is None:
        raise Unable(f"ADR-{record.number} names no evidence.")
    place = f"evidence/{record.evidence.name}"
    line = f"- Evidence: [`{record.evidence.name}`]({place}) `sha256:{hash_of(record.evidence)}`"
    text = EVIDENCE.sub(lambda _found: line, record.text)
    return with_table(text, evidence)


def with_table(text: str, evidence: Mapping[str, Any]) -> str:
    """The text with everything between the two marks made anew."""
    before, opening, rest = text.partition(OPENING)
    _, closing, after = rest.partition(CLOSING)
    if not opening or not closing:
        raise Unable("The record has no place for its evidence.")
    table = "\n".join(lines(evidence))
    return f"{before}{OPENING}\n{table}\n{CLOSING}{after}"


def lines(evidence: Mapping[str, Any]) -> Iterator[str]:
    """The evidence as Markdown."""
    machine = evidence["machine"]
    yield f"Measured {evidence['made_at']} on {machine['cores']} cores, {machine['system']}, "
    yield f"Python {machine['python']}, load {machine['load']} when the file was made. Versions: "
    yield ", ".join(f"{name} {version}" for name, version in machine["packages"].items()) + "."
    for part, command in PARTS.items():
        if part not in evidence:
            yield ""
            yield f"**Not measured yet: {command}.**"
    yield from _bench(evidence.get("bench", []))
    yield from _spike(evidence.get("spike", []))
    yield from _proof(evidence.get("proof"))


def _bench(rows: list[Mapping[str, Any]]) -> Iterator[str]:
    if rows:
        yield from ("", "| against the bare engine | ours | bare | ratio | n |")
        yield "| --- | --- | --- | --- | --- |"
    for row in rows:
        ours, bare = (_number(row[name], row["unit"]) for name in ("ours", "bare"))
        yield f"| {row['name']} | {ours} | {bare} | {_number(row['ratio'])} | {row['n']} |"


def _spike(rows: list[Mapping[str, Any]]) -> Iterator[str]:
    if rows:
        yield from (
            "",
            "| on the whole stack | median | highest | n |",
            "| --- | --- | --- | --- |",
        )
    for row in rows:
        median, highest = (_number(row[name], row["unit"]) for name in ("median", "highest"))
        yield f"| {row['name']} | {median} | {highest} | {row['n']} |"


def _proof(proof: Mapping[str, Any] | None) -> Iterator[str]:
    if proof is None:
        return
    heads = ("lines", "lost", "doubled", "left")
    yield from ("", "| fault | lines | lost | doubled | left undone | a person was asked |")
    yield "| --- | --- | --- | --- | --- | --- |"
    for row in proof["faults"]:
        counts = " | ".join(str(row[name]) for name in heads)
        yield f"| {row['fault']} | {counts} | {row['asked']} |"


def _number(value: float | None, unit: str = "") -> str:
    if value is None:
        return "–"
    text = f"{value:.2f}" if abs(value) < 10 else f"{value:.0f}"
    return f"{text} {unit}".strip()

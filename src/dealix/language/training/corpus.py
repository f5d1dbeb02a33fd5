"""Reads what the models learn from: rows of others by their path, lines of our own from here."""

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

OWN = Path(__file__).parent / "dialects"
INTENTS = Path(__file__).parent / "intents.jsonl"


@dataclass(frozen=True)
class Line:
    """A text with its label, where it comes from, and how much it counts."""

    text: str
    label: str
    source: str
    held_out: bool
    weight: float = 1.0


QUALITY = {"crowd": 1.5, "region": 1.0, "weak": 0.7}


def rows(path: Path) -> list[Line]:
    """The rows of a gzipped JSONL file `{text,label,source,q,split}`."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    return [
        Line(
            each["text"], each["label"], each["source"], each["split"] == "dev", QUALITY[each["q"]]
        )
        for each in found
    ]


def own_lines(labels: Iterable[str], *, held_out: bool) -> list[Line]:
    """Our own lines of each label: those to learn from, or those never learnt from."""
    found: list[Line] = []
    for label in labels:
        file = OWN / f"{label}{'.test' if held_out else ''}.txt"
        told = file.read_text(encoding="utf-8").splitlines()
        found += [Line(each, label, "own", held_out, 3.0) for each in told if each.strip()]
    return found

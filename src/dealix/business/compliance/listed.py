"""Every number of the frameworks that no class checks, as rows of controls that people look at."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("listed.yaml")
SHARED = ("framework", "severity", "owner", "due")


def rows(covered: Collection[tuple[str, str | None]]) -> list[dict[str, Any]]:
    """The rows of `listed.yaml`, but for the numbers that other controls of a framework have."""
    document = yaml.safe_load(FILE.read_text("utf-8"))
    every = (row for part in document["parts"] for row in _of_part(part, document["standard"]))
    return [row for row in every if (row["framework"], row["reference"]) not in covered]


def _of_part(part: dict[str, Any], standard: list[list[str]]) -> Iterator[dict[str, Any]]:
    """One part's rows; where it has a name, each title says it first."""
    listed = part.get("rows") or [
        [f"{part['ref']}-{number}", *said] for number, said in enumerate(standard, 1)
    ]
    for reference, name, name_ar in listed:
        named = part.get("name")
        yield {
            **{field: part[field] for field in SHARED},
            "key": f"{part['prefix']}_{re.sub(r'[^a-z0-9]+', '_', reference.lower())}",
            "reference": reference,
            "name": f"{named}: {name}" if named else name,
            "name_ar": f"{part['name_ar']}: {name_ar}" if named else name_ar,
        }

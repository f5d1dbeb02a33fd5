"""What a report tells of: the records of a pack, read again out of its own files."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from dealix.business.evidence.pack import whole
from dealix.business.evidence.schemas import Manifest
from dealix.trust.access.directory import Company, company

REPORT = "report"


@dataclass(frozen=True)
class Told:
    """What a report tells of: the manifest without reports, and every record that can be read."""

    manifest: Manifest
    bodies: Mapping[str, Any]
    company: Company
    people: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def told_of(
    session: Session,
    manifest: Manifest,
    files: Mapping[str, bytes],
    people: Mapping[str, Mapping[str, str]] | None = None,
) -> Told:
    """The records of a pack, read; `people` are those who may be named, by user ID and language."""
    rest = [item for item in manifest.items if item.kind != REPORT]
    bare = manifest.model_copy(update={"items": rest})
    bare = bare.model_copy(update={"sha256": whole(bare)})
    bodies = {
        item.name: _read(item.path, files[item.path])
        for item in rest
        if item.path.endswith((".json", ".jsonl")) and item.path in files
    }
    return Told(bare, bodies, company(session), people or {})


def _read(path: str, content: bytes) -> Any:
    if path.endswith(".jsonl"):
        return [json.loads(line) for line in content.splitlines()]
    return json.loads(content)

"""The one canonical form of JSON, over which every hash of a record is taken."""

import hashlib
import json
from datetime import datetime
from typing import Any


def canonical(value: Any) -> bytes:
    """UTF-8 JSON with sorted keys and no white space; the same value gives the same bytes."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest(value: Any) -> str:
    """`sha256:…` over the canonical form."""
    return f"sha256:{hashlib.sha256(canonical(value)).hexdigest()}"


def stamp(moment: datetime) -> str:
    """RFC 3339 in UTC, as the surface writes times."""
    return moment.isoformat().replace("+00:00", "Z")

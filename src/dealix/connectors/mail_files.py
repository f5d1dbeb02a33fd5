"""The files of a mail as its webhook brings them: named by strangers, their content in base64."""

import json
import re
from collections.abc import Mapping
from typing import Any

from dealix.connectors.deliveries import ReceivedFile
from dealix.i18n.fit import legible

MOST = 20
"""Files of one mail that are read at all."""

LONGEST_NAME = 150
FIELD = "attachments"


def read(data: Mapping[str, Any]) -> tuple[ReceivedFile, ...]:
    """The files of a mail, in its order; what is no file is left out."""
    return tuple(_file(row) for row in _rows(data))


def emptied(body: dict[str, Any]) -> bytes:
    """The webhook's body, its files named without what they hold."""
    data = body["data"]
    rows = [{"filename": row.get("filename"), "size": _file(row).size} for row in _rows(data)]
    return json.dumps({**body, "data": {**data, FIELD: rows}}, ensure_ascii=False).encode(
        "utf-8", "backslashreplace"
    )


def plain_name(given: object) -> str:
    """The last part of what a stranger called a file, legible and short; empty without one."""
    text = legible(given) if isinstance(given, str) else ""
    last = re.split(r"[/\\]", text)[-1]
    return " ".join(last.split()).strip(". ")[-LONGEST_NAME:]


def _rows(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = data.get(FIELD)
    return [row for row in rows if isinstance(row, dict)][:MOST] if isinstance(rows, list) else []


def _file(row: Mapping[str, Any]) -> ReceivedFile:
    encoded, told = row.get("content"), row.get("size")
    if isinstance(encoded, str):
        size = (len(encoded) - encoded.count("=")) * 3 // 4
        return ReceivedFile(plain_name(row.get("filename")), size, encoded)
    known = isinstance(told, int) and not isinstance(told, bool) and 0 <= told < 2**53
    return ReceivedFile(plain_name(row.get("filename")), told if known else None)

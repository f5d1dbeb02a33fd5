"""Files that the other party encloses: checked, and sent along while the webhook has room."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from dealix.sandbox.rows import Json

MOST = 20
ROOM = 7_000_000
"""Bytes of files that a webhook carries; a file beyond is named without what it holds."""

LONGEST_NAME = 500


class EnclosureError(ValueError):
    """Files that cannot be sent: a sentence that says why."""


@dataclass(frozen=True)
class Enclosed:
    """A file of a message that somebody writes to us."""

    name: str
    media_type: str
    content: bytes

    def told(self) -> Json:
        """What the mailbox shows of it."""
        return {
            "name": self.name or None,
            "type": self.media_type,
            "size": len(self.content),
            "sha256": hashlib.sha256(self.content).hexdigest(),
        }


def enclosed(given: Any) -> list[Enclosed]:
    """The files of a reply: `[{filename, content, content_type?}]`. EnclosureError."""
    if given is None:
        return []
    if not isinstance(given, list) or len(given) > MOST:
        raise EnclosureError(f"attachments is a list of at most {MOST} files")
    return [_one(row) for row in given]


def carried(files: list[Enclosed]) -> list[Json]:
    """The files as the webhook of a mail brings them."""
    rows, room = [], ROOM
    for file in files:
        row: Json = {
            "filename": file.name or None,
            "content_type": file.media_type,
            "size": len(file.content),
        }
        if len(file.content) <= room:
            room -= len(file.content)
            row["content"] = base64.b64encode(file.content).decode("ascii")
        rows.append(row)
    return rows


def held(body: str, number: int) -> bytes | None:
    """What the nth file in a mail's webhook holds; None where it holds nothing."""
    rows = json.loads(body)["data"].get("attachments") or []
    content = rows[number - 1].get("content") if 1 <= number <= len(rows) else None
    return base64.b64decode(content) if content is not None else None


def _one(row: Any) -> Enclosed:
    if not isinstance(row, dict) or set(row) - {"filename", "content", "content_type"}:
        raise EnclosureError("a file has filename, content and content_type")
    name, media_type = row.get("filename") or "", row.get("content_type")
    if not isinstance(name, str) or len(name) > LONGEST_NAME:
        raise EnclosureError(f"filename is a text of at most {LONGEST_NAME} characters")
    try:
        content = base64.b64decode(row.get("content") or "", validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise EnclosureError("content is base64") from None
    return Enclosed(name, str(media_type or "application/octet-stream"), content)

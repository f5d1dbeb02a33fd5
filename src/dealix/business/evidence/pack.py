"""A sealed pack: a ZIP whose bytes follow from its content alone, so that its hash can be named."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dealix.business.evidence.schemas import Manifest, ManifestItem, RecordItem, SealedItem

MANIFEST = "manifest.json"
REVEALED = "revealed/values.json"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first date a ZIP knows: an archive says nothing of its making


@dataclass(frozen=True)
class Pack:
    """A sealed pack as bytes, with its SHA-256 and its manifest."""

    manifest: Manifest
    content: bytes

    @property
    def sha256(self) -> str:
        """Names the pack among the objects and in the audit."""
        return sha256(self.content)


def sha256(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def readable(value: Any) -> bytes:
    """JSON as it lies in a pack: the same bytes for the same value, and readable."""
    text = json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    return text.encode() + b"\n"


def build(head: Manifest, items: Iterable[RecordItem | SealedItem]) -> Pack:
    """Put the items, in order of their names, and the manifest that lists them into a pack."""
    files: dict[str, bytes] = {}
    listed = []
    for item in sorted(items, key=lambda one: one.name):
        entry, content = _file(item)
        if entry.path in files:
            raise ValueError(f"two items of a pack are called {item.name}")
        files[entry.path] = content
        listed.append(entry)
    manifest = head.model_copy(update={"items": listed})
    manifest = manifest.model_copy(update={"sha256": whole(manifest)})
    return Pack(manifest, archive({MANIFEST: readable(manifest.model_dump()), **files}))


def whole(manifest: Manifest) -> str:
    """The hash over everything a manifest says, and so over every item's hash."""
    return sha256(readable(manifest.model_dump(exclude={"sha256"})))


def archive(files: Mapping[str, bytes]) -> bytes:
    """A ZIP of these files, stored plainly, in this order; equal files give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as bundle:
        for path, content in files.items():
            info = zipfile.ZipInfo(path, EPOCH)
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            bundle.writestr(info, content)
    return buffer.getvalue()


def _file(item: RecordItem | SealedItem) -> tuple[ManifestItem, bytes]:
    if isinstance(item, SealedItem):
        entry = ManifestItem(
            name=item.name,
            path=f"sealed/{item.name}.enc",
            kind=item.kind,
            source=item.source,
            sha256=sha256(item.ciphertext),
            size=len(item.ciphertext),
            sealed_for=item.person_id,
            commitment=item.commitment,
            suffix=item.suffix,
            hashed=item.hashed or None,
        )
        return entry, item.ciphertext
    content = item.body if isinstance(item.body, bytes) else readable(item.body)
    suffix = item.suffix if isinstance(item.body, bytes) else "json"
    entry = ManifestItem(
        name=item.name,
        path=f"items/{item.name}.{suffix}",
        kind=item.kind,
        source=item.source,
        sha256=sha256(content),
        size=len(content),
    )
    return entry, content

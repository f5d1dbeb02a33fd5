"""Files by their content: stored once under their SHA-256, and checked each time they are read."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from dealix.errors import InvariantBroken, NotFound

DIGEST = re.compile(r"[0-9a-f]{64}")


class Objects:
    """A folder of immutable files, `<root>/sha256/aa/aabb…`; usually `$DEALIX_HOME/objects`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, content: bytes) -> str:
        """Store `content` for good, before this returns; answers its SHA-256. Again is harmless."""
        digest = hashlib.sha256(content).hexdigest()
        target = self.path(digest)
        if not self.holds(digest):
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_whole(target, content)
        return digest

    def get(self, digest: str) -> bytes:
        """The file of that SHA-256; `NotFound`, or `InvariantBroken` when its content changed."""
        try:
            content = self.path(digest).read_bytes()
        except FileNotFoundError:
            raise NotFound("not_found") from None
        if hashlib.sha256(content).hexdigest() != digest:
            raise InvariantBroken("object_broken", sha256=digest)
        return content

    def holds(self, digest: str) -> bool:
        """Whether a file of that SHA-256 lies here with its right content."""
        try:
            self.get(digest)
        except (NotFound, InvariantBroken):
            return False
        return True

    def path(self, digest: str) -> Path:
        """Where the file of that SHA-256 lies; anything but a SHA-256 is `NotFound`."""
        if not DIGEST.fullmatch(digest):
            raise NotFound("not_found")
        return self.root / "sha256" / digest[:2] / digest


def _write_whole(target: Path, content: bytes) -> None:
    """Write beside, flush to disk, rename: a reader sees all or nothing, even after a crash."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".new-")
    fresh = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(target)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    for folder in (target.parent, target.parent.parent):
        _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

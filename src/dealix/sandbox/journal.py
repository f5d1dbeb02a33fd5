"""The judge's own memory: one append-only file that outlives a SIGKILL of everybody.

A line is one change of state, however many rows it has, so a torn line means that the change never
happened. It is left where it is and followed by a line that says so: any other line that cannot be
read stops the sandbox, because a judge with a hole in its memory must not judge.
"""

import asyncio
import fcntl
import json
import logging
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from dealix.sandbox.rows import Row, from_line, to_line

log = logging.getLogger("dealix.sandbox.journal")
LOCK_SECONDS = 5.0
TORN = b'{"torn":true}\n'


class JournalError(Exception):
    """The journal cannot be used: held by another process, or damaged before its last line."""


class Journal:
    """An append-only JSONL file: written before anybody may act on it, fsynced before an answer."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self._file = os.open(path, flags, 0o600)
        self._lock()
        self._written = 0
        self._synced = 0
        self._syncing = asyncio.Lock()

    def _lock(self) -> None:
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise JournalError(f"another sandbox writes {self.path}") from None
                time.sleep(0.05)
            else:
                return

    def load(self) -> Iterator[list[Row]]:
        """Every change of state so far, in order; repairs a torn end for the lines to come."""
        unread: int | None = None
        ended = True
        with self.path.open("rb") as file:
            for number, line in enumerate(file, 1):
                ended = line.endswith(b"\n")
                rows = _read(line)
                if unread is not None and line != TORN:
                    raise JournalError(f"line {unread} of {self.path} cannot be read")
                unread = number if rows is None else None
                if rows:
                    yield rows
        if unread is not None:
            log.warning("the last line of %s is torn: that change never happened", self.path)
        if unread is not None or not ended:
            self._write((b"" if ended else b"\n") + (b"" if unread is None else TORN))
            os.fsync(self._file)

    def append(self, rows: Sequence[Row]) -> None:
        """Write one change of state; it survives this process at once, the machine once synced."""
        text = json.dumps([to_line(row) for row in rows], ensure_ascii=False, separators=(",", ":"))
        try:
            self._write(text.encode("utf-8", "backslashreplace") + b"\n")
        except OSError:
            log.critical("cannot write %s: the sandbox ends, it must not forget", self.path)
            os._exit(70)
        self._written += 1

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._file, view) :]

    async def durable(self) -> None:
        """Return once everything written so far is on disk; waiters share one fsync."""
        mine = self._written
        while self._synced < mine:
            async with self._syncing:
                if self._synced < mine:
                    target = self._written
                    await asyncio.to_thread(os.fsync, self._file)
                    self._synced = target

    def close(self) -> None:
        """Sync and release the file."""
        os.fsync(self._file)
        os.close(self._file)


def _read(line: bytes) -> list[Row] | None:
    """The rows of a line, none for the mark of a torn one; None when it cannot be read."""
    if line == TORN:
        return []
    try:
        return [from_line(each) for each in json.loads(line)]
    except (ValueError, KeyError, TypeError):
        return None

"""The log file of one process: its output as it came, in a few files of bounded size."""

from pathlib import Path
from typing import Any, BinaryIO

LARGEST = 10_000_000
KEPT = 3


class LogFile:
    """Receives a process's output from the supervisor; starts a new file when one is full.

    Bytes are written as they come: a letter of Arabic may be cut between two reads.
    """

    def __init__(self, path: Path, *, largest: int = LARGEST, kept: int = KEPT) -> None:
        self.path = path
        self.largest = largest
        self.kept = kept
        self._file: BinaryIO | None = None

    def __call__(self, chunk: dict[str, Any]) -> None:
        """Write what a pipe gave, as circus hands it over."""
        data = chunk["data"]
        file = self._open()
        file.write(data if isinstance(data, bytes) else str(data).encode())
        if file.tell() > self.largest:
            self._turn()

    def close(self) -> None:
        """Close the file; the next write opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> BinaryIO:
        if self._file is None:
            self._file = self.path.open("ab", buffering=0)
        return self._file

    def _turn(self) -> None:
        self.close()
        for number in range(self.kept, 0, -1):
            older = self.path.with_name(f"{self.path.name}.{number}")
            newer = (
                self.path if number == 1 else self.path.with_name(f"{self.path.name}.{number - 1}")
            )
            if newer.exists():
                newer.replace(older)


def tail(path: Path, lines: int = 15) -> str:
    """The last lines of a log, for the person who has to act on it."""
    if not path.exists():
        return ""
    text = path.read_bytes()[-8000:].decode("utf-8", errors="replace")
    return "\n".join(text.splitlines()[-lines:])

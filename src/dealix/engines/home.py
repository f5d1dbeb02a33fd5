"""The folder of one installation (`var/`): its places, its lock, its ports, its layout version."""

import fcntl
import json
import os
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dealix.errors import Conflict, NotConfigured

LAYOUT = 1  # raised when a folder of this layout needs a step of `migrate_layout`


class Home:
    """The places inside one installation's folder; making one creates and closes the folder."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.log = self.root / "log"
        self.run = self.root / "run"
        self.stack_file = self.root / "stack.json"
        self.secrets_file = self.root / "secrets.json"
        self.ports_file = self.root / "ports.json"
        self.sign_ins_file = self.root / "sign_ins.json"
        self.anchors_file = self.root / "audit-anchors.jsonl"
        self.pids_file = self.run / "processes.json"
        self.layout_file = self.root / "layout"
        self.lock_file = self.root / "lock"

    def create(self) -> "Home":
        """Make the folders, closed to other people, and bring an older layout up."""
        for folder in (self.root, self.log, self.run):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        migrate_layout(self)
        return self

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold this folder alone; a second stack is refused with `already_running`."""
        handle = os.open(self.lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pid = os.pread(handle, 20, 0).decode().strip()
                raise Conflict("already_running", pid=pid) from None
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
            yield
        finally:
            os.close(handle)  # closing lets the lock go


def migrate_layout(home: Home) -> None:
    """Bring the folder to `LAYOUT`; a folder of a newer Dealix is refused rather than damaged."""
    found = int(home.layout_file.read_text().strip()) if home.layout_file.exists() else LAYOUT
    if found > LAYOUT:
        raise NotConfigured("layout_newer", found=found, known=LAYOUT)
    write_private(home.layout_file, f"{LAYOUT}\n")


def write_private(path: Path, content: str) -> None:
    """Replace a file in one step, readable by its owner only."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def read_json(path: Path) -> dict[str, object]:
    """The object in a JSON file, or an empty one when there is no such file."""
    if not path.exists():
        return {}
    content: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return content


def ports(home: Home, names: Iterable[str], fixed: Mapping[str, int]) -> dict[str, int]:
    """A port for each name: fixed, or the remembered one, or a free one when that is taken.

    No two names get the same one: a new port is none that another name remembers either.
    """
    remembered = read_json(home.ports_file)
    wanted = {name: fixed.get(name) or remembered.get(name) for name in names}
    reserved = {port for port in wanted.values() if isinstance(port, int)}
    chosen: dict[str, int] = {}
    for name, port in wanted.items():
        usable = isinstance(port, int) and port not in chosen.values() and is_free(port)
        taken = reserved | set(chosen.values())
        kept = port if name in fixed or usable else None
        chosen[name] = kept if isinstance(kept, int) else free_port(taken)
    write_private(home.ports_file, json.dumps(chosen, indent=1))
    return chosen


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(taken: set[int]) -> int:
    """A free loopback port outside the range from which the kernel lends ports to clients.

    It stands beside those that are `taken`: two stacks that start at the same moment then hardly
    ever choose the same one.
    """
    first, last = 20000, 32000
    beside = max((port + 1 for port in taken if first <= port < last), default=0)
    start = beside or first + int.from_bytes(os.urandom(2)) % (last - first)
    for offset in range(last - first):
        port = first + (start - first + offset) % (last - first)
        if port not in taken and is_free(port):
            return port
    raise NotConfigured("no_free_port", first=first, last=last)

"""A real Temporal dev server for tests of the lanes, in a folder of its own."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from temporalio.client import Client

START_SECONDS = 20


def program() -> str:
    """The `temporal` command that came with the wheel, beside this Python."""
    beside = Path(sys.executable).with_name("temporal")
    found = str(beside) if beside.exists() else shutil.which("temporal")
    if not found:
        raise FileNotFoundError("temporal is not installed: run the tests by `make test`")
    return found


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def dev_server(folder: Path, *dynamic: str) -> Iterator[tuple[str, Path]]:
    """Start the server; gives its address and its database file, and stops it at the end."""
    port, file = free_port(), folder / "temporal.db"
    command = [program(), "server", "start-dev", "--headless", "--ip", "127.0.0.1"]
    command += ["--port", str(port), "--http-port", str(free_port())]
    command += ["--metrics-port", str(free_port()), "--db-filename", str(file)]
    for setting in dynamic:
        command += ["--dynamic-config-value", setting]
    environment = {**os.environ, "HOME": str(folder)}
    with (folder / "temporal.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        try:
            wait_for(port, process)
            yield f"127.0.0.1:{port}", file
        finally:
            process.terminate()
            process.wait(15)


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Until a client is served: the port opens before the frontend is healthy."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"temporal ended with {process.returncode}")
        if open_(port) and serves(port):
            return
        time.sleep(0.05)
    raise TimeoutError("temporal did not start")


def open_(port: int) -> bool:
    with socket.socket() as sock:
        sock.settimeout(0.2)
        return sock.connect_ex(("127.0.0.1", port)) == 0


def serves(port: int) -> bool:
    """Whether a client gets the server's own description, which an unhealthy frontend refuses."""
    try:
        asyncio.run(Client.connect(f"127.0.0.1:{port}"))
    except RuntimeError:
        return False
    return True

"""The sandbox as a process, and a server that answers exactly what a test wants answered."""

import secrets
import socket
import threading
from collections.abc import Callable, Iterator

import pytest
from tests.connectors.signing import clients_closed  # noqa: F401 (an autouse fixture)
from tests.sandbox.conftest import Receiver, Sandbox

Script = Callable[[socket.socket], None]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sandbox, Receiver]]:
    receiver = Receiver()
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox") / "home", receiver.url)
    sandbox.start()
    yield sandbox, receiver
    sandbox.stop()
    sandbox.client.close()
    receiver.close()


@pytest.fixture
def sandbox(running: tuple[Sandbox, Receiver]) -> Iterator[Sandbox]:
    """A sandbox under a scope of its own; faults are lifted afterwards."""
    running[0].scope = secrets.token_hex(6)
    yield running[0]
    running[0].client.delete("/_sandbox/faults")


class Peer:
    """A TCP server of one connection at a time, whose side is a function of the test."""

    def __init__(self, script: Script) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(10)
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.received = bytearray()
        self._script = script
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        try:
            connection, _ = self.listener.accept()
        except OSError:
            return
        with connection:
            connection.settimeout(10)
            self._script(connection)

    def close(self) -> None:
        self.listener.close()
        self.thread.join(10)


@pytest.fixture
def peer() -> Iterator[Callable[[Script], Peer]]:
    """Starts a `Peer`."""
    started: list[Peer] = []

    def start(script: Script) -> Peer:
        started.append(Peer(script))
        return started[-1]

    yield start
    for each in started:
        each.close()

"""A stack seen from outside: start one as a process of its own, wait until it serves, stop it."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dealix.engines.home import Home, read_json
from dealix.engines.logfile import tail
from dealix.engines.programs import mortal, own_path, python
from dealix.errors import NotConfigured


class Stack:
    """A stack on its own folder, ended with the process that started it; also a `with` block."""

    def __init__(self, home: Path, environment: Mapping[str, str] | None = None) -> None:
        self.home = Home(home)
        self.environment = dict(environment or {})
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, processes: Sequence[str] = (), timeout: float = 120.0) -> dict[str, Any]:
        """Start the named processes (all when empty); answers the content of `stack.json`."""
        self.home.create()
        command = python("dealix.engines.supervisor", "--home", str(self.home.root))
        if processes:
            command += ["--only", ",".join(processes)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                mortal(command),
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return wait_ready(self.home.root, timeout, self.process)

    def _environment(self) -> dict[str, str]:
        place = {"DEALIX_HOME": str(self.home.root), "PYTHONPATH": os.pathsep.join(own_path())}
        return {**os.environ, **place, **self.environment}

    @property
    def log(self) -> Path:
        """What the supervisor says."""
        return self.home.log / "stack.log"

    def record(self) -> dict[str, Any]:
        """`stack.json` as it is now; empty when the stack is not up."""
        return read_json(self.home.stack_file)

    def stop(self, timeout: float = 60.0) -> int:
        """Stop every process in order; answers the supervisor's exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait(10)
        self.process = None
        return code

    def __enter__(self) -> Self:
        if self.process is None:
            self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def wait_ready(
    home: Path, timeout: float, process: subprocess.Popen[bytes] | None = None
) -> dict[str, Any]:
    """Wait until `stack.json` is there; fails at once when the given supervisor has ended."""
    place = Home(home)
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if place.stack_file.exists():
            content: dict[str, Any] = json.loads(place.stack_file.read_text(encoding="utf-8"))
            if process is None or content["supervisor"] == process.pid:
                return content
        if process is not None and process.poll() is not None:
            break
        time.sleep(0.05)
    log = place.log / "stack.log"
    raise NotConfigured("stack_failed", log=log, said=tail(log))

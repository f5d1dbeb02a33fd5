"""Runs the gateway in the foreground: configured anew at each start, started again when it dies."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from dealix.engines.home import is_free, write_private
from dealix.engines.logfile import tail
from dealix.engines.openclaw.config import Gateway
from dealix.engines.openclaw.install import Installed
from dealix.engines.programs import mortal
from dealix.errors import NotConfigured

START_SECONDS, STOP_SECONDS = 120.0, 15.0
PAUSES = (1.0, 5.0, 30.0)
"""Seconds before it is started again, longer each time that it did not live for a minute."""

QUIET = {
    "OPENCLAW_DISABLE_BONJOUR": "1",
    "OPENCLAW_NO_RESPAWN": "1",
    "OPENCLAW_EXEC_SHELL_SNAPSHOT": "0",
    "OPENCLAW_SKIP_CHANNELS": "1",
}
"""No announcement on the network, no process of its own making, no shell, no channels."""


@dataclass
class Running:
    """One gateway: its program, its configuration, and the secrets of its environment.

    Once `ending` is set, it is neither waited for nor started again.
    """

    program: Installed
    gateway: Gateway
    secrets: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    ending: threading.Event = field(default_factory=threading.Event)

    @property
    def log(self) -> Path:
        """What it says."""
        return self.gateway.folder / "gateway.log"

    def start(self) -> None:
        """Start it and wait until it is ready, or ending.

        Raises:
            NotConfigured: `openclaw_failed`, it ended or was not ready in time; `openclaw_port`,
                somebody else listens there.
        """
        self.stop()
        if not is_free(self.gateway.port):
            raise NotConfigured("openclaw_port", port=self.gateway.port)
        self.gateway.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(self.gateway.file, self.gateway.render())
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                mortal(self.program.command("gateway", "run")),
                env=self._environment(),
                cwd=self.gateway.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        process, end = self.process, time.monotonic() + START_SECONDS
        while not self.is_ready() and not self.ending.wait(0.3):
            if process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise NotConfigured("openclaw_failed", log=self.log, said=tail(self.log, 5))

    def is_ready(self) -> bool:
        """Whether it says that it is ready."""
        try:
            answer = httpx.get(f"{self.gateway.url}/readyz", timeout=2, trust_env=False)
            return answer.is_success and answer.json().get("ready") is True
        except (httpx.HTTPError, ValueError, AttributeError):
            return False

    def keep(self, say: Callable[[str], None]) -> None:
        """Keep it running until it is ending; what dies is started again."""
        tries, began = 0, time.monotonic()
        while not self.ending.wait(0.3):
            process = self.process
            if process is not None and process.poll() is None:
                continue
            tries = 0 if time.monotonic() - began > 60 else tries + 1
            pause = PAUSES[min(tries, len(PAUSES) - 1)]
            say(f"The gateway ended; it is started again in {pause:.0f} s.")
            if self.ending.wait(pause):
                return
            began = time.monotonic()
            try:
                self.start()
            except NotConfigured as failure:
                say(failure.sentence)

    def stop(self) -> None:
        """End it with all that it started."""
        process = self.process
        if process is None:
            return
        for number, patience in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, 5.0)):
            try:
                os.killpg(process.pid, number)
                process.wait(patience)
                break
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
        self.process = None

    def _environment(self) -> dict[str, str]:
        """Nothing of ours but what it needs: neither settings nor other secrets."""
        folder = self.gateway.folder
        node = str(self.program.node.parent)
        return {
            **QUIET,
            **self.secrets,
            "PATH": os.pathsep.join([node, "/usr/local/bin", "/usr/bin", "/bin"]),
            "HOME": str(folder),
            "LANG": os.environ.get("LANG", "C.UTF-8"),
            "OPENCLAW_STATE_DIR": str(folder),
            "OPENCLAW_CONFIG_PATH": str(self.gateway.file),
        }

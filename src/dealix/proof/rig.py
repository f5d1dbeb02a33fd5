"""A whole stack with barriers: arm points, wait until they hold, kill a process, let others go."""

import os
import signal
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dealix.engines import plan as plans
from dealix.engines.stack import Stack
from dealix.proof import points
from dealix.proof.points import Point
from dealix.settings import Settings

KINDS = (
    "durable_worker",
    "api",
    "scheduler",
    "sandbox",
    "postgres",
    "temporal",
    "valkey",
    "medium_worker",
    "supervisor",
)
HOLD_SECONDS = 45.0
THREADS = 10
"""Pipelines that the medium worker runs at once, so that one is held at each point of a round."""
STATUS_PATIENCE = 10.0
"""Seconds that a lost answer's status is waited for here, instead of two minutes."""


class Rig:
    """One stack on `home`. Every point starts disarmed; `arm` chooses those that hold next."""

    def __init__(self, home: Path, environment: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.barriers = home / "barriers"
        self.barriers.mkdir(parents=True, exist_ok=True)
        crash = {
            "DEALIX_CRASH_AT": ",".join(point.name for point in points.everything()),
            "DEALIX_CRASH_DIR": str(self.barriers),
            "DEALIX_STATUS_PATIENCE": str(STATUS_PATIENCE),
            "DEALIX_MEDIUM_THREADS": str(THREADS),
        }
        self.stack = Stack(home, {**crash, **(environment or {})})
        self.arm(())

    def __enter__(self) -> Self:
        self.stack.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
        self.stack.stop()

    def record(self) -> dict[str, Any]:
        """`stack.json`."""
        return self.stack.record()

    def settings(self) -> Settings:
        """The settings of one more process of this stack."""
        plan = plans.read(self.stack.home, plans.settings_for(self.home))
        given = plan.environment("command")
        values = {
            name.removeprefix("DEALIX_").lower(): value
            for name, value in given.items()
            if name.startswith("DEALIX_")
        }
        return Settings.model_validate({**values, "home": self.home})

    # -- barriers ----------------------------------------------------------------------------

    def arm(self, wanted: Iterable[Point]) -> None:
        """From now on exactly these points hold, once each."""
        names = {point.file for point in wanted}
        for old in self.barriers.iterdir():
            if old.suffix != ".reached":
                old.unlink()
        for point in points.everything():
            place = self.barriers / f"{point.file}.reached"
            if point.file in names:
                place.unlink(missing_ok=True)
            else:
                place.touch()

    def held(self, wanted: Iterable[Point]) -> dict[Point, str]:
        """Which of these points hold now, and the workflow that each holds."""
        found = {}
        for point in wanted:
            if (self.barriers / f"{point.file}.pid").exists():
                place = self.barriers / f"{point.file}.run"
                found[point] = place.read_text(encoding="utf-8") if place.exists() else ""
        return found

    def let_go(self, wanted: Iterable[Point]) -> None:
        """Let the threads held at these points go on."""
        for point in wanted:
            (self.barriers / f"{point.file}.go").touch()

    def release(self) -> None:
        """Let every held thread go on, and hold no more."""
        for place in self.barriers.glob("*.pid"):
            place.with_suffix(".go").touch()
        for point in points.everything():
            (self.barriers / f"{point.file}.reached").touch()

    # -- kills -------------------------------------------------------------------------------

    def kill(self, kind: str) -> int:
        """SIGKILL one process of the stack. Answers its pid."""
        record = self.record()
        pid: int = record["supervisor"] if kind == "supervisor" else record["processes"][kind]
        os.kill(pid, signal.SIGKILL)
        return pid

    def await_return(self, kind: str, old: int, patience: float = 40.0) -> float:
        """Wait until the process runs again under a new pid. Answers the seconds that it took."""
        began = time.monotonic()
        if kind == "supervisor":
            self._start_again()
        else:
            until(lambda: self.record().get("processes", {}).get(kind, old) != old, patience)
        return time.monotonic() - began

    def _start_again(self) -> None:
        """The next start after a killed supervisor: its children have ended with it."""
        if self.stack.process is not None:
            self.stack.process.wait(10)
        self.stack.start()


def until(holds: Callable[[], bool], patience: float, pause: float = 0.05) -> bool:
    """Wait until something holds. Answers whether it did in time."""
    end = time.monotonic() + patience
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True

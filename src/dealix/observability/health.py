"""How everything stands that this installation needs, looked at seldom however many ask."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

Questions = Mapping[str, Callable[[], str]]
"""What is asked, by name; a question answers a word or raises."""
Status = Literal["ok", "degraded", "down"]
Kind = Literal["engine", "lane", "connector"]
FRESH = 2.0
"""Seconds for which an answer is given again: a stranger must not make us call our providers."""


class Probe(BaseModel):
    """What one probe found; the detail names no address and no secret."""

    model_config = ConfigDict(extra="allow")

    name: str
    kind: Kind
    ok: bool
    detail: str
    ms: float


class HealthView(BaseModel):
    """`ok`: everything answers; `degraded`: something does not; `down`: the database does not.

    `ms` is how long looking took.
    """

    status: Status
    ms: float
    probes: list[Probe]


class Check(Protocol):
    """What looks at everything."""

    def run(self) -> HealthView:
        """Every probe's answer, within a second."""
        ...


class Watch:
    """Looks at everything at most every `FRESH` seconds, however many ask and whoever they are."""

    def __init__(self, check: Check) -> None:
        self._check = check
        self._lock = threading.Lock()
        self._seen: tuple[float, HealthView] | None = None

    def look(self) -> HealthView:
        """Every probe's answer; who asks meanwhile gets the same."""
        with self._lock:
            if self._seen is None or time.monotonic() - self._seen[0] > FRESH:
                self._seen = (time.monotonic(), self._check.run())
            return self._seen[1]

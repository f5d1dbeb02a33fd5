"""The short task of health: really asks every engine, lane and connector, all at once.

A probe that hangs keeps its thread and is not asked again before it has ended, so that what is
away takes nothing from what answers.
"""

import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong

from dealix.declaring import part, task
from dealix.errors import DealixError
from dealix.observability import metrics
from dealix.observability.health import HealthView, Kind, Probe, Questions, Status

PATIENCE = 0.65
"""Seconds that a look waits; the answer must be there within one."""
STILL_TRUE = 30.0
"""Seconds for which the last answer of a slow probe counts while the next is on its way."""
NEEDED = "database"
Asked = dict[str, tuple[Kind, Future[Probe]]]


@task(name="health_check")
class HealthCheck:
    """Looks at the engines and lanes, at the connectors, and says how all of it stands."""

    def __init__(self, engines: Questions, lanes: Questions, connectors: Questions) -> None:
        self.engines, self.lanes, self.connectors = engines, lanes, connectors
        many = len(engines) + len(lanes) + len(connectors)
        self._threads = ThreadPoolExecutor(many, thread_name_prefix="probe")
        self._under_way: dict[str, Future[Probe]] = {}
        self._last: dict[str, tuple[float, Probe]] = {}

    def run(self) -> HealthView:
        """Probe, then report, within a second."""
        began = time.perf_counter()
        inside = self.probe_engines()
        outside = self.probe_connectors()
        found = self.report_status({**inside, **outside}, began)
        metrics.short_task("health_check", found.status, time.perf_counter() - began)
        return found

    @part("probe_engines", method="upsert", system="postgres valkey temporal")
    def probe_engines(self) -> Asked:
        """Ask every engine, and every lane for a worker."""
        return self._ask("engine", self.engines) | self._ask("lane", self.lanes)

    @part(
        "probe_connectors",
        method="upsert",
        system="llm embeddings openclaw email crm whatsapp wathq gleif opencorporates esign",
    )
    def probe_connectors(self) -> Asked:
        """Ask every provider and every configured model, without an effect."""
        return self._ask("connector", self.connectors)

    @part("report_status", method="upsert")
    def report_status(self, asked: Asked, began: float) -> HealthView:
        """Every answer that came in time, and what did not."""
        probes = [self._answer(name, kind, future, began) for name, (kind, future) in asked.items()]
        took = round((time.perf_counter() - began) * 1000, 1)
        return HealthView(status=_status(probes), ms=took, probes=probes)

    def _ask(self, kind: Kind, questions: Questions) -> Asked:
        asked: Asked = {}
        for name in questions:
            waiting = self._under_way.get(name)
            if waiting is None or waiting.done():
                waiting = self._threads.submit(self._timed, name, kind, questions)
                self._under_way[name] = waiting
            asked[name] = (kind, waiting)
        return asked

    def _answer(self, name: str, kind: Kind, future: Future[Probe], began: float) -> Probe:
        left = PATIENCE - (time.perf_counter() - began)
        try:
            return future.result(max(0.0, left))
        except TookTooLong:
            at, last = self._last.get(name, (-STILL_TRUE, None))
            if last is not None and time.monotonic() - at < STILL_TRUE:
                return last
            return Probe(
                name=name, kind=kind, ok=False, detail="no answer in time", ms=PATIENCE * 1000
            )

    def _timed(self, name: str, kind: Kind, questions: Questions) -> Probe:
        start = time.perf_counter()
        try:
            ok, detail = True, questions[name]()
        except DealixError as error:
            ok, detail = False, error.code
        except Exception as error:  # noqa: BLE001 (whatever a library raises, the probe has failed)
            ok, detail = False, type(error).__name__
        took = round((time.perf_counter() - start) * 1000, 1)
        probe = Probe(name=name, kind=kind, ok=ok, detail=detail, ms=took)
        self._last[name] = (time.monotonic(), probe)
        return probe


def _status(probes: Iterable[Probe]) -> Status:
    bad = {probe.name for probe in probes if not probe.ok}
    return "down" if NEEDED in bad else ("degraded" if bad else "ok")

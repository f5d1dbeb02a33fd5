"""The scheduler's process: starts, deliveries, bells, inbox, signatures, notices, audit."""

import logging
import signal
import threading
from collections.abc import Callable

from dealix.bootstrap import Services, services
from dealix.business.partners.returned_files import ReturnedFiles
from dealix.lanes.sweeps import Sweeps
from dealix.observability import logs, metrics
from dealix.observability.exit import leave
from dealix.observability.temporal import measured
from dealix.processes import settle
from dealix.records import audit

log = logging.getLogger(__name__)


def jobs(made: Services) -> list[tuple[str, float, Callable[[], object]]]:
    """What is done again and again: its name, its pause in seconds, the work."""
    files = ReturnedFiles(made.database, made.inbox, made.answers)
    sweeps = Sweeps(made.database, made.bridge, made.courier)
    return [
        ("start", 0.5, sweeps.start_stored_runs),
        ("deliver", 0.5, sweeps.deliver_stored_signals),
        ("pipelines", 2.0, made.bell.sweep),
        ("inbox", 0.5, made.inbox.sweep),
        ("files", 1.0, files.sweep),
        ("signatures", 0.5, made.signatures.read_due),
        ("notices", 0.5, made.herald.sweep),
        ("short", 1.0, made.short_jobs.sweep),
        ("tags", 1.0, made.tagger.sweep),
        ("vectors", 2.0, made.knowledge.sweep),
        ("seal", 1.0, audit.Sealer(made.database).sweep),
        ("watch", 4.0, sweeps.watch_runs),
        ("probes", 300.0, made.uptime.sweep),
        ("anchor", 60.0, made.anchors.sweep),
    ]


def repeat(name: str, pause: float, work: Callable[[], object], stop: threading.Event) -> None:
    """Do `work` until the process stops; a failure is logged by its kind and tried again."""
    while not stop.wait(pause):
        try:
            work()
        except Exception as failure:  # noqa: BLE001 (a sweep goes on whatever broke this once)
            log.warning("sweep %s failed: %s", name, type(failure).__name__)


def main() -> int:
    """Entry of `python -m dealix.processes.scheduler`."""
    made = services()
    logs.configure(made.settings.process, made.settings.log_level)
    if made.settings.metrics_port:
        metrics.serve(made.settings.metrics_port)
    measured(made.settings)
    settle()
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda _number, _frame: stop.set())
    threads = [
        threading.Thread(target=repeat, args=(*job, stop), name=job[0], daemon=True)
        for job in jobs(made)
    ]
    for thread in threads:
        thread.start()
    stop.wait()
    return 0


if __name__ == "__main__":
    leave(main())

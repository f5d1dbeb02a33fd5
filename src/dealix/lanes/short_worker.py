"""The worker of short tasks: threads of their own, so that no long pipeline keeps them waiting."""

import threading
from dataclasses import dataclass
from typing import Any

from dealix.lanes.medium import celery_app, worker_of
from dealix.lanes.short_jobs import QUEUE, TASK, ShortJobs
from dealix.settings import Settings

THREADS = 2


@dataclass(frozen=True)
class ShortWorker:
    """A worker at work in a thread of this process; it ends with it."""

    worker: Any
    thread: threading.Thread

    def stop(self) -> None:
        """Take no more calls and end."""
        self.worker.stop()
        self.thread.join(10)


def start(settings: Settings, jobs: ShortJobs) -> ShortWorker:
    """Take calls of the short queue in the background, for as long as this process lives."""
    app = celery_app(settings)
    app.conf.update(task_default_queue=QUEUE, worker_redirect_stdouts=False)
    app.task(name=TASK, bind=False)(jobs.work)
    worker = worker_of(app, THREADS, hostname="short@%h", without_gossip=True)
    thread = threading.Thread(target=worker.start, name="short-worker", daemon=True)
    thread.start()
    return ShortWorker(worker, thread)

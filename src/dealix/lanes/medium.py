"""The medium lane's Celery application: durable by its own lease, Celery is only the bell."""

import logging
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from celery import Celery
from celery.signals import worker_shutting_down
from kombu.asynchronous import set_event_loop
from kombu.exceptions import OperationalError

from dealix.lanes import leases
from dealix.lanes.pipeline_worker import PipelineWorker
from dealix.settings import Settings
from dealix.store.session import Database

log = logging.getLogger(__name__)
VISIBILITY_SECONDS = 3600
WORK_DUE = "dealix.work_due"
STALE_SECONDS = 5
"""A ring that nobody heard for so long is dropped: the next sweep rings again."""
CALM = {"max_retries": 1, "interval_start": 0, "interval_max": 0}


def celery_app(settings: Settings) -> Celery:
    """Celery as it must be configured to lose nothing: late acks, one task at a time prefetched."""
    url = settings.broker_url.get_secret_value() if settings.broker_url else None
    app = Celery("dealix", broker=url)
    app.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        broker_transport_options={
            "visibility_timeout": VISIBILITY_SECONDS,
            "socket_connect_timeout": 2,
            "socket_timeout": 10,
        },
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_hijack_root_logger=False,
        timezone="UTC",
    )
    return app


def worker_of(app: Celery, threads: int, **more: Any) -> Any:
    """A worker of this application on threads; it may stand beside another one in its process.

    Celery's event loop is one for the whole process: where two workers share it, the one that loses
    its broker empties it for both, and the other one hears nothing any more. So each gets its own.
    """
    set_event_loop(None)
    options = {"pool": "threads", "without_mingle": True, "quiet": True}
    return app.Worker(concurrency=threads, **options, **more)


def answer_the_bell(app: Celery, worker: PipelineWorker) -> None:
    """Let each ring work on what is due, and a shutdown stop before the next step."""
    app.task(name=WORK_DUE, ignore_result=True)(worker.work_due)
    worker_shutting_down.connect(lambda **_: worker.stopping.set(), weak=False)


@dataclass
class Bell:
    """Wakes workers. It says nothing, so that nothing is lost with it: the leases say what is due.

    A broker that is away is no failure: the sweep rings until somebody works.
    """

    settings: Settings
    database: Database

    @cached_property
    def app(self) -> Celery:
        """The sender's end of the broker."""
        return celery_app(self.settings)

    def ring(self, times: int = 1) -> bool:
        """Wake as many workers. Answers whether the broker took it."""
        if self.settings.broker_url is None:
            return False
        try:
            for _ in range(times):
                self.app.send_task(WORK_DUE, expires=STALE_SECONDS, retry=True, retry_policy=CALM)
        except (OperationalError, OSError) as away:
            log.warning("the bell of the medium lane is away: %s", type(away).__name__)
            return False
        return True

    def sweep(self) -> int:
        """Ring for what is due and nobody works on. Answers how much that is."""
        due = len(leases.due(self.database))
        if due:
            self.ring(min(due, self.settings.medium_threads))
        return due

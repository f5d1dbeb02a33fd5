"""Short tasks on Celery: a row says what was asked, Celery is only the bell, the row is answered.

Who asks waits for the answer within the task's budget. Where no worker comes in time, the row
stays: the scheduler rings again until a worker has answered it, so nothing asked is ever lost. A
worker takes a task for a few seconds, so that it may ask a model with no transaction open.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from kombu.exceptions import OperationalError
from redis.exceptions import RedisError
from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.errors import NotFound, Refused
from dealix.lanes.medium import celery_app
from dealix.lanes.short import timed
from dealix.lanes.short_models import ShortJob
from dealix.records.canonical import stamp
from dealix.settings import Settings
from dealix.store.ids import new_id
from dealix.store.session import Database, tenant_of

log = logging.getLogger(__name__)
TASK = "dealix.short"
QUEUE = "dealix-short"
GRACE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(seconds=60)
MOST_ATTEMPTS = 5
FIRST_LOOK, LAST_LOOK = 0.01, 0.1
"""Seconds between two looks for an answer: the first, and the longest."""

TAKEN = timedelta(seconds=6)
"""How long a worker has a task to itself; one that died in it is followed by another after this."""

Write = Callable[[Session], str]
"""Keeps what a task has made, in one transaction; answers the key of its result."""

Performer = Callable[[str, str, str], Write]
"""Does a company's task about a subject for somebody; called with no transaction open."""


class ShortBell:
    """Calls a worker; a broker that is away makes no difference but the time."""

    def __init__(self, settings: Settings) -> None:
        self._silent = settings.broker_url is None
        self._app = celery_app(settings)
        self._app.conf.broker_transport_options = {
            **self._app.conf.broker_transport_options,
            "socket_connect_timeout": 1,
            "socket_timeout": 1,
        }

    def ring(self, tenant_id: str, job_id: str) -> bool:
        """Whether the broker took the call."""
        if self._silent:
            return False
        try:
            self._app.send_task(TASK, args=[tenant_id, job_id], queue=QUEUE, retry=False)
        except (OperationalError, RedisError, OSError) as away:
            log.warning("the broker took no call: %s", type(away).__name__)
            return False
        return True

    def workers(self) -> int:
        """How many workers answer a call within half a second."""
        if self._silent:
            return 0
        inspected = self._app.control.inspect(timeout=0.5, limit=1)
        return len(inspected.ping() or {})


@dataclass
class ShortJobs:
    """Asking, answering and never forgetting; `performers` by workflow."""

    database: Database
    bell: ShortBell
    performers: Mapping[str, Performer] = field(default_factory=dict)

    def ask(self, session: Session, workflow: str, subject: str, by: str) -> str:
        """Put the task down; one that waits about the same subject is joined. Answers its ID."""
        now = clock.real_now()
        row = insert(ShortJob).values(
            tenant_id=tenant_of(session),
            id=new_id("job"),
            workflow=workflow,
            subject=subject,
            status="queued",
            asked_by=by,
            asked_at=now,
            rings=0,
            next_ring_at=now + GRACE,
            attempts=0,
        )
        waits = row.on_conflict_do_update(
            index_elements=["tenant_id", "workflow", "subject"],
            index_where=text("status = 'queued'"),
            set_={"next_ring_at": row.excluded.next_ring_at},
        )
        return session.execute(waits.returning(ShortJob.id)).scalar_one()

    def wait(self, tenant_id: str, job_id: str, patience: float) -> dict[str, Any]:
        """Ring, and the job as it stands when it is answered or `patience` seconds have passed."""
        end, pause = time.monotonic() + patience, FIRST_LOOK
        self.bell.ring(tenant_id, job_id)
        while True:
            job = self.job(tenant_id, job_id)
            left = end - time.monotonic()
            if job["status"] != "queued" or left <= 0:
                return job
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, LAST_LOOK)

    def job(self, tenant_id: str, job_id: str) -> dict[str, Any]:
        """A job as it stands.

        Raises:
            NotFound: nothing was asked under this ID.
        """
        with self.database.tenant(tenant_id) as session:
            row = session.get(ShortJob, (tenant_id, job_id))
        if row is None:
            raise NotFound("not_found")
        return _shown(row)

    def waiting(self, session: Session, workflow: str, subject: str) -> bool:
        """Whether such a task waits for a worker."""
        query = select(ShortJob.id).where(
            ShortJob.workflow == workflow,
            ShortJob.subject == subject,
            ShortJob.status == "queued",
        )
        return session.execute(query).scalar_one_or_none() is not None

    def work(self, tenant_id: str, job_id: str) -> None:
        """Answer one job; one that is answered, or that another worker is at, is left."""
        try:
            job = self._taken(tenant_id, job_id)
            if job is not None:
                self._answer(tenant_id, job)
        except Exception as failure:  # noqa: BLE001 (whatever broke, the row says what is next)
            log.warning("short task failed: %s", type(failure).__name__)
            self._failed(tenant_id, job_id)

    def sweep(self) -> int:
        """Ring again for what waits too long, less and less often; says for how many."""
        now = clock.real_now()
        with self.database.nobody() as session:
            due = session.execute(
                text("SELECT * FROM lookup_waiting_short_jobs(:now)"), {"now": now}
            ).all()
        return sum(self._ring_again(row.tenant_id, row.id) for row in due)

    def _ring_again(self, tenant_id: str, job_id: str) -> bool:
        with self.database.tenant(tenant_id) as session:
            row = session.get_one(ShortJob, (tenant_id, job_id))
            row.rings += 1
            pause = min(GRACE * 2 ** min(row.rings, 6), LONGEST_PAUSE)
            row.next_ring_at = clock.real_now() + pause
        return self.bell.ring(tenant_id, job_id)

    def _taken(self, tenant_id: str, job_id: str) -> "Asked | None":
        """What was asked, if it waits and no other worker is at it; it is then this worker's."""
        now = clock.real_now()
        free = (ShortJob.taken_until.is_(None)) | (ShortJob.taken_until < now)
        taken = (
            update(ShortJob)
            .where(ShortJob.id == job_id, ShortJob.status == "queued", free)
            .values(taken_until=now + TAKEN)
            .returning(ShortJob.workflow, ShortJob.subject, ShortJob.asked_by)
        )
        with self.database.tenant(tenant_id) as session:
            row = session.execute(taken).one_or_none()
        return Asked(job_id, *row) if row is not None else None

    def _answer(self, tenant_id: str, asked: "Asked") -> None:
        try:
            with timed(asked.workflow):
                write = self.performers[asked.workflow](tenant_id, asked.subject, asked.by)
                with self.database.tenant(tenant_id) as session:
                    job = _waiting(session, asked.id)
                    if job is not None:
                        job.answer, job.status = write(session), "done"
                        job.finished_at = clock.real_now()
        except Refused as refusal:
            with self.database.tenant(tenant_id) as session:
                job = _waiting(session, asked.id)
                if job is not None:
                    job.status, job.error = "failed", refusal.code
                    job.finished_at = clock.real_now()

    def _failed(self, tenant_id: str, job_id: str) -> None:
        """Count the attempt; the last one ends the job, so that nobody waits for ever."""
        with self.database.tenant(tenant_id) as session:
            more = update(ShortJob).where(ShortJob.id == job_id, ShortJob.status == "queued")
            counted = more.values(attempts=ShortJob.attempts + 1, taken_until=None)
            attempts = session.execute(counted.returning(ShortJob.attempts)).scalar_one_or_none()
            if attempts is not None and attempts >= MOST_ATTEMPTS:
                end = {"status": "failed", "error": "short_task_failed"}
                session.execute(more.values(**end, finished_at=clock.real_now()))


@dataclass(frozen=True)
class Asked:
    """A task as it was asked for."""

    id: str
    workflow: str
    subject: str
    by: str


def _waiting(session: Session, job_id: str) -> ShortJob | None:
    """The job, locked, if nobody has answered it."""
    query = select(ShortJob).where(ShortJob.id == job_id, ShortJob.status == "queued")
    return session.execute(query.with_for_update()).scalar_one_or_none()


def _shown(row: ShortJob) -> dict[str, Any]:
    return {
        "id": row.id,
        "workflow": row.workflow,
        "subject": row.subject,
        "status": row.status,
        "asked_at": stamp(row.asked_at),
        "finished_at": stamp(row.finished_at) if row.finished_at else None,
        "answer": row.answer,
        "error": row.error,
    }

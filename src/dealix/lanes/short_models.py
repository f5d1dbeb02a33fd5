"""The table of short tasks that were asked of a worker and are not, or not long, answered."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from dealix.store.base import Base, Tenanted


class ShortJob(Tenanted, Base):
    """One short task about one subject; at most one of a workflow waits about the same subject.

    `answer` is the key of what it made, `error` the code of why there is none. `next_ring_at` is
    when the scheduler calls a worker again; until `taken_until` one worker has it to itself.
    """

    __tablename__ = "short_jobs"
    id: Mapped[str] = mapped_column(primary_key=True)
    workflow: Mapped[str]
    subject: Mapped[str]
    status: Mapped[str]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    rings: Mapped[int]
    next_ring_at: Mapped[datetime]
    taken_until: Mapped[datetime | None]
    attempts: Mapped[int]
    finished_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    error: Mapped[str | None]

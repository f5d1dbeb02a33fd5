"""Tables of the lanes: runs, their pauses and events, and what their engines must still hear."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import false
from sqlalchemy.orm import Mapped, mapped_column

from dealix import clock
from dealix.store.base import Base, Tenanted

REAL = "real"
"""The world in which things count."""
PRACTICE = "practice:"
"""How the world of a practice run begins; its ID follows."""


class Run(Tenanted, Base):
    """One run of one workflow; `input` and `result` hold identifiers and hashes only.

    In `practice` every message to somebody outside goes to the person who started the run; the
    database lets nobody change that afterwards.
    """

    __tablename__ = "runs"
    id: Mapped[str] = mapped_column(primary_key=True)
    workflow: Mapped[str]
    lane: Mapped[str]
    key: Mapped[str]
    input_hash: Mapped[str]
    input: Mapped[dict[str, Any]]
    status: Mapped[str]
    outcome: Mapped[str | None]
    started_by: Mapped[str]
    rehearsal: Mapped[bool]
    practice: Mapped[bool] = mapped_column(server_default=false())
    chain: Mapped[str]
    requested_at: Mapped[datetime]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    deadline: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    resumes_at: Mapped[datetime | None]
    skipped: Mapped[timedelta]
    waiting_for: Mapped[str | None]
    engine_id: Mapped[str]
    engine_run_id: Mapped[str | None]
    engine_started_at: Mapped[datetime | None]
    cancel_requested_at: Mapped[datetime | None]
    undo_begun_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    cancel_requested_by: Mapped[str | None]
    result: Mapped[dict[str, Any] | None]
    error: Mapped[dict[str, Any] | None]

    def now(self) -> datetime:
        """The run's own clock: real time plus what its fast-forwards skipped."""
        return clock.real_now() + self.skipped

    @property
    def world(self) -> str:
        """Where what is said in this run counts: `real`, or nowhere but in itself."""
        return world_of(self.id, rehearsal=self.rehearsal, practice=self.practice)


def world_of(run_id: str, *, rehearsal: bool, practice: bool) -> str:
    """The world of a run: a rehearsal's is its ID, a practice run's says so."""
    if rehearsal:
        return run_id
    return f"{PRACTICE}{run_id}" if practice else REAL


class RunLease(Tenanted, Base):
    """Who works on a pipeline's run, until when, and how often its present step was tried.

    `token` rises with every worker that takes the run; what a worker writes counts only while the
    row still holds its token.
    """

    __tablename__ = "run_leases"
    run_id: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str | None]
    token: Mapped[int]
    tries: Mapped[int]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]


class Signal(Tenanted, Base):
    """Something stored that the workflow must hear of: a decision, a cancel, a resolved case."""

    __tablename__ = "signals"
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    kind: Mapped[str]
    reference: Mapped[str]
    gate: Mapped[str | None]
    hash: Mapped[str | None]
    created_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    attempts: Mapped[int]
    last_error: Mapped[str | None]


class Pause(Tenanted, Base):
    """A time in which a run stood still, on its own clock."""

    __tablename__ = "run_pauses"
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    paused_by: Mapped[str]
    resumed_by: Mapped[str | None]


class RunEvent(Tenanted, Base):
    """What somebody outside answered; `taken_by` is the key of the step that went on with it."""

    __tablename__ = "run_events"
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    name: Mapped[str]
    cause: Mapped[str]
    data: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]
    at: Mapped[datetime]
    taken_by: Mapped[str | None]

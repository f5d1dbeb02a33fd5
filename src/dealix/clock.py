"""The one clock: a run's own time inside its steps, the machine's time everywhere else.

A rehearsal crosses months in seconds, so a durable step must not read the machine's clock. The
durable lane sets the run's time around each activity (`at`), and everything that the activity
calls asks `now()`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_run_time: ContextVar[datetime | None] = ContextVar("dealix_run_time", default=None)


def now() -> datetime:
    """The time that business facts carry, in UTC: inside a step the run's, else the machine's."""
    return _run_time.get() or real_now()


def real_now() -> datetime:
    """The machine's time in UTC: for receipts, leases and sessions, never for business facts."""
    return datetime.now(UTC)  # noqa: TID251 (the one place that reads the machine's clock)


def is_run_time() -> bool:
    """Whether the caller runs inside a step whose time is the run's own."""
    return _run_time.get() is not None


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Make `now()` answer `moment` for everything called inside the block."""
    token = _run_time.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _run_time.reset(token)

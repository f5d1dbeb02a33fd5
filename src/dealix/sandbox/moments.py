"""The sandbox's own reading of time: the machine's, or what a rehearsal's request carries."""

import time
from datetime import UTC, datetime


def epoch() -> float:
    """Seconds since 1970 by the machine's clock."""
    return time.time()


def written(moment: datetime) -> str:
    """A moment as RFC 3339 text in UTC, milliseconds included."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def now() -> str:
    """The machine's time as RFC 3339 text in UTC."""
    return written(datetime.fromtimestamp(epoch(), UTC))


def after(seconds: float) -> str:
    """The machine's time `seconds` from now, as RFC 3339 text in UTC."""
    return written(datetime.fromtimestamp(epoch() + seconds, UTC))


def seconds_until(moment: str) -> float:
    """Seconds from now to `moment`, never negative."""
    return max(0.0, datetime.fromisoformat(moment).timestamp() - epoch())


def parse(text: str) -> str:
    """RFC 3339 text of any offset as the sandbox writes it; ValueError without an offset."""
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} names no time zone")
    return written(moment)

"""How often each connector answered: asked every few minutes, counted by day, kept for 60 days."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from dealix import clock
from dealix.errors import NotConfigured
from dealix.observability.health import Questions
from dealix.store.session import Database
from dealix.trust.scores.schemas import NO_DATA, Measured

WINDOW = timedelta(days=30)


@dataclass(frozen=True)
class Uptime:
    """Asks what is set up, each with its own patience. `questions` are those of health."""

    database: Database
    questions: Questions

    def sweep(self) -> int:
        """Ask every connector once and count how it ended. Answers how many are set up."""
        ended = {name: _answers(name, self.questions) for name in self.questions}
        counted = {name: well for name, well in ended.items() if well is not None}
        today = clock.real_now().date()
        for name, well in counted.items():
            with self.database.nobody() as session:
                call = text("SELECT count_probe(:name, :day, :well)")
                session.execute(call, {"name": name, "day": today, "well": well})
        return len(counted)


def uptime_of(session: Session, probe: str) -> Measured:
    """How often a connector answered in the last 30 days, by the name of its probe."""
    call = text("SELECT asked, answered FROM lookup_probes(:name, :since)")
    since = (clock.real_now() - WINDOW).date()
    row = session.execute(call, {"name": probe, "since": since}).one()
    if not row.asked:
        return NO_DATA
    value = int(100 * row.answered // row.asked)
    return Measured(value=value, because="probes_of_30_days", detail=f"{row.answered}/{row.asked}")


def _answers(name: str, questions: Questions) -> bool | None:
    """Whether it answers; None where it is not set up."""
    try:
        questions[name]()
    except NotConfigured:
        return None
    except Exception:  # noqa: BLE001 (whatever a probe raises, it did not answer)
        return False
    return True

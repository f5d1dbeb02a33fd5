"""What is known of a connector: how its effects ended, and whether it accepts us now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from dealix import clock
from dealix.connectors.registry import cards
from dealix.errors import NotFound
from dealix.observability.health import HealthView
from dealix.records.tallies import outcomes_of
from dealix.trust.scores.schemas import NO_DATA, Measured
from dealix.trust.scores.uptime import uptime_of

WINDOW = timedelta(days=30)
BAD = frozenset({"failed", "in_doubt"})
OPEN = frozenset({"started"})
PROBES = {"company_research": "registry"}
"""The names of probes that are not the connector's own."""
SYSTEMS = {"company_research": "wathq"}
"""The names of systems in the ledger that are not the connector's own."""


@dataclass(frozen=True)
class ConnectorFacts:
    """The factors of connectors: how they answered over time, and whether they accept us now."""

    look: Callable[[], HealthView]

    def __call__(self, session: Session, key: str) -> dict[str, Measured]:
        """The factors of one connector.

        Raises:
            NotFound: there is none of this key.
        """
        if key not in cards():
            raise NotFound("not_found")
        return {
            "uptime": uptime_of(session, PROBES.get(key, key)),
            "error_rate": _errors(session, key),
            "auth_health": self._accepted(key),
        }

    def _accepted(self, key: str) -> Measured:
        name = PROBES.get(key, key)
        probe = next((one for one in self.look().probes if one.name == name), None)
        if probe is None or probe.detail == "setting_missing":
            return Measured(value=None, because="not_configured")
        return Measured(value=100 if probe.ok else 0, because="answers" if probe.ok else "refuses")


def _errors(session: Session, key: str) -> Measured:
    found = outcomes_of(session, SYSTEMS.get(key, key), clock.real_now() - WINDOW)
    ended = sum(count for status, count in found.items() if status not in OPEN)
    bad = sum(count for status, count in found.items() if status in BAD)
    if not ended:
        return NO_DATA
    good = 100 * (ended - bad) // ended
    return Measured(value=good, because="effects_of_30_days", detail=f"{ended - bad}/{ended}")

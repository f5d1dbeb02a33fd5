"""Deliveries that were refused at the door: counted by the minute, without a body, for operators.

Anybody may send them, so a minute is one row for each provider and reason, however many come, and
a flood is written down about once a second.
"""

import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from dealix import clock
from dealix.store.session import Database

AT_ONCE = 20
"""Refusals of a provider that are written down at once; then one each second, with those since."""

PATIENCE = 1.0
Key = tuple[str, str]


@dataclass
class _Held:
    """What is still to be written of one provider and reason, and how many writes are free."""

    many: int = 0
    free: float = AT_ONCE
    at: float = field(default_factory=time.monotonic)

    def due(self) -> int:
        """Count one more; how many are to be written now, 0 while a flood is held back."""
        now = time.monotonic()
        self.free = min(AT_ONCE, self.free + (now - self.at) / PATIENCE)
        self.at, self.many = now, self.many + 1
        if self.free < 1:
            return 0
        due, self.many, self.free = self.many, 0, self.free - 1
        return due


class Refusals:
    """Keeps and lists them; safe from any thread. `operating_tenant`: whose operators may look."""

    def __init__(self, database: Database, operating_tenant: str | None = None) -> None:
        self._database = database
        self._operating_tenant = operating_tenant
        self._lock = threading.Lock()
        self._held: dict[Key, _Held] = defaultdict(_Held)

    def keep(self, provider: str, reason: str) -> None:
        """Write down that a delivery was refused for the reason with this code."""
        with self._lock:
            many = self._held[provider, reason].due()
        if not many:
            return
        call = text("SELECT keep_refused(:provider, :reason, :many, :at)")
        row = {"provider": provider, "reason": reason, "many": many, "at": clock.real_now()}
        with self._database.nobody() as session:
            session.execute(call, row)

    def newest(self, limit: int) -> list[dict[str, Any]]:
        """At most so many minutes with refusals, the newest first."""
        with self._database.nobody() as session:
            query = text("SELECT * FROM lookup_refused(:most)")
            return [dict(row) for row in session.execute(query, {"most": limit}).mappings()]

    def operating(self) -> str | None:
        """The tenant whose operators look after the installation."""
        if self._operating_tenant is not None:
            return self._operating_tenant
        with self._database.nobody() as session:
            query = text("SELECT tenant_id FROM lookup_first_tenant()")
            return session.execute(query).scalar_one_or_none()

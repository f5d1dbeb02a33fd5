"""What the scheduler does again and again, so that nothing stored is ever forgotten."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session
from temporalio.service import RPCError

from dealix import clock
from dealix.errors import DealixError
from dealix.lanes import run_book, signals
from dealix.lanes.bridge import Bridge
from dealix.lanes.delivery import IN_THE_SWEEP, Courier
from dealix.lanes.models import Run, Signal
from dealix.records.case_book import open_case, open_case_of, settle
from dealix.records.models import Case
from dealix.store.session import Database

log = logging.getLogger(__name__)
GRACE = timedelta(seconds=1)
LATELY = timedelta(minutes=1)
"""How long before the last look one looks again: the engine lists an end a little later."""
FIRST_LOOK = timedelta(days=7)
"""How far back a process looks that does not know when somebody looked last."""
IN_TURN = 20
"""Workflows of which a sweep asks the engine one by one: about 5 ms each."""
AWAY = (DealixError, RPCError, RuntimeError, OSError)
"""What a sweep may meet that passes by itself."""
ENDED_BEHIND = frozenset({"terminated", "timed_out", "failed", "unknown", "completed", "canceled"})


@dataclass
class Sweeps:
    """Each sweep is safe beside itself in another process and after any crash."""

    database: Database
    bridge: Bridge
    courier: Courier
    looked: dict[tuple[str, str], float] = field(default_factory=dict)
    """When the engine was last asked of each live run, on this process's own clock."""
    seen_until: datetime | None = None
    """When this process last heard from the engine what had ended."""

    def start_stored_runs(self) -> int:
        """Start what was stored and has not reached its engine."""
        with self.database.nobody() as session:
            query = text("SELECT * FROM lookup_unstarted_runs(:since)")
            due = session.execute(query, {"since": clock.real_now() - GRACE}).all()
        return sum(self._try(self.courier.start, row.tenant_id, row.id) for row in due)

    def deliver_stored_signals(self) -> int:
        """Deliver decisions, cancels and resolutions that their workflows have not heard."""
        with self.database.nobody() as session:
            due = signals.due(session, clock.real_now() - GRACE)
        return sum(
            self._try(lambda t, s: self.courier.deliver(t, s, wait=IN_THE_SWEEP), tenant, signal)
            for tenant, signal in due
        )

    def watch_runs(self) -> int:
        """Find runs whose workflow has ended without settling them, or cannot go on.

        They need attention; one that goes on again is let go. Those that the engine says have ended
        come first; of the others some are asked in turn, so that a sweep costs the same however
        many runs are open.
        """
        with self.database.nobody() as session:
            rows = session.execute(text("SELECT * FROM lookup_live_runs()")).all()
        live = {(row.tenant_id, row.id) for row in rows}
        ended = live & self._ended_unseen()
        waiting = sorted(live - ended, key=lambda one: (self.looked.get(one, 0.0), one))
        turn = [*sorted(ended), *waiting[:IN_TURN]]
        now = time.monotonic()
        self.looked = {one: at for one, at in self.looked.items() if one in live}
        self.looked |= dict.fromkeys(turn, now)
        return sum(self._try(self._watch, *one) for one in turn)

    def _ended_unseen(self) -> set[tuple[str, str]]:
        """Tenant and run of each workflow that has ended since the last look that succeeded.

        None while nobody can say; what ends meanwhile is in the next answer.
        """
        now = clock.real_now()
        since = self.seen_until - LATELY if self.seen_until else now - FIRST_LOOK
        try:
            ended = self.bridge.ended_since(since)
        except AWAY as failure:
            log.warning("what has ended is not known: %s", type(failure).__name__)
            return set()
        self.seen_until = now
        return ended

    def _watch(self, tenant_id: str, run_id: str) -> bool:
        with self.database.tenant(tenant_id) as session:
            run = run_book.get(session, run_id)
            known = open_case_of(session, "stuck", run.engine_id) is not None
        if run.ended_at is not None:
            return False
        seen = self.bridge.watch(run)
        ended = seen.status in ENDED_BEHIND
        if not ended and seen.stuck is None and not known:
            return False
        with self.database.tenant(tenant_id) as session:
            row = run_book.get(session, run_id, lock=True)
            if row.ended_at is not None or row.engine_id != run.engine_id:
                return False
            if ended:
                settle(session, "stuck", row.engine_id, "ended_behind", by="system")
                if not _being_taken_back(session, run_id):
                    _ask_a_person(session, row, "ended_behind", "ended_behind")
            elif seen.stuck is not None:
                _ask_a_person(session, row, "stuck", seen.stuck)
            else:
                run_book.goes_on(session, row)
        return True

    @staticmethod
    def _try(work: Callable[[str, str], bool], tenant: str, item: str) -> bool:
        """One item must not keep the others from their turn."""
        try:
            return work(tenant, item)
        except AWAY as failure:
            log.warning("a sweep will try again: %s", type(failure).__name__)
            return False


def _ask_a_person(session: Session, run: Run, kind: str, reason: str) -> None:
    """Open a case about the run's workflow, once, and show that the run needs attention."""
    open_case(
        session,
        run_id=run.id,
        kind=kind,
        subject=run.engine_id,
        step="workflow",
        reason=reason,
        at=run.now(),
        chain=run.chain,
    )
    if run.status != "attention":
        run_book.attention(session, run, kind)


def _being_taken_back(session: Session, run_id: str) -> bool:
    """Whether a person has answered that this run ended, and its undo is about to start."""
    answered = (
        select(Signal.id)
        .join(Case, Case.id == Signal.reference)
        .where(
            Signal.run_id == run_id,
            Signal.kind == "case",
            Signal.delivered_at.is_(None),
            Case.kind == "ended_behind",
        )
    )
    return session.execute(answered.limit(1)).first() is not None

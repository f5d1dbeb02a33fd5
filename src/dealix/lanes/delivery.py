"""Delivers stored signals to workflows: right after the commit, and again until it worked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from dealix import clock
from dealix.lanes import leases, run_book, run_events, signals
from dealix.lanes.bridge import Bridge, Delivered
from dealix.lanes.models import Run, Signal
from dealix.lanes.pipelines import MEDIUM
from dealix.lanes.schemas import Delivery, FlowStart
from dealix.records.case_book import open_case
from dealix.records.models import Case
from dealix.store.session import Database, tenant_of

AT_THE_DOOR = timedelta(seconds=2)
IN_THE_SWEEP = timedelta(seconds=5)


@dataclass(frozen=True)
class Fresh:
    """A signal that the caller's transaction has just committed, and its run as it was locked."""

    run: Run
    delivery: Delivery


class Courier:
    """Takes a stored signal to its workflow; what cannot be delivered any more becomes a case."""

    def __init__(
        self, database: Database, bridge: Bridge, ring: Callable[[], object] = lambda: None
    ) -> None:
        """`ring` wakes a worker of the medium lane, whose runs have no workflow to be told."""
        self.database = database
        self.bridge = bridge
        self.ring = ring

    def deliver(
        self,
        tenant_id: str,
        signal_id: str,
        fresh: Fresh | None = None,
        wait: timedelta = AT_THE_DOOR,
    ) -> bool:
        """Deliver one signal. Answers whether the workflow has heard it.

        What is `fresh` is told without being read again. That is only quicker: the signal is
        committed, so that the sweep delivers it should this process die here; the workflow hears
        one ID once and loads what it says.
        """
        if fresh is not None:
            return self._deliver_fresh(tenant_id, fresh, wait)
        with self.database.tenant(tenant_id) as session:
            signal = signals.get(session, signal_id)
            if signal is None or signal.delivered_at is not None:
                return signal is not None
            run = run_book.get(session, signal.run_id)
            reopened = self._reopened(_case_of(session, signal), run)
            if run.lane == MEDIUM:
                leases.hurry(session, run.id)
                signals.delivered(session, signal.id)
        if run.lane == MEDIUM:
            self.ring()
            return True
        if run.engine_started_at is None:
            return False
        outcome = self._tell(run, signal, wait, reopened=reopened)
        with self.database.tenant(tenant_id) as session:
            self._record(session, run, signal, outcome)
        return outcome == "delivered"

    def start(self, tenant_id: str, run_id: str) -> bool:
        """Start a run on its engine. Answers whether it runs there now."""
        with self.database.tenant(tenant_id) as session:
            run = run_book.get(session, run_id)
        if run.lane == MEDIUM:
            self.ring()
        if run.engine_started_at is not None or run.ended_at is not None:
            return True
        engine_run = self.bridge.start(run, flow_start(run))
        with self.database.tenant(tenant_id) as session:
            row = run_book.get(session, run_id, lock=True)
            row.engine_run_id = engine_run
            row.engine_started_at = row.engine_started_at or clock.real_now()
        return True

    def _deliver_fresh(self, tenant_id: str, fresh: Fresh, wait: timedelta) -> bool:
        if fresh.run.engine_started_at is None:
            return False
        outcome = self.bridge.deliver(fresh.run, fresh.delivery, wait)
        with self.database.tenant(tenant_id) as session:
            signal = signals.get(session, fresh.delivery.id)
            if signal is not None:
                self._record(session, fresh.run, signal, outcome)
        return outcome == "delivered"

    def _record(self, session: Session, run: Run, signal: Signal, outcome: Delivered) -> None:
        if outcome == "delivered":
            signals.delivered(session, signal.id)
        elif outcome == "closed":
            self._too_late(session, run, signal)
        else:
            signals.failed(session, signal.id, outcome)

    def _tell(self, run: Run, signal: Signal, wait: timedelta, *, reopened: bool) -> Delivered:
        if signal.kind == "cancel":
            return self.bridge.cancel(run)
        if reopened:
            self._take_back(run, signal)
            return "delivered"
        # Nobody can hear of it beforehand under this name, so that it would not be heard later.
        reference = signal.reference.split("/", 1)[0]
        delivery = Delivery.model_validate(
            {
                "id": f"{signal.id}@{signal.created_at.timestamp()}",
                "kind": signal.kind,
                "reference": reference,
                "gate": signal.gate,
                "hash": signal.hash,
            }
        )
        return self.bridge.deliver(run, delivery, wait)

    @staticmethod
    def _reopened(case: Case | None, run: Run) -> bool:
        return case is not None and case.kind == "ended_behind" and run.ended_at is None

    def _take_back(self, run: Run, signal: Signal) -> None:
        """A run that ended behind our back is undone by a workflow of its own."""
        engine_id = f"{run.tenant_id}/{run.workflow}/{run.id}.{signal.reference}"
        with self.database.tenant(run.tenant_id) as session:
            row = run_book.get(session, run.id, lock=True)
            row.engine_id = engine_id
            run = row
        start = flow_start(run).model_copy(update={"reason": "ended_behind", "deadline": None})
        self.bridge.start(run, start)

    @staticmethod
    def _too_late(session: Session, run: Run, signal: Signal) -> None:
        """The run has closed: nobody will hear this, so a person must know."""
        signals.delivered(session, signal.id)
        if signal.kind not in {"case", "event"}:
            return  # the run's end is on record, and what people said that it overtook
        if signal.kind == "event" and run_events.is_taken(session, _about(signal)):
            return  # the run went on with it; only this delivery comes late
        row = run_book.get(session, run.id)
        if row.ended_at is not None:
            open_case(
                session,
                run_id=run.id,
                kind="late_delivery",
                subject=signal.id,
                step=signal.kind,
                reason="run_ended",
                at=row.now(),
                chain=row.chain,
            )


def _about(signal: Signal) -> str:
    """The single cause of which a signal tells."""
    return signal.reference.rpartition("/")[2]


def _case_of(session: Session, signal: Signal) -> Case | None:
    """The case that a signal tells of."""
    if signal.kind != "case":
        return None
    return session.get(Case, (tenant_of(session), signal.reference))


def flow_start(run: Run) -> FlowStart:
    """The one argument of a run's workflow."""
    return FlowStart(
        tenant_id=run.tenant_id,
        run_id=run.id,
        workflow=run.workflow,
        rehearsal=run.rehearsal,
        deadline=run.deadline,
    )

"""The steps that every durable flow has: begin and settle its undo, warn, extend, close."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from temporalio import activity

from dealix.errors import InvariantBroken
from dealix.lanes import blocking, run_book, run_events
from dealix.lanes.models import Run
from dealix.lanes.schemas import Ending, EventState, FlowEnd, StepCall, StepResult, UndoItem
from dealix.records import effects
from dealix.records.case_book import open_case
from dealix.records.models import Undo
from dealix.records.run_notes import note
from dealix.store.session import Database, tenant_of

UNSETTLED = ("registered", "failed")


def own_run(session: Session, call: StepCall) -> Run:
    """The run of the workflow that calls, locked; refused to a workflow that is not the run's."""
    run = run_book.get(session, call.run_id, lock=True)
    refuse_stranger(run.engine_id)
    return run


def refuse_stranger(engine_id: str) -> None:
    """Refuse a step to a workflow that is not the run's; outside a step there is none to ask."""
    if activity.in_activity():
        run_book.refuse_strangers(engine_id, asking_workflow())


def asking_workflow() -> str | None:
    """The workflow whose step this is; None outside a step."""
    return activity.info().workflow_id if activity.in_activity() else None


class RunActivities:
    """Run-level steps; each is one transaction on our own stores and harmless when repeated."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @activity.defn(name="begin_undo")
    def begin_undo(self, call: StepCall) -> list[UndoItem]:
        """Close the run for new outside effects; answer what is to be undone, last step first."""
        ending = Ending.model_validate(call.data)
        with self.database.tenant(call.tenant_id) as session:
            run = own_run(session, call)
            undos = session.execute(
                select(Undo)
                .where(Undo.run_id == call.run_id, Undo.status.in_(UNSETTLED))
                .order_by(Undo.seq.desc())
            ).scalars()
            items = [
                UndoItem(
                    id=undo.id,
                    step=undo.step,
                    key=undo.key,
                    action=undo.action,
                    system=undo.system,
                    status=undo.status,
                )
                for undo in undos
            ]
            if run.undo_begun_at is None:
                run.undo_begun_at, run.resumes_at = call.at, None
                run.status, run.waiting_for = "compensating", None
                data = {"reason": ending.reason, "outcome": ending.outcome, "undos": len(items)}
                note(session, "system", "undo.begun", run.id, data, chain=run.chain)
                if ending.reason != "cancelled":
                    _still_in_force(session, run, call.at)
                elif run.cancel_requested_at is None:
                    _cancelled_behind(session, run, call.at)
            return items

    @activity.defn(name="fail_undo")
    def fail_undo(self, call: StepCall) -> StepResult:
        """An undo gave up: it becomes a case, and the run shows that it needs attention."""
        with self.database.tenant(call.tenant_id) as session:
            run = own_run(session, call)
            undo = session.get_one(Undo, (tenant_of(session), call.data["undo_id"]))
            undo.status, undo.reason = "failed", str(call.data["code"])
            case_id = open_case(
                session,
                run_id=run.id,
                kind="undo_failed",
                subject=undo.key,
                step=undo.action,
                reason=undo.reason,
                at=call.at,
                chain=run.chain,
            )
            run_book.attention(session, run, "undo_failed")
            return StepResult(status="in_doubt", case_id=case_id)

    @activity.defn(name="warn_deadline")
    def warn_deadline(self, call: StepCall) -> StepResult:
        """Three quarters of the time are over: say so on the run, once."""
        with self.database.tenant(call.tenant_id) as session:
            run = run_book.get(session, call.run_id, lock=True)
            if run.warned_at is None:
                run.warned_at = call.at
                data = {"deadline": run.deadline.isoformat() if run.deadline else None}
                note(session, "system", "run.deadline_near", run.id, data, chain=run.chain)
        return StepResult()

    @activity.defn(name="load_deadline")
    def load_deadline(self, call: StepCall) -> datetime:
        """The deadline that is on record now, after an extension."""
        with self.database.tenant(call.tenant_id) as session:
            deadline = run_book.get(session, call.run_id).deadline
        if deadline is None:
            raise InvariantBroken("invariant_broken", what="a run was extended without a deadline")
        return deadline

    @activity.defn(name="load_pause")
    def load_pause(self, call: StepCall) -> bool:
        """Whether the run stands still now."""
        with self.database.tenant(call.tenant_id) as session:
            return run_book.get(session, call.run_id).paused_at is not None

    @activity.defn(name="take_event")
    def take_event(self, call: StepCall) -> EventState:
        """The oldest answer of this name that no step has taken; without one the run waits."""
        name = str(call.data["event"])
        with self.database.tenant(call.tenant_id) as session:
            run = own_run(session, call)
            event = run_events.take(session, call.run_id, name, call.key)
            if event is None:
                run_book.show(session, run, "waiting", name)
                return EventState(come=False)
            run_book.show(session, run, "running")
            return EventState(come=True, id=event.id, data=event.data)

    @activity.defn(name="close_run")
    def close_run(self, call: StepCall) -> FlowEnd:
        """Settle the run's state from the ledger, with its audit, in one transaction."""
        ending = Ending.model_validate(call.data)
        with self.database.tenant(call.tenant_id) as session:
            run = own_run(session, call)
            if run.ended_at is None:
                run_book.goes_on(session, run)
                blocking.end_all(session, run)
                run_book.close(session, run, ending, call.at)
            return FlowEnd(status=run.status, outcome=run.outcome or ending.outcome)


def _still_in_force(session: Session, run: Run, at: datetime) -> None:
    """A run ends badly by itself behind what is final outside: who cancels is told beforehand."""
    for effect, reason in effects.in_force(session, run.id):
        open_case(
            session,
            run_id=run.id,
            kind="still_in_force",
            subject=effect.key,
            step=effect.step,
            reason=reason,
            at=at,
            chain=run.chain,
        )


def _cancelled_behind(session: Session, run: Run, at: datetime) -> None:
    """Somebody cancelled at the engine, past our doors: the undo runs, and people must know."""
    open_case(
        session,
        run_id=run.id,
        kind="cancelled_behind",
        subject=run.engine_id,
        step="workflow",
        reason="cancelled_behind",
        at=at,
        chain=run.chain,
    )

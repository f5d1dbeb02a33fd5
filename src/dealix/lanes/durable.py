"""The durable lane as a flow sees it: steps, gates, events, deadlines, and undo at every bad end.

A flow subclasses `DurableFlow` and writes `steps()`, which reads like its step list. Everything
that must hold for all flows lives here once: a step that runs is never torn by a cancel, undos run
in strict reverse and shielded, what nobody can know waits for a person, and time is the
workflow's.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from dealix.lanes.flow_core import FlowCore, FlowEnded
from dealix.lanes.retries import SWEEPING
from dealix.lanes.schemas import (
    Ending,
    EventState,
    FlowEnd,
    FlowStart,
    GateOpened,
    GateState,
    StepResult,
    UndoItem,
)
from dealix.lanes.steps import facts_of

WARN_AT = 0.75


class DurableFlow(FlowCore):
    """What a long-lived workflow is made of: a subclass writes `steps()`, and may `conclude()`."""

    good_outcomes: frozenset[str] = frozenset({"activated"})

    # -- what a flow writes ------------------------------------------------------------------

    async def steps(self) -> str:
        """The flow itself; answers its good outcome."""
        raise NotImplementedError

    async def conclude(self, outcome: str) -> None:
        """What belongs to every end, good or bad, such as its evidence."""

    async def overdue(self) -> bool:
        """Whether a deadline that has come is missed: what came in time may not be heard of yet."""
        return True

    # -- what a flow calls -------------------------------------------------------------------

    async def step(
        self,
        method: Callable[..., Any],
        *,
        nth: int | None = None,
        **data: Any,
    ) -> StepResult:
        """Do one step, once: wait for a person where nobody can know whether it happened.

        `nth` counts the times that a flow comes by this step on purpose.
        """
        facts = facts_of(method)
        await self._unless_paused()
        call = self._call(facts.name, nth or self._rounds.get(facts.name, 1), data)
        while True:
            result = await self._whole(self._act(facts, call, StepResult))
            if result.status in {"in_doubt", "blocked"}:
                await self._heard_of("case", result.case_id)
            elif result.status == "later":
                await self._until(datetime.fromisoformat(result.data["not_before"]))
            else:
                break
            await self._unless_paused()  # it may have come to stand still meanwhile
        if result.status == "failed":
            raise FlowEnded("failed", result.reason)
        if result.status == "changed":
            self._rounds[facts.name] = call.round + 1
        return result

    async def gate(self, name: str, method: Callable[..., Any]) -> None:
        """Ask people and wait until they agree: what they send back is answered and asked again.

        Ends the flow when they reject.
        """
        while not await self.gates(**{name: method}):
            pass

    async def gates(self, **asked: Callable[..., Any]) -> bool:
        """Ask at several gates side by side, each by its question; ends the flow at a rejection.

        Answers False when somebody asked for changes and the requester has answered them: what is
        asked may be another thing now, so the flow asks again.
        """
        await self._unless_paused()
        opened: dict[str, GateOpened] = {}
        for name, method in asked.items():
            opened[name] = await self._open(name, method)
        states = await self._all_decided(opened)
        for name, state in states.items():
            if state.status == "rejected":
                raise FlowEnded("rejected", name)
        owed = [name for name, state in states.items() if state.status == "changes_requested"]
        for name in owed:
            await self._heard_of("resubmission", opened[name].approval_id)
        return not owed

    async def event(self, name: str) -> dict[str, Any]:
        """Wait for what somebody outside answers; each answer is taken once, in its order.

        The answer is identifiers and hashes, as its door stored them.
        """
        round_ = self._rounds[name] = self._rounds.get(name, 0) + 1
        call = self._call(name, round_, {"event": name})
        while True:
            heard = self._count("event", name)
            state = await self._whole(self._execute("take_event", call, EventState, local=True))
            if state.come:
                await self._unless_paused()
                return state.data
            await self._more("event", name, heard)

    async def look(self, name: str) -> bool:
        """Ask outside, changing nothing: whether what the flow waits for has come after all."""
        call = self._call(name, 1, {})
        return (await self._execute(name, call, EventState, local=False)).come

    # -- how it is run -----------------------------------------------------------------------

    async def conduct(self, start: FlowStart) -> FlowEnd:
        """Run the flow to one of its ends, and take back what a bad end leaves outside.

        A `reason` in `start` means that an earlier workflow of this run was ended from outside.
        """
        self._start = start
        if start.reason is not None:  # the run ended behind our back: only its undo is left
            ending = Ending(outcome="cancelled", reason=start.reason)
            return await self._shielded(self._close(ending))
        self._deadline = start.deadline
        body = asyncio.create_task(self.steps())
        watch = asyncio.create_task(self._watch_deadline(body))
        cancelled: BaseException | None = None
        try:
            ending = Ending(outcome=await body)
        except BaseException as reason:  # noqa: BLE001 (a cancel is no Exception, and must be undone too)
            cancelled = reason if isinstance(reason, asyncio.CancelledError) else None
            ending = self._why(reason)
        finally:
            watch.cancel()
        end = await self._shielded(self._close(ending))
        if cancelled is not None and end.outcome == "cancelled":
            raise cancelled
        return end

    async def _close(self, ending: Ending) -> FlowEnd:
        """Undo after a bad end, assemble what belongs to every end, settle the run's state."""
        self._closing = True
        good = ending.outcome in self.good_outcomes
        took = {each: at.isoformat() for each, at in self._took.items()}
        await self._local("close_gates", StepResult, {"outcome": ending.outcome, "took": took})
        undone = 0 if good else await self.take_back(ending)
        await self.conclude(ending.outcome)
        settled = ending.model_copy(update={"undone": undone, "good": good})
        return await self._local("close_run", FlowEnd, settled.model_dump(mode="json"))

    def _why(self, reason: BaseException) -> Ending:
        if self._ending is not None:
            reason = self._ending
        if isinstance(reason, FlowEnded):
            return Ending(outcome=reason.outcome, reason=reason.reason, error=reason.error)
        if isinstance(reason, asyncio.CancelledError):
            return Ending(outcome="cancelled", reason="cancelled")
        if isinstance(reason, (ActivityError, ApplicationError)):
            return Ending(
                outcome="failed", reason=_code_of(reason), error={"code": _code_of(reason)}
            )
        raise reason

    async def _watch_deadline(self, body: "asyncio.Task[str]") -> None:
        """Warn at 75 % of the time, end the flow at 100 %; an extension moves both."""
        if self._deadline is None:
            return
        began = workflow.now()
        warned = False
        while True:
            deadline = self._deadline
            moment = deadline if warned else began + (deadline - began) * WARN_AT
            if await self._slept_until(moment, deadline):
                continue  # extended meanwhile
            if not warned:
                warned = True
                await self._local("warn_deadline", StepResult)
                continue
            if not await self.overdue():
                return
            if self._deadline != deadline:
                continue  # extended while it was asked
            if self._paused:  # nothing fires while the run stands still, its end included
                await self._unless_paused()
                continue
            self._ending = FlowEnded("expired", "deadline")
            body.cancel()
            return

    async def _slept_until(self, moment: datetime, deadline: datetime) -> bool:
        """Wait for `moment`; True when the deadline was moved before it came."""
        left = max(moment - workflow.now(), timedelta(0))
        try:
            await workflow.wait_condition(lambda: self._deadline != deadline, timeout=left)
        except TimeoutError:
            return False
        return True

    # -- undo --------------------------------------------------------------------------------

    async def take_back(self, ending: Ending) -> int:
        """Run every registered undo in strict reverse; those that fail become cases, others go on.

        Answers how many were taken back, once every case is settled.
        """
        items = await self._local("begin_undo", list[UndoItem], ending.model_dump(mode="json"))
        undone = 0
        pending: list[tuple[UndoItem, str]] = []
        for item in items:
            result = await self._undo(item, ending)
            if result.case_id is not None:
                pending.append((item, result.case_id))
            undone += result.status == "done"
        while pending:
            item, case_id = pending.pop(0)
            await self._heard_of("case", case_id)
            result = await self._undo(item, ending)
            if result.case_id is not None:
                pending.append((item, result.case_id))
            undone += result.status == "done"
        return undone

    async def _undo(self, item: UndoItem, ending: Ending) -> StepResult:
        """One undo: its retries are bounded, then a case opens and the flow goes on."""
        call = self._call(item.action, 1, {"undo_id": item.id}, key=f"undo:{item.key}")
        call = call.model_copy(update={"reason": ending.reason or ending.outcome})
        try:
            result = await self._execute(item.action, call, StepResult, local=False, retry=SWEEPING)
        except ActivityError as failure:
            result = StepResult(status="failed", reason=_code_of(failure))
        if result.status == "later":
            await self._until(datetime.fromisoformat(result.data["not_before"]))
            return await self._undo(item, ending)
        if result.status != "failed":
            return result
        data = {"undo_id": item.id, "code": result.reason}
        return await self._local("fail_undo", StepResult, data)

    # -- gates -------------------------------------------------------------------------------

    async def _open(self, name: str, method: Callable[..., Any]) -> GateOpened:
        round_ = self._rounds[name] = self._rounds.get(name, 0) + 1
        facts = facts_of(method)
        return await self._whole(self._act(facts, self._call(name, round_, {}), GateOpened))

    async def _all_decided(self, opened: dict[str, GateOpened]) -> dict[str, GateState]:
        """Wait until every gate is closed or one has rejected; SLA steps are taken meanwhile."""
        states = {name: gate.state for name, gate in opened.items()}
        seen = dict.fromkeys(opened, 0)
        self._gates = {n: gate for n, gate in opened.items() if states[n].status == "open"}
        while self._gates and all(state.status != "rejected" for state in states.values()):
            await self._news(states, seen)
            await self._unless_paused()
            for name, gate in list(self._gates.items()):
                heard = self._count("decision", gate.approval_id)
                if heard > seen[name] or _due(states[name]):
                    word = "load_decision" if heard > seen[name] else "escalate"
                    asked = {"approval_id": gate.approval_id}
                    states[name] = await self._whole(self._local(word, GateState, asked))
                    self._took |= states[name].took
                    seen[name] = heard
                if states[name].status != "open":
                    del self._gates[name]
        self._gates = {}
        self._passed |= {gate.approval_id for gate in opened.values()}
        return states

    async def _news(self, states: dict[str, GateState], seen: dict[str, int]) -> None:
        """Wait for a decision at an open gate, or for the next SLA step of one."""
        moments = [at for name in self._gates if (at := states[name].next_at) is not None]
        left = max(min(moments) - workflow.now(), timedelta(0)) if moments else None
        try:
            await workflow.wait_condition(
                lambda: any(
                    self._count("decision", gate.approval_id) > seen[name]
                    for name, gate in self._gates.items()
                ),
                timeout=left,
            )
        except TimeoutError:
            return


def _due(state: GateState) -> bool:
    return state.next_at is not None and state.next_at <= workflow.now()


def _code_of(failure: BaseException) -> str:
    """The stable error code that an activity's failure carries as its type."""
    cause: BaseException | None = failure
    while cause is not None:
        if isinstance(cause, ApplicationError) and cause.type:
            return cause.type
        cause = cause.__cause__
    return "internal_error"

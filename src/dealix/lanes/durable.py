"""The durable lane as a flow sees it: steps, gates, deadlines, and undo whatever ends the flow.

A flow subclasses `DurableFlow` and writes `steps()`, which reads like its step list. Everything
that must hold for all flows lives here once: a step that runs is never torn by a cancel, undos run
in strict reverse and shielded, what nobody can know waits for a person, and time is the
workflow's.
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from dealix.lanes.retries import LOCAL, OUTSIDE, SWEEPING
from dealix.lanes.schemas import (
    Delivery,
    Ending,
    FlowEnd,
    FlowStart,
    GateOpened,
    GateState,
    StepCall,
    StepResult,
    UndoItem,
)
from dealix.lanes.steps import StepFacts, facts_of

Answer = TypeVar("Answer")
STEP_TIMEOUT = timedelta(minutes=2)
HEARTBEAT = timedelta(seconds=2)
WARN_AT = 0.75


class FlowEnded(Exception):
    """The flow ends before its last step: `rejected`, `declined`, …"""

    def __init__(self, outcome: str, reason: str | None = None) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.reason = reason


class DurableFlow:
    """What a long-lived workflow is made of: a subclass writes `steps()`, and may `conclude()`."""

    good_outcomes: frozenset[str] = frozenset({"activated"})

    def __init__(self) -> None:
        self._start: FlowStart | None = None
        self._seq = 0
        self._rounds: dict[str, int] = {}
        self._gate: GateOpened | None = None
        self._gate_name: str | None = None
        self._heard: list[Delivery] = []
        self._deadline: datetime | None = None
        self._ending: FlowEnded | None = None

    # -- what a flow writes ------------------------------------------------------------------

    async def steps(self) -> str:
        """The flow itself; answers its good outcome."""
        raise NotImplementedError

    async def conclude(self, outcome: str) -> None:
        """What belongs to every end, good or bad, such as its evidence."""

    # -- what a flow calls -------------------------------------------------------------------

    async def step(self, method: Callable[..., Any], **data: Any) -> StepResult:
        """Do one step, once: wait for a person where nobody can know whether it happened."""
        facts = facts_of(method)
        call = self._call(facts.name, self._rounds.get(facts.name, 1), data)
        while True:
            result = await self._whole(self._act(facts, call, StepResult))
            if result.status != "in_doubt":
                break
            await self._heard_of("case", result.case_id)
        if result.status == "failed":
            raise FlowEnded("failed", result.reason)
        if result.status == "changed":
            self._rounds[facts.name] = call.round + 1
        return result

    async def gate(self, name: str, method: Callable[..., Any], **data: Any) -> None:
        """Ask people, wait until they have decided; ends the flow when they reject."""
        facts = facts_of(method)
        round_ = self._rounds[name] = self._rounds.get(name, 0) + 1
        opened = await self._whole(self._act(facts, self._call(name, round_, data), GateOpened))
        self._gate, self._gate_name = opened, name
        state = await self._decided(opened)
        self._gate = self._gate_name = None
        if state.status == "rejected":
            raise FlowEnded("rejected", name)

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
        good = ending.outcome in self.good_outcomes
        await self._local("close_gates", StepResult, {"outcome": ending.outcome})
        undone = 0 if good else await self.take_back(ending)
        await self.conclude(ending.outcome)
        settled = ending.model_copy(update={"undone": undone, "good": good})
        return await self._local("close_run", FlowEnd, settled.model_dump(mode="json"))

    def _why(self, reason: BaseException) -> Ending:
        if self._ending is not None:
            reason = self._ending
        if isinstance(reason, FlowEnded):
            return Ending(outcome=reason.outcome, reason=reason.reason)
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
        if result.status != "failed":
            return result
        data = {"undo_id": item.id, "code": result.reason}
        return await self._local("fail_undo", StepResult, data)

    # -- updates -----------------------------------------------------------------------------

    @workflow.update
    async def deliver(self, delivery: Delivery) -> None:
        """Hear that something was stored; what it says is loaded by its identifier."""
        if delivery.id in {heard.id for heard in self._heard}:
            return
        self._heard.append(delivery)
        if delivery.kind == "extend":
            self._deadline = await self._local("load_deadline", datetime)

    @deliver.validator
    def _refuse_wrong_gate(self, delivery: Delivery) -> None:
        if delivery.kind != "decision":
            return
        if self._gate is None or delivery.reference != self._gate.approval_id:
            raise ApplicationError("this gate is not open", type="gate_not_open")

    @workflow.query
    def waiting_for(self) -> str | None:
        """The gate that is open, for operators."""
        return self._gate_name

    # -- plumbing ----------------------------------------------------------------------------

    async def _decided(self, opened: GateOpened) -> GateState:
        seen = 0
        while True:
            await self._more_decisions(opened, seen)
            seen = self._decisions(opened)
            state = await self._whole(
                self._local("load_decision", GateState, {"approval_id": opened.approval_id})
            )
            if state.status != "open":
                return state

    async def _more_decisions(self, opened: GateOpened, seen: int) -> None:
        await workflow.wait_condition(lambda: self._decisions(opened) > seen)

    def _decisions(self, opened: GateOpened) -> int:
        return sum(
            heard.kind == "decision" and heard.reference == opened.approval_id
            for heard in self._heard
        )

    async def _heard_of(self, kind: str, reference: str | None) -> None:
        """Wait until a delivery of this kind names `reference`."""
        await workflow.wait_condition(
            lambda: any(h.kind == kind and h.reference == reference for h in self._heard)
        )

    def _call(
        self, name: str, round_: int, data: dict[str, Any], key: str | None = None
    ) -> StepCall:
        start = self._started()
        self._seq += 1
        suffix = f":{round_}" if round_ > 1 else ""
        return StepCall(
            tenant_id=start.tenant_id,
            run_id=start.run_id,
            rehearsal=start.rehearsal,
            seq=self._seq,
            key=key or f"{start.run_id}:{name}{suffix}",
            at=workflow.now(),
            round=round_,
            data=data,
        )

    def _started(self) -> FlowStart:
        if self._start is None:
            raise ApplicationError("the flow has not started", non_retryable=True)
        return self._start

    async def _act(self, facts: StepFacts, call: StepCall, answer: type[Answer]) -> Answer:
        return await self._execute(facts.name, call, answer, local=facts.system is None)

    async def _local(
        self, name: str, answer: type[Answer], data: dict[str, Any] | None = None
    ) -> Answer:
        return await self._execute(name, self._call(name, 1, data or {}), answer, local=True)

    async def _execute(
        self,
        name: str,
        call: StepCall,
        answer: type[Answer],
        *,
        local: bool,
        retry: Any = None,
    ) -> Answer:
        if local:
            done: Answer = await workflow.execute_local_activity(
                name,
                call,
                result_type=answer,
                start_to_close_timeout=STEP_TIMEOUT,
                retry_policy=retry or LOCAL,
            )
            return done
        answered: Answer = await workflow.execute_activity(
            name,
            call,
            result_type=answer,
            start_to_close_timeout=STEP_TIMEOUT,
            heartbeat_timeout=HEARTBEAT,
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            retry_policy=retry or OUTSIDE,
        )
        return answered

    async def _whole(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        """Let a step end before a cancel passes: what it did must be known to be undone.

        The step hears of the cancel: one that waits for its next try ends at once, one whose call
        is under way answers first.
        """
        task = asyncio.create_task(work)
        cancelled: asyncio.CancelledError | None = None
        while not task.done():
            try:
                await asyncio.shield(task)
            except asyncio.CancelledError as reason:
                if cancelled is None:
                    task.cancel()
                cancelled = reason
            except Exception:  # noqa: BLE001,S110 (task.result() below raises it)
                pass
        if cancelled is not None:
            raise cancelled
        return task.result()

    async def _shielded(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        """Finish `work` whatever cancels arrive."""
        task = asyncio.create_task(work)
        while not task.done():
            try:
                await asyncio.shield(task)
            except asyncio.CancelledError:
                workflow.logger.info("a cancel arrived while the run was closing; it goes on")
            except Exception:  # noqa: BLE001,S110 (task.result() below raises it)
                pass
        return task.result()


def _code_of(failure: BaseException) -> str:
    """The stable error code that an activity's failure carries as its type."""
    cause: BaseException | None = failure
    while cause is not None:
        if isinstance(cause, ApplicationError) and cause.type:
            return cause.type
        cause = cause.__cause__
    return "internal_error"

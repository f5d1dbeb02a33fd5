"""What carries a durable flow: its calls, its updates, and steps that no cancel tears apart."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from dealix.lanes.retries import LOCAL, OUTSIDE
from dealix.lanes.schemas import Delivery, FlowStart, GateOpened, StepCall
from dealix.lanes.steps import StepFacts

Answer = TypeVar("Answer")
STEP_TIMEOUT = timedelta(minutes=2)
HEARTBEAT = timedelta(seconds=2)


class FlowEnded(Exception):
    """The flow ends before its last step: `rejected`, `declined`, …

    `error` is shown on the run where no person's decision says why it ended.
    """

    def __init__(
        self, outcome: str, reason: str | None = None, error: dict[str, Any] | None = None
    ) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.reason = reason
        self.error = error


class FlowCore:
    """State and plumbing of `DurableFlow`; a flow itself calls nothing of this."""

    def __init__(self) -> None:
        self._start: FlowStart | None = None
        self._seq = 0
        self._rounds: dict[str, int] = {}
        self._gates: dict[str, GateOpened] = {}
        self._passed: set[str] = set()
        self._took: dict[str, datetime] = {}
        self._heard: list[Delivery] = []
        self._consumed: dict[tuple[str, str], int] = {}
        self._paused = False
        self._closing = False
        self._deadline: datetime | None = None
        self._ending: FlowEnded | None = None

    # -- updates -----------------------------------------------------------------------------

    @workflow.update
    async def deliver(self, delivery: Delivery) -> None:
        """Hear that something was stored; what it says is loaded by its identifier."""
        if delivery.id in {heard.id for heard in self._heard}:
            return
        self._heard.append(delivery)
        if delivery.kind == "extend":
            self._deadline = await self._local("load_deadline", datetime)
        if delivery.kind == "pause":
            self._paused = await self._local("load_pause", bool)

    @deliver.validator
    def _refuse_wrong_gate(self, delivery: Delivery) -> None:
        if delivery.kind != "decision":
            return
        open_ = {gate.approval_id for gate in self._gates.values()}
        if delivery.reference not in open_ | self._passed:
            raise ApplicationError("this gate is not open", type="gate_not_open")

    @workflow.query
    def waiting_for(self) -> list[str]:
        """The gates that are open, for operators."""
        return list(self._gates)

    # -- plumbing ----------------------------------------------------------------------------

    def _count(self, kind: str, reference: str) -> int:
        return sum(heard.kind == kind and heard.reference == reference for heard in self._heard)

    async def _more(self, kind: str, reference: str, seen: int) -> None:
        await workflow.wait_condition(lambda: self._count(kind, reference) > seen)

    async def _unless_paused(self) -> None:
        """Nothing new begins while the run is paused; one that is ending goes on to its end."""
        if self._paused and not self._closing:
            await workflow.wait_condition(lambda: not self._paused or self._closing)

    async def _until(self, moment: datetime) -> None:
        """Sleep until `moment` of the workflow's clock."""
        left = moment - workflow.now()
        if left > timedelta(0):
            await workflow.sleep(left)

    async def _heard_of(self, kind: str, reference: str | None) -> None:
        """Wait until a delivery of this kind names `reference`; each is heard of once.

        Whoever waits looks then what is on record, and waits again when nothing is: so a forged
        delivery costs one look.
        """
        place = (kind, reference or "")
        await self._more(*place, self._consumed.get(place, 0))
        self._consumed[place] = self._count(*place)

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

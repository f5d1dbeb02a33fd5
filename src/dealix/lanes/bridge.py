"""The one bridge from synchronous code to Temporal's client, which is async only."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import PendingActivityState, WorkflowTaskFailedCause
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import (
    Client,
    RPCTimeoutOrCancelledError,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

from dealix import clock
from dealix.errors import Conflict, NotConfigured
from dealix.lanes.models import Run
from dealix.lanes.schemas import Delivery, FlowEnd, FlowStart
from dealix.lanes.temporal import Engines, skipper_of

Answer = TypeVar("Answer")
Delivered = Literal["delivered", "not_yet", "closed"]
WORKFLOW_TASK_TIMEOUT = timedelta(seconds=5)
IDLE_POLL = 0.01
A_MOMENT = timedelta(seconds=1)
SHORTEST_JUMP = timedelta(seconds=2)
"""A shorter jump is over before the engine has looked for its end, and may then go on to the next
timer, days away (seen once in 600 jumps of 1 ms): so little passes as it does for everybody."""
ENDED_MEANWHILE = "AcceptedUpdateCompletedWorkflow"
"""The server's word for a workflow that took an update and ended before it answered."""


STUCK_AT, LOST_AT = 3, 8
"""Attempts at one workflow task after which a person must look: at one that failed, at one that
only ran out of time, as with each worker that dies."""
ORDINARY = frozenset({"unhandled_command", "unhandled_update", "reset_sticky_task_queue"})
"""Causes for which the engine itself tries a task again: something came while it was under way."""
LOOK_BACK = 20
"""Events at the end of a history among which the failure of such a task lies."""


@dataclass(frozen=True)
class Watched:
    """How a workflow stands: see `status`; `stuck` is why its task fails again and again.

    `status`: `running`, `completed`, `canceled`, `terminated`, `timed_out`, `failed`, `unknown`.
    """

    status: str
    stuck: str | None = None


class Bridge:
    """Runs one event loop in a thread; every method here blocks and is safe from any thread.

    The connection is made at first use and again after a failure, so that a process may start
    before its engine. Never fork after the first call (the SDK's runtime has started then).
    """

    def __init__(
        self, connect: Callable[[], Coroutine[Any, Any, Engines]], task_queue: str
    ) -> None:
        self._connect = connect
        self._queue = task_queue
        self._engines: Engines | None = None
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    # -- what callers use --------------------------------------------------------------------

    def start(self, run: Run, start: FlowStart) -> str:
        """Start a run's workflow, or find it started already. Answers the engine's run ID.

        A rehearsal whose clock is ahead of the machine's begins by its own clock: its start is
        delayed by as much, and that time is skipped.
        """
        return self._do(self._start(run, start))

    def deliver(self, run: Run, delivery: Delivery, wait: timedelta) -> Delivered:
        """Tell a workflow that something is stored; `not_yet` when it must be tried again."""
        return self._do(self._deliver(run, delivery, wait))

    def cancel(self, run: Run) -> Delivered:
        """Ask a workflow to end; it takes back what is outside before it does."""
        return self._do(self._cancel(run))

    def watch(self, run: Run) -> Watched:
        """How a workflow stands on its engine, and whether it can go on."""
        return self._do(self._watch(run))

    def ended_since(self, moment: datetime) -> set[tuple[str, str]]:
        """Tenant and run of each workflow that has ended since, as the engine lists them.

        Not of rehearsals, whose ends have dates of their own clocks.
        """
        return self._do(self._ended_since(moment))

    def fast_forward(self, run: Run, duration: timedelta) -> timedelta:
        """Move a rehearsal's own clock, once it is idle; answers when it is idle again.

        The answer is how far that clock is then ahead of the machine's, as the engine says.
        """
        return self._do(self._fast_forward(run, duration))

    def settle(self, run: Run) -> None:
        """Wait until a run has nothing under way: no workflow task and no started activity."""
        self._do(self._idle(self._handle(run)))

    def probe(self) -> None:
        """Ask the server for its health; raises what is wrong."""
        self._do(self._probe())

    def can_rehearse(self) -> bool:
        """Whether an engine that can skip time is configured."""
        return self._do(self._can_rehearse())

    def close(self) -> None:
        """Stop the loop; calls under way are cancelled."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._loop = None
        if self._thread is not None:
            self._thread.join(5)
            self._thread = None

    # -- how -----------------------------------------------------------------------------------

    async def _start(self, run: Run, start: FlowStart) -> str:
        client = (await self._connected()).client(rehearsal=run.rehearsal)
        skipper = skipper_of(client) if run.rehearsal else None
        starting = skipper.client if skipper is not None else client
        try:
            handle: WorkflowHandle[Any, Any] = await starting.start_workflow(
                start.workflow,
                start,
                id=run.engine_id,
                task_queue=self._queue,
                result_type=FlowEnd,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                task_timeout=WORKFLOW_TASK_TIMEOUT,
                search_attributes=search_attributes(run),
                start_delay=run.skipped or None,
                rpc_timeout=timedelta(seconds=10),
            )
            engine_run = handle.result_run_id
        except WorkflowAlreadyStartedError as found:
            handle, engine_run = client.get_workflow_handle(run.engine_id), found.run_id
        if skipper is not None and run.skipped:
            await _arrive(skipper, handle, run.skipped)
        return engine_run or ""

    async def _deliver(self, run: Run, delivery: Delivery, wait: timedelta) -> Delivered:
        handle = await self._find(run)
        try:
            await asyncio.wait_for(
                handle.execute_update(
                    "deliver", delivery, id=delivery.id, rpc_timeout=timedelta(seconds=10)
                ),
                wait.total_seconds(),
            )
        except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError, RPCTimeoutOrCancelledError):
            return "not_yet"
        except WorkflowUpdateFailedError as refused:
            cause = refused.cause
            ended = isinstance(cause, ApplicationError) and cause.type == ENDED_MEANWHILE
            return "closed" if ended else "not_yet"
        except RPCError as failure:
            return "closed" if failure.status == RPCStatusCode.NOT_FOUND else "not_yet"
        return "delivered"

    async def _cancel(self, run: Run) -> Delivered:
        handle = await self._find(run)
        try:
            await handle.cancel(rpc_timeout=timedelta(seconds=10))
        except RPCError as failure:
            return "closed" if failure.status == RPCStatusCode.NOT_FOUND else "not_yet"
        return "delivered"

    async def _watch(self, run: Run) -> Watched:
        handle = await self._find(run)
        try:
            described = await handle.describe(rpc_timeout=timedelta(seconds=10))
        except RPCError as failure:
            if failure.status == RPCStatusCode.NOT_FOUND:
                return Watched("unknown")
            raise
        status = (described.status or WorkflowExecutionStatus.RUNNING).name.lower()
        tries = described.raw_description.pending_workflow_task.attempt
        if tries < STUCK_AT:
            return Watched(status)
        cause = await self._cause(run, handle.id)
        return Watched(status, cause or ("timed_out" if tries >= LOST_AT else None))

    async def _ended_since(self, moment: datetime) -> set[tuple[str, str]]:
        client = (await self._connected()).runs
        asked = f"CloseTime >= '{moment.isoformat()}'"
        found = set()
        async for one in client.list_workflows(asked, rpc_timeout=timedelta(seconds=10)):
            tenant, _, rest = one.id.partition("/")
            found.add((tenant, rest.rpartition("/")[2].partition(".")[0]))
        return found

    async def _cause(self, run: Run, workflow_id: str) -> str | None:
        """The engine's word for why a task of a workflow failed of late.

        Its history holds the first failure of a task; later attempts leave nothing there.
        """
        client = (await self._connected()).client(rehearsal=run.rehearsal)
        asked = GetWorkflowExecutionHistoryReverseRequest(
            namespace=client.namespace,
            execution=WorkflowExecution(workflow_id=workflow_id),
            maximum_page_size=LOOK_BACK,
        )
        page = await client.workflow_service.get_workflow_execution_history_reverse(
            asked, timeout=timedelta(seconds=10)
        )
        for event in page.history.events:
            if event.HasField("workflow_task_failed_event_attributes"):
                cause = event.workflow_task_failed_event_attributes.cause
                name = WorkflowTaskFailedCause.Name(cause)
                name = name.removeprefix("WORKFLOW_TASK_FAILED_CAUSE_").lower()
                if name not in ORDINARY:
                    return name
        return None

    async def _fast_forward(self, run: Run, duration: timedelta) -> timedelta:
        handle = await self._find(run)
        skipper = skipper_of((await self._connected()).client(rehearsal=True))
        await self._idle_of(handle)
        try:
            if duration < SHORTEST_JUMP:
                await asyncio.sleep(duration.total_seconds())
            else:
                await skipper.fast_forward(handle, duration)
        except RPCError as failure:
            if failure.status in {RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION}:
                raise Conflict("run_ended") from None
            raise
        await self._idle_of(handle)
        return await skipper.get_current_time(handle) - clock.real_now()

    async def _idle(self, finding: Coroutine[Any, Any, WorkflowHandle[Any, Any]]) -> None:
        await self._idle_of(await finding)

    async def _idle_of(self, handle: WorkflowHandle[Any, Any]) -> None:
        """Return once nothing is under way in two looks in a row; a back-off counts as idle."""
        quiet = 0
        while quiet < 2:
            described = (await handle.describe()).raw_description
            started = any(
                pending.state == PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
                or (
                    pending.state == PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED
                    and pending.attempt <= 1
                )
                for pending in described.pending_activities
            )
            busy = started or described.HasField("pending_workflow_task")
            quiet = 0 if busy else quiet + 1
            await asyncio.sleep(IDLE_POLL)

    async def _can_rehearse(self) -> bool:
        return (await self._connected()).rehearsals is not None

    async def _probe(self) -> None:
        engines = await self._connected()
        await engines.runs.service_client.check_health(timeout=timedelta(seconds=2))

    async def _handle(self, run: Run) -> WorkflowHandle[Any, Any]:
        return await self._find(run)

    async def _find(self, run: Run) -> WorkflowHandle[Any, Any]:
        client: Client = (await self._connected()).client(rehearsal=run.rehearsal)
        return client.get_workflow_handle(run.engine_id)

    async def _connected(self) -> Engines:
        if self._engines is None:
            try:
                self._engines = await self._connect()
            except RuntimeError as failure:
                raise NotConfigured("engine_unreachable", engine="Temporal") from failure
        return self._engines

    def _do(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=_turn, args=(self._loop,), name="temporal-bridge", daemon=True
                )
                self._thread.start()
            loop = self._loop
        return asyncio.run_coroutine_threadsafe(work, loop).result()


async def _arrive(skipper: TimeSkipper, handle: WorkflowHandle[Any, Any], ahead: timedelta) -> None:
    """Take a workflow to the moment until which its start is delayed; one that is there stays."""
    left = ahead - (await skipper.get_current_time(handle) - clock.real_now())
    if left > A_MOMENT:
        await skipper.fast_forward(handle, left)


def _turn(loop: asyncio.AbstractEventLoop) -> None:
    """Run the loop until it is stopped, then close it with its sockets."""
    try:
        loop.run_forever()
    finally:
        loop.close()


TENANT = SearchAttributeKey.for_keyword("DealixTenant")
WORKFLOW = SearchAttributeKey.for_keyword("DealixWorkflow")
RUN = SearchAttributeKey.for_keyword("DealixRun")


def search_attributes(run: Run) -> TypedSearchAttributes:
    """Identifiers only: search attributes are never encrypted."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(TENANT, run.tenant_id),
            SearchAttributePair(WORKFLOW, run.workflow),
            SearchAttributePair(RUN, run.id),
        ]
    )

"""The durable worker: flows and steps on one task queue, each step on its run's clock."""

import asyncio
import contextvars
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
    UnsandboxedWorkflowRunner,
    Worker,
)

import dealix
from dealix import clock
from dealix.errors import DealixError
from dealix.lanes.retries import may_help, wished
from dealix.lanes.schemas import StepCall

BEAT = 0.4
STICKY = timedelta(seconds=1)
THREADS = 40
_BEATS = ThreadPoolExecutor(8, thread_name_prefix="beat")


def durable_worker(
    client: Client,
    task_queue: str,
    *,
    flows: Sequence[type],
    steps: Sequence[Callable[..., Any]],
    threads: ThreadPoolExecutor,
) -> Worker:
    """A worker for one namespace. Sticky queues give up after 1 s, so a successor is quick.

    The SDK's sandbox would guard nothing here: it spares the modules that are passed through, and
    ours must be, since flows share their messages with steps. It costs 0.7 ms at each turn of a
    workflow. That flows read no clock and draw no lots is held by a test of their code instead.
    """
    return Worker(
        client,
        task_queue=task_queue,
        workflows=flows,
        activities=steps,
        activity_executor=threads,
        interceptors=[StepInterceptor()],
        workflow_runner=UnsandboxedWorkflowRunner(),
        build_id=f"dealix-{dealix.__version__}",  # else the SDK reads all code: 1.5 s a start
        sticky_queue_schedule_to_start_timeout=STICKY,
        max_concurrent_activities=THREADS,
        max_concurrent_local_activities=THREADS,
        graceful_shutdown_timeout=timedelta(seconds=3),
        max_heartbeat_throttle_interval=timedelta(milliseconds=500),
        default_heartbeat_throttle_interval=timedelta(milliseconds=500),
    )


class StepInterceptor(Interceptor):
    """Wraps every activity: the run's clock, a heartbeat, our errors in Temporal's words."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        """See `Interceptor.intercept_activity`."""
        return _Step(next)


class _Step(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        info = activity.info()
        call = input.args[0] if input.args else None
        local_time = call.at if info.is_local and isinstance(call, StepCall) else None
        beat = None if info.is_local else asyncio.create_task(_heartbeat())
        try:
            with clock.at(local_time or info.started_time):
                return await super().execute_activity(input)
        except DealixError as failure:
            raise as_temporal(failure) from None
        finally:
            if beat is not None:
                beat.cancel()


async def _heartbeat() -> None:
    """Beat while the step runs, so that a killed worker is noticed within the heartbeat time.

    The engine counts that time from the step's start, so that a short step beats never. The
    threads are the beats' own: behind other work a beat would come late, and the engine would
    begin the living step a second time.
    """
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(BEAT)
        # It waits for this loop, so that it never runs on it.
        await loop.run_in_executor(_BEATS, contextvars.copy_context().run, activity.heartbeat)


def as_temporal(failure: DealixError) -> ApplicationError:
    """Our error by its code; only what may help by trying again is tried again."""
    return ApplicationError(
        failure.sentence,
        type=failure.code,
        non_retryable=not may_help(failure),
        next_retry_delay=wished(failure),
    )

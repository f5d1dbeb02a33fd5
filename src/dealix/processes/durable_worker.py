"""The durable worker's process: flows and steps until it is told to stop."""

import asyncio
import signal

from temporalio.worker import Worker

from dealix.bootstrap import Services, services, thread_pool
from dealix.observability import logs, metrics
from dealix.observability.exit import leave
from dealix.observability.temporal import measured
from dealix.processes import settle


async def work(made: Services) -> None:
    """Run the workers until SIGTERM or SIGINT; wait for the engine when it is not up yet."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    workers = await _connected(made, stop)
    running = [asyncio.create_task(worker.run()) for worker in workers]
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait([*running, waiting], return_when=asyncio.FIRST_COMPLETED)
    for worker in workers:
        await worker.shutdown()
    await asyncio.gather(*running, return_exceptions=True)


async def _connected(made: Services, stop: asyncio.Event) -> list[Worker]:
    while not stop.is_set():
        try:
            return list(await made.workers(thread_pool()))
        except RuntimeError:
            await asyncio.sleep(0.3)
    return []


def main() -> int:
    """Entry of `python -m dealix.processes.durable_worker`."""
    made = services()
    logs.configure(made.settings.process, made.settings.log_level)
    if made.settings.metrics_port:
        metrics.serve(made.settings.metrics_port)
    measured(made.settings)
    settle()
    asyncio.run(work(made))
    return 0


if __name__ == "__main__":
    leave(main())

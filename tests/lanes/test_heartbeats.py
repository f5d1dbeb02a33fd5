"""A step that lives is known to live, however busy its worker is."""

import asyncio
import threading

from temporalio.testing import ActivityEnvironment

from dealix.lanes.worker import BEAT, _heartbeat

MORE_THAN_THREADS = 64


def test_a_step_beats_while_every_other_thread_is_taken():
    beats = []
    world = ActivityEnvironment()
    world.on_heartbeat = lambda *_: beats.append("beat")

    async def step():
        free = threading.Event()
        loop = asyncio.get_running_loop()
        busy = [loop.run_in_executor(None, free.wait) for _ in range(MORE_THAN_THREADS)]
        beating = asyncio.create_task(_heartbeat())
        await asyncio.sleep(4 * BEAT)
        so_far = len(beats)
        beating.cancel()
        free.set()
        await asyncio.gather(*busy)
        return so_far

    assert asyncio.run(world.run(step)) >= 2

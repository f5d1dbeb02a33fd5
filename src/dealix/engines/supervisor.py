"""Starts the processes of a stack in order, starts again what dies, ends all of them together."""

import argparse
import asyncio
import logging
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from logging.handlers import RotatingFileHandler
from os import getpid
from pathlib import Path
from typing import Any

from circus.arbiter import Arbiter
from circus.exc import ConflictError
from circus.watcher import Watcher
from tornado.ioloop import IOLoop

from dealix.engines import plan as plans
from dealix.engines.home import Home
from dealix.engines.logfile import LogFile, tail
from dealix.engines.plan import APPLICATION, LANES, Plan
from dealix.engines.programs import Program
from dealix.engines.record import Record, describe, end_leftovers
from dealix.errors import DealixError, NotConfigured

CHECK_SECONDS = 0.5
Announce = Callable[[dict[str, Any]], None]


def supervise(home: Path, only: Sequence[str] = (), announce: Announce | None = None) -> int:
    """Run a stack on `home` until it is told to stop; answers the exit code.

    `only` names the processes to run (all when empty). `announce` gets the content of
    `stack.json` once everything answers.
    """
    place = Home(home).create()
    with place.locked():
        end_leftovers(place)
        log_to(place.log / "supervisor.log")
        plan = plans.make(place, plans.settings_for(place.root))
        return asyncio.run(serve(plan, only, announce or (lambda _: None)))


async def serve(plan: Plan, only: Sequence[str], announce: Announce) -> int:
    """Run the stack in this event loop."""
    return await Supervisor(plan, only, announce).run()


class Supervisor:
    """One run of a stack: engines, then the preparation, then the application."""

    def __init__(self, plan: Plan, only: Sequence[str], announce: Announce) -> None:
        self.plan = plan
        self.announce = announce
        self.record = Record(plan)
        names = (*plan.embedded, *APPLICATION)
        self.names = [name for name in names if not only or name in only]
        self.stop = asyncio.Event()
        self.prepared: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.reason: DealixError | None = None

    async def run(self) -> int:
        """Start, serve until told to stop, end; 1 when the stack did not come up."""
        engines = [n for n in self.names if n in self.plan.embedded]
        apps = [n for n in self.names if n not in self.plan.embedded]
        programs = [self.plan.engine(name) for name in engines]
        self.engines = [self.watcher(program) for program in programs]
        preparation = self.plan.preparation(tuple(self.names))
        self.preparation = self.watcher(preparation, once=True)
        self.apps = [self.watcher(self.plan.application(name)) for name in apps]
        self.arbiter = self.make_arbiter()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            asyncio.get_running_loop().add_signal_handler(number, self.stop.set)
        await self.arbiter.start()
        starting = asyncio.ensure_future(self.bring_up())
        guard = asyncio.ensure_future(self.guard())
        await self.stop.wait()
        for task in (starting, guard):
            task.cancel()
        await self.end()
        if self.reason is not None:
            sys.stderr.write(f"{self.reason.sentence}\n")
        return 1 if self.reason is not None else 0

    def make_arbiter(self) -> Any:
        """The circus arbiter; its control sockets live in this process only."""
        place = f"inproc://dealix-{getpid()}"
        return Arbiter(
            [*self.engines, self.preparation, *self.apps],
            f"{place}-control",
            f"{place}-events",
            check_delay=CHECK_SECONDS,
            loop=IOLoop.current(),
        )

    async def bring_up(self) -> None:
        """Take the steps of a start; a failed one stops the stack with its reason."""
        try:
            await self.start_watchers([self.preparation])
            if await self.prepared != 0:
                raise failed(self.plan, "prepare")
            await self.start_watchers(self.apps)
            await self.await_application()
            self.record.became_ready(getpid())
            self.announce(describe(self.plan, self.record.pids))
        except DealixError as reason:
            self.reason = reason
            self.stop.set()

    async def await_application(self) -> None:
        """Wait until every process of the application listens."""
        end = time.monotonic() + self.plan.settings.start_patience
        for name in (n for n in self.names if n in APPLICATION):
            while not self.serves(name):
                if time.monotonic() > end:
                    raise failed(self.plan, name)
                await asyncio.sleep(0.1)

    def serves(self, name: str) -> bool:
        """Whether a process listens on the ports that are its own."""
        own = {"api": ("api",), "sandbox": ("sandbox_http", "sandbox_smtp")}
        ports = own.get(name, (f"{name}_metrics",) if name in LANES else ())
        return all(listens(self.plan.ports[port]) for port in ports)

    async def guard(self) -> None:
        """Start again a process that circus gave up on; nothing here is ever given up."""
        while True:
            await asyncio.sleep(2)
            given_up = [w for w in (*self.engines, *self.apps) if w.autostart and w.is_stopped()]
            if given_up:
                await self.start_watchers(given_up)

    async def end(self) -> None:
        """Stop the application first, so that it can still say goodbye to the engines."""
        self.record.ended()
        for group in ([self.preparation, *self.apps], self.engines):
            for watcher in group:
                watcher.autostart = False
            await self.exclusively(partial(self.arbiter.stop_watchers, just(group)))
        await self.exclusively(self.arbiter.stop)

    async def start_watchers(self, watchers: Sequence[Any]) -> None:
        """Start some watchers now and keep them started."""
        for watcher in watchers:
            watcher.autostart = True
        await self.exclusively(partial(self.arbiter.start_watchers, just(watchers)))

    async def exclusively(self, command: Callable[[], Any]) -> None:
        """Give circus a command; it refuses while it is busy with its own round of checks."""
        while True:
            try:
                await command()
            except ConflictError:
                await asyncio.sleep(0.02)
            else:
                return

    def watcher(self, program: Program, *, once: bool = False) -> Any:
        """Circus's view of a program: engines start at once, the rest when they are told to."""
        output = {"stream": LogFile(self.plan.home.log / f"{program.name}.log")}
        return Watcher(
            program.name,
            program.argv[0],
            args=list(program.argv[1:]),
            env=dict(program.environment),
            working_dir=str(self.plan.home.root),
            stop_signal=program.stop_signal,
            graceful_timeout=program.stop_seconds,
            stdout_stream=output,
            stderr_stream=output,
            autostart=program.name in self.plan.embedded,
            respawn=not once,
            hooks={
                "after_spawn": (partial(self.spawned, program.name), True),
                "after_reap": (partial(self.reaped, program.name), True),
            },
        )

    def spawned(self, name: str, *_: object, pid: int, **__: object) -> bool:
        """Circus started a process."""
        self.record.started(name, pid)
        return True

    def reaped(self, name: str, *_: object, exit_code: int = 0, **__: object) -> bool:
        """A process ended; of the preparation the exit code counts."""
        if name == "prepare" and not self.prepared.done():
            self.prepared.set_result(exit_code)
        return True


def just(watchers: Iterable[Any]) -> Callable[..., list[Any]]:
    """The watchers of a command, in the form circus asks for them."""
    chosen = list(watchers)
    return lambda reverse=True: chosen  # noqa: ARG005 (circus passes an order that we have)


def listens(port: int) -> bool:
    """Whether somebody listens on a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def failed(plan: Plan, name: str) -> NotConfigured:
    """The error of a process that did not come up, after showing the end of its log."""
    log = plan.home.log / f"{name}.log"
    sys.stderr.write(tail(log) + "\n")
    return NotConfigured("engine_failed", engine=name, log=log)


def log_to(path: Path) -> None:
    """Send the supervisor's own log to a file of bounded size."""
    handler = RotatingFileHandler(path, maxBytes=1_000_000, backupCount=1, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    handler.addFilter(lambda entry: not is_conflict(entry))
    for name in ("circus", "tornado.application"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(logging.WARNING)
        logger.propagate = False


def is_conflict(entry: logging.LogRecord) -> bool:
    """Whether circus says that it skipped a round of checks while it carried out a command."""
    return entry.exc_info is not None and isinstance(entry.exc_info[1], ConflictError)


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry of `python -m dealix.engines.supervisor`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--only", default="", help="names of processes, separated by commas")
    given = parser.parse_args(arguments)
    only = [name for name in given.only.split(",") if name]
    try:
        return supervise(given.home, only)
    except DealixError as error:
        sys.stderr.write(f"{error.sentence}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())

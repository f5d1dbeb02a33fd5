"""The whole sandbox in one process and one thread: providers, control plane and webhooks."""

import asyncio
import contextlib
import json
import logging
import signal
import socket
import sys
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from dealix.sandbox import moments, providers
from dealix.sandbox.connections import CuttableProtocol
from dealix.sandbox.control import Control, not_played
from dealix.sandbox.options import Options
from dealix.sandbox.smtp import server as smtp_server
from dealix.sandbox.webhooks import Deliverer
from dealix.sandbox.world import World

log = logging.getLogger("dealix.sandbox")
ALL_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class _Server(uvicorn.Server):
    """uvicorn's server that ends quietly with exit 0 on SIGTERM and SIGINT."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ask the server to end, without raising the signal once more afterwards."""
        loop = asyncio.get_running_loop()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, self._end)
        yield

    def _end(self) -> None:
        self.should_exit = True
        self.force_exit = True


def application(world: World, deliverer: Deliverer, options: Options) -> Starlette:
    """The HTTP side: providers at their real paths, `/_sandbox`, and a record of the rest."""
    routes = [
        *Control(world, deliverer, moments.now()).routes(),
        *providers.routes(world, deliverer, options),
        Route("/{path:path}", not_played(world), methods=ALL_METHODS),
    ]
    return Starlette(routes=routes)


async def run(options: Options) -> None:
    """Serve until a signal comes. Raises JournalError, OSError or ValueError: it cannot start."""
    world = World(options.home, options.word("seed"))
    deliverer = _deliverer(world, options)
    mail = await smtp_server.serve(world, *options.smtp)
    listener = socket.create_server(options.http, backlog=2048)
    config = uvicorn.Config(
        application(world, deliverer, options),
        http=CuttableProtocol,
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=60,
    )
    deliverer.resume()
    _say_ready(listener, mail)
    try:
        await _Server(config).serve(sockets=[listener])
    finally:
        mail.close()
        await deliverer.close()
        world.close()


def _deliverer(world: World, options: Options) -> Deliverer:
    if options.webhook_base is None or not options.signings:
        log.warning("no webhook base or secret: replies are refused")
    return Deliverer(world, options.webhook_base, options.signings)


def _say_ready(listener: socket.socket, mail: asyncio.Server) -> None:
    """Print the addresses as one JSON line, for whoever asked for port 0."""
    addresses = {
        "http": "{}:{}".format(*listener.getsockname()[:2]),
        "smtp": "{}:{}".format(*mail.sockets[0].getsockname()[:2]),
    }
    sys.stdout.write(json.dumps(addresses) + "\n")
    sys.stdout.flush()

"""Lost answers, for real: HTTP connections that can be cut while a request is answered."""

import asyncio

from starlette.requests import Request
from uvicorn.protocols.http.h11_impl import H11Protocol

_open: dict[tuple[str, int], asyncio.Transport] = {}


class CuttableProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 protocol that remembers its open connections by the client's address."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the connection."""
        super().connection_made(transport)
        if self.client is not None:
            _open[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        if self.client is not None:
            _open.pop(self.client, None)
        super().connection_lost(exc)


async def cut(request: Request) -> None:
    """Cut the request's connection with no answer, and return once it is gone."""
    client = request.client
    transport = _open.get((client.host, client.port)) if client is not None else None
    if transport is None:
        raise RuntimeError("the request's connection is not one that can be cut")
    transport.abort()
    while (await request.receive())["type"] != "http.disconnect":
        pass

"""The door of every HTTP provider: writes the request down, lets faults strike, then answers."""

import asyncio
import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from dealix.sandbox import faults
from dealix.sandbox.connections import cut
from dealix.sandbox.rows import Fault, Request
from dealix.sandbox.world import World, stamp

TIME_HEADER = "x-sandbox-time"
SCOPE_HEADER = "x-sandbox-scope"
MAX_BODY = 10_000_000
_CUT = Response(status_code=204)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request as a provider's code sees it."""

    id: int
    method: str
    path: dict[str, str]
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    at: str
    received_at: str
    scope: str | None


@dataclass(frozen=True, slots=True)
class Reply:
    """A provider's answer; `data` is sent as JSON, bytes as they are (say their type)."""

    status: int
    data: Any
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[World, Call], Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """What the door needs to know of a provider: its name and how it words its own errors."""

    name: str
    error: Callable[[int, str], Reply]
    headers: Callable[[], dict[str, str]] = dict
    max_body: int = MAX_BODY


async def read_body(request: HttpRequest, limit: int = MAX_BODY) -> bytes | None:
    """The body, or None when it is larger than `limit` bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)


async def pass_through(
    world: World, provider: Provider, handler: Handler, request: HttpRequest, *, writes: bool
) -> Response:
    """Answer a request as the provider would, struck by the faults that wait for it."""
    try:
        body = await read_body(request, provider.max_body)
    except ClientDisconnect:
        return _CUT
    try:
        call = _receive(world, provider.name, request, body)
    except ValueError:
        message = f"{TIME_HEADER} is not an RFC 3339 time with its offset"
        return _response(provider, provider.error(400, message))
    if body is None:
        reply = provider.error(413, f"The request body is larger than {provider.max_body} bytes")
        return await _finish(world, provider, call, reply, None)
    return await _answer(world, provider, handler, request, call, writes=writes)


async def _answer(
    world: World,
    provider: Provider,
    handler: Handler,
    request: HttpRequest,
    call: Call,
    *,
    writes: bool,
) -> Response:
    text = f"{request.url.path}\n{call.body.decode('utf-8', 'replace')}"
    fault = faults.take(
        world,
        provider.name,
        faults.REQUEST_FAULTS,
        at=call.at,
        scope=call.scope,
        text=text,
        counted=writes,
    )
    name = fault.fault if fault else None
    if name == "timeout_before":
        return await _cut(world, call, request, name)
    if name in {"error_500", "rate_limited"}:
        reply = provider.error(500 if name == "error_500" else 429, "")
        return await _finish(world, provider, call, reply, name)
    reply = handler(world, call)
    if name == "timeout_after":
        return await _cut(world, call, request, name)
    await world.durable()
    if name == "error_500_after":
        return await _finish(world, provider, call, provider.error(500, ""), name)
    await asyncio.sleep(_slowness(fault))
    return await _finish(world, provider, call, reply, name)


def _slowness(fault: Fault | None) -> float:
    if fault is None:
        return 0
    return faults.SLOW_SECONDS if fault.seconds is None else fault.seconds


def _receive(world: World, provider: str, request: HttpRequest, body: bytes | None) -> Call:
    """Write the request down; ValueError, and nothing written, when its claimed time is bad."""
    kept = body or b""
    text, encoding = as_text(kept)
    scope = request.headers.get(SCOPE_HEADER) or None
    at, received = stamp(request.headers.get(TIME_HEADER))
    row = Request(
        id=world.next_id(),
        provider=provider,
        method=request.method,
        path=request.url.path,
        query=request.url.query,
        headers=[[name, value] for name, value in request.headers.items()],
        body=text,
        encoding=encoding,
        at=at,
        received_at=received,
        scope=scope,
    )
    world.receive(row)
    return Call(
        id=row.id,
        method=request.method,
        path={name: str(value) for name, value in request.path_params.items()},
        query=dict(request.query_params),
        headers=dict(request.headers),
        body=kept,
        at=at,
        received_at=received,
        scope=scope,
    )


def as_text(data: bytes) -> tuple[str, str]:
    """Bytes as the journal keeps them: (text, `utf-8`) or, where not text, (text, `base64`)."""
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return base64.b64encode(data).decode("ascii"), "base64"


def as_bytes(text: str, encoding: str) -> bytes:
    """What `as_text` was given."""
    return base64.b64decode(text) if encoding == "base64" else text.encode()


async def _cut(world: World, call: Call, request: HttpRequest, fault: str) -> Response:
    world.answered(call.id, None, fault)
    await world.durable()
    await cut(request)
    return _CUT


async def _finish(
    world: World, provider: Provider, call: Call, reply: Reply, fault: str | None
) -> Response:
    world.answered(call.id, reply.status, fault)
    await world.durable()
    return _response(provider, reply)


def _response(provider: Provider, reply: Reply) -> Response:
    content = reply.data if isinstance(reply.data, bytes) else _as_json(reply.data)
    headers = {"content-type": "application/json;charset=utf-8"}
    return Response(content, reply.status, headers | provider.headers() | reply.headers)


def _as_json(data: Any) -> bytes:
    return b"" if data is None else json.dumps(data, ensure_ascii=False).encode()

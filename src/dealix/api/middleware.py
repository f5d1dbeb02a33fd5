"""What stands around every request: a limit on its body, and headers that bind the browser."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dealix.api.problems import LINKS, answer
from dealix.errors import DealixError, TooLarge
from dealix.observability import metrics

DRAINED = 8_000_000
"""Bytes of an oversize body that are still read, so that its sender gets to read the answer."""

UNTRACED = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
"""A secret address tells nobody where it was opened from, and no index keeps it."""
ENVELOPE = 16_384
UNROUTED = "none"
ErrorPage = Callable[[Request, DealixError], Response | None]
"""Draws an error for whoever opened an address in a browser; None for programs."""

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)


@dataclass(frozen=True)
class Taking:
    """An address that takes files: how large they may be, and whether this sender may send one."""

    limit: int
    admits: Callable[[Request], bool]


class BodyLimit:
    """Reads a body up to `limit` bytes before the application sees it; larger ones are refused.

    `uploads` names the addresses that take files; one that ends in a slash stands for all below
    it. A file is read only from whom it may come, since it is held in memory until it is checked.
    What comes is counted while it comes, so that an endless body is refused and never kept.
    """

    def __init__(
        self, app: ASGIApp, limit: int, uploads: Mapping[str, Taking] | None = None
    ) -> None:
        self.app = app
        self.limit = limit
        self.uploads = dict(uploads or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its whole body, or answer 413."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = await self._limit(scope)
        body = await self._read(scope, receive, limit)
        if body is None:
            error = TooLarge("body_too_large", limit=limit)
            response = await refusal(Request(scope), error)
            response.headers["Connection"] = "close"
            await response(scope, receive, send)
            return
        await self.app(scope, _replayed(body, receive), send)

    async def _limit(self, scope: Scope) -> int:
        """The limit of this request; a form around a file takes a little more than the file."""
        if scope["method"] != "POST":
            return self.limit
        path = scope["path"]
        for address, taking in self.uploads.items():
            if path == address or (address.endswith("/") and path.startswith(address)):
                admitted = await run_in_threadpool(taking.admits, Request(scope))
                return taking.limit + ENVELOPE if admitted else self.limit
        return self.limit

    async def _read(self, scope: Scope, receive: Receive, limit: int) -> bytes | None:
        """The body, or None when it is larger than the limit, stated or not."""
        parts: list[bytes] = []
        size, more = 0, True
        stated = _stated(scope)
        if stated > limit + DRAINED:
            return None
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                break
            part = message.get("body", b"")
            size += len(part)
            more = message.get("more_body", False)
            if size <= limit:
                parts.append(part)
            elif size > limit + DRAINED:
                return None
        return None if size > limit else b"".join(parts)


async def refusal(request: Request, error: DealixError) -> Response:
    """A page for people, where pages are mounted; else a problem document."""
    page: ErrorPage | None = getattr(request.app.state, "error_page", None)
    drawn = await run_in_threadpool(page, request, error) if page else None
    return drawn or await answer(request, error)


async def drained(receive: Receive) -> bool:
    """Read a refused body and keep none of it, up to `DRAINED`; whether that was all of it."""
    size = 0
    while size <= DRAINED:
        message = await receive()
        size += len(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return True
    return False


class Timed:
    """Measures how long each route takes to answer; the route is its pattern, never an address.

    `prefix` is that of the API, below which routes are declared without it.
    """

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self.app = app
        self.prefix = f"{prefix}/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; what came of it is counted however it ends."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, began = 500, time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            taken = time.perf_counter() - began
            metrics.request(scope["method"], self._pattern(scope), status, taken)

    def _pattern(self, scope: Scope) -> str:
        route = getattr(scope.get("route"), "path", None)
        if route is None:
            return UNROUTED
        return f"{self.prefix}{route[1:]}" if scope["path"].startswith(self.prefix) else str(route)


class SecurityHeaders:
    """Sets the headers that no answer should lack; an answer that has set one itself keeps it."""

    def __init__(self, app: ASGIApp, secure: bool) -> None:  # noqa: FBT001 (read by name)
        self.app = app
        self.headers = {
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
            "Content-Security-Policy": CONTENT_SECURITY_POLICY,
            "Cache-Control": "no-store",
        }
        if secure:
            self.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the headers of its answer."""

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith(LINKS):
                    headers.update(UNTRACED)
            await send(message)

        await self.app(scope, receive, complete)


def _stated(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body once, then whatever comes after it (a disconnect)."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay

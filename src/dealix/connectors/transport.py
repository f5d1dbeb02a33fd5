"""The one way over HTTP to a provider: timeouts, credentials, and what became of the call."""

import logging
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import perf_counter
from typing import Any

import httpx
from httpx import USE_CLIENT_DEFAULT
from pydantic import BaseModel

from dealix import clock
from dealix.connectors import outcomes, rehearsal
from dealix.connectors.metadata import Timeouts
from dealix.errors import NotConfigured, ProviderError

log = logging.getLogger(__name__)

NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
UNUSABLE = (httpx.InvalidURL, httpx.UnsupportedProtocol)
ABOUT_THE_BODY = frozenset({"content-encoding", "content-length", "transfer-encoding"})


@dataclass(frozen=True)
class Call:
    """One request. `dedups`: the provider makes a repeat harmless (reads always do).

    `judge` reads a provider's own error body: the error that it means, or None where the HTTP
    status says enough. A body is sent as JSON, a form as a form; `raw` asks for the answer's
    bytes, not its JSON. `within` bounds the answer as a whole, where its author may be hostile.
    """

    operation: str
    method: str
    path: str
    body: BaseModel | None = None
    form: Mapping[str, str] | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    dedups: bool = False
    accepts: frozenset[int] = frozenset()
    judge: Callable[[httpx.Response], ProviderError | None] = lambda _response: None
    raw: bool = False
    within: "Within | None" = None

    @property
    def repeatable(self) -> bool:
        """Whether the same call may be made again without knowing what became of it."""
        return self.dedups or self.method in {"GET", "HEAD"}


@dataclass(frozen=True)
class Within:
    """How long an answer may take in all, in seconds, and how large it may be, in bytes."""

    seconds: float
    bytes: int


@dataclass(frozen=True)
class Answer:
    """A good answer: its status and its parsed JSON (None when the body is empty)."""

    status: int
    json: Any
    headers: Mapping[str, str]
    content: bytes = b""


class Bearer(httpx.Auth):
    """The same token with every call."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        """See `httpx.Auth.auth_flow`."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


class KeyHeader(httpx.Auth):
    """A key in a header of its own with every call."""

    def __init__(self, header: str, key: str) -> None:
        self._header = header
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        """See `httpx.Auth.auth_flow`."""
        request.headers[self._header] = self._key
        yield request


def retry_after(response: httpx.Response) -> float | None:
    """Seconds to wait by the `Retry-After` header, which holds seconds or a date."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        until: datetime = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (moment - clock.real_now()).total_seconds())


class Transport:
    """A pooled connection to one provider; thread-safe, shared by the activities of a process.

    `limits` are the error codes with which this provider says "too many calls", at any status, and
    `pause` reads out of such an answer for how many seconds, where it tells.
    """

    def __init__(
        self,
        provider: str,
        base_url: str,
        timeouts: Timeouts,
        *,
        sandbox: bool,
        token: str = "",
        auth: httpx.Auth | None = None,
        limits: frozenset[str] = frozenset(),
        pause: Callable[[httpx.Response], float | None] = retry_after,
    ) -> None:
        self.provider = provider
        self.sandbox = sandbox
        self._limits = limits
        self._pause = pause
        self._base_url = base_url
        answer = timeouts.answer.total_seconds()
        try:
            self._client = httpx.Client(
                base_url=base_url,
                timeout=httpx.Timeout(answer, connect=timeouts.connect.total_seconds()),
                headers={"User-Agent": "dealix"},
                auth=auth or (Bearer(token) if token else None),
                follow_redirects=False,
                trust_env=not sandbox,
            )
        except UNUSABLE:
            raise NotConfigured("setting_missing", setting=f"{provider}_url") from None

    def __repr__(self) -> str:
        return f"Transport({self.provider!r}, sandbox={self.sandbox})"

    def close(self) -> None:
        """Close the pooled connections."""
        self._client.close()

    def is_at(self, url: str) -> bool:
        """Whether an address is at the very server that this transport speaks to."""
        return httpx.URL(url).netloc == httpx.URL(self._base_url).netloc

    def send(self, call: Call) -> Answer:
        """Make the call once. Raises `ProviderRefused`, `ProviderUnavailable`, `OutcomeUnknown`.

        Statuses in `call.accepts` are answers too, so that a 404 can mean "there is none".
        """
        marks = rehearsal.headers_for(self.provider, sandbox=self.sandbox)
        begun = perf_counter()
        with outcomes.measured(self.provider, call.operation):
            response = self._exchange(call, marks)
            log.debug(
                "%s %s answered %s in %.0f ms",
                self.provider,
                call.operation,
                response.status_code,
                (perf_counter() - begun) * 1000,
            )
            self._judge(call, response)
            parsed = None if call.raw else self._parse(call, response)
            return Answer(response.status_code, parsed, response.headers, response.content)

    def _exchange(self, call: Call, marks: Mapping[str, str]) -> httpx.Response:
        content = call.body.model_dump_json(by_alias=True, exclude_none=True) if call.body else None
        headers = {**call.headers, **marks}
        if content is not None:
            headers["Content-Type"] = "application/json"
        if call.within is not None:
            headers["Accept-Encoding"] = "identity"  # what is packed could unfold without end
        request = self._client.build_request(
            call.method,
            call.path,
            params=dict(call.params) or None,
            content=content,
            data=dict(call.form) if call.form is not None else None,
            headers=headers,
            timeout=call.within.seconds if call.within else USE_CLIENT_DEFAULT,
        )
        try:
            if call.within is None:
                return self._client.send(request)
            return self._bounded(call, request, call.within)
        except UNUSABLE:
            raise NotConfigured("setting_missing", setting=f"{self.provider}_url") from None
        except NEVER_SENT:
            raise outcomes.unavailable(self.provider, "no connection") from None
        except httpx.HTTPError as error:
            raise self._lost(call, type(error).__name__) from None

    def _bounded(self, call: Call, request: httpx.Request, within: Within) -> httpx.Response:
        """The answer, read no longer and no further than it may be."""
        end = perf_counter() + within.seconds
        response = self._client.send(request, stream=True)
        try:
            content = bytearray()
            if response.headers.get("content-encoding", "identity") != "identity":
                raise outcomes.refused(self.provider, "an answer that is packed")
            for chunk in response.iter_raw():
                content += chunk
                if perf_counter() > end:
                    raise self._lost(call, "ReadTimeout")
                if len(content) > within.bytes:
                    raise outcomes.refused(self.provider, "an answer that is too large")
        finally:
            response.close()
        kept = {n: v for n, v in response.headers.items() if n.lower() not in ABOUT_THE_BODY}
        return httpx.Response(
            response.status_code, headers=kept, content=bytes(content), request=request
        )

    def _judge(self, call: Call, response: httpx.Response) -> None:
        status = response.status_code
        if response.is_success or status in call.accepts:
            return
        known = call.judge(response)
        if known is not None:
            raise known
        code = error_code(response)
        if status == httpx.codes.TOO_MANY_REQUESTS or code.upper() in self._limits:
            raise outcomes.unavailable(
                self.provider, outcomes.TOO_MANY, retry_after=self._pause(response)
            )
        if response.is_server_error or status == httpx.codes.REQUEST_TIMEOUT:
            raise self._lost(call, f"HTTP {status}")
        raise outcomes.refused(self.provider, f"HTTP {status} {code}".strip())

    def _parse(self, call: Call, response: httpx.Response) -> Any:
        if not response.content or not response.is_success:
            return None
        try:
            return response.json()
        except ValueError:
            raise self._lost(call, "an unreadable answer") from None

    def _lost(self, call: Call, reason: str) -> ProviderError:
        return outcomes.unknown(self.provider, call.operation, reason, dedups=call.repeatable)


def error_code(response: httpx.Response) -> str:
    """The code of an error answer, never its sentence; empty where it names none."""
    try:
        body = response.json()
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    found = [body.get(name) for name in ("category", "errorCode", "code", "error")]
    return outcomes.code_of(next((each for each in found if each), ""), "")

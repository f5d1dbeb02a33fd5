"""How often an address, and whoever stands behind it, may come: counted before a body is read."""

import hashlib
import re
from dataclasses import dataclass
from typing import Literal

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dealix.api.middleware import drained, refusal
from dealix.errors import NotSignedIn, TooMany
from dealix.trust.access.limiting import Windows
from dealix.trust.access.web import address_of, secret_of

Who = Literal["address", "subject", "both"]
LOOKING = frozenset({"GET", "HEAD", "OPTIONS"})
KNOWN = RateLimitItemPerDay(1, 1, namespace="door_known")
"""A subject that was served at an address within a day: strangers there do not stand in its way."""


@dataclass(frozen=True)
class Window:
    """A limit, and whose tries it counts together.

    `both` is a subject at an address. What an address shares with strangers has much room and
    binds nobody who has been served there, and a subject is never counted alone where a stranger
    could name it.
    """

    limit: RateLimitItem
    by: Who


@dataclass(frozen=True)
class Rule:
    """What is counted: addresses of this form, looked at or acted on, in these windows, in order.

    The subject is what the pattern's group holds (a secret in the address), else the session.
    """

    pattern: re.Pattern[str]
    looks: bool
    windows: tuple[Window, ...]

    def fits(self, method: str, path: str) -> bool:
        """Whether a request falls under this rule."""
        return (method in LOOKING) == self.looks and self.pattern.match(path) is not None


def _window(name: str, amount: int, minutes: int, by: Who) -> Window:
    return Window(RateLimitItemPerMinute(amount, minutes, namespace=f"door_{name}_{by}"), by)


PARTNER = re.compile(r"/p/(?P<subject>[^/]*)")
LINK = re.compile(r"/d/(?P<subject>[^/]*)")
STRANGERS_PASSKEY = re.compile(r"/passkeys/(options/sign_in|sign-in)$")
OWN_PROOF = re.compile(
    r"/(passkeys/(options/(register|touch)|register|touch)|touch|account/password"
    r"|api/v1/users/me/password)$"
)
UPLOAD = re.compile(
    r"/(api/v1/(knowledge/)?documents|knowledge/documents"
    r"|api/v1/leads/lists(/preview)?|leads/import)$"
)
PROVING = re.compile(r"/(sign-in|welcome|api/v1/sessions|api/v1/users/password)$")

RULES = (
    Rule(
        PARTNER,
        looks=True,
        windows=(_window("offer", 120, 1, "both"), _window("offer", 600, 1, "address")),
    ),
    Rule(
        PARTNER,
        looks=False,
        windows=(
            _window("answer", 60, 15, "both"),
            _window("answer", 120, 15, "subject"),
            _window("answer", 600, 15, "address"),
        ),
    ),
    Rule(
        LINK,
        looks=True,
        windows=(_window("link", 120, 1, "both"), _window("link", 600, 1, "address")),
    ),
    Rule(
        LINK,
        looks=False,
        windows=(_window("by_link", 60, 15, "both"), _window("by_link", 600, 15, "address")),
    ),
    Rule(STRANGERS_PASSKEY, looks=False, windows=(_window("passkey", 300, 15, "address"),)),
    Rule(
        OWN_PROOF,
        looks=False,
        windows=(_window("proof", 120, 15, "subject"), _window("proof", 600, 15, "address")),
    ),
    Rule(
        UPLOAD,
        looks=False,
        windows=(_window("upload", 60, 15, "subject"), _window("upload", 300, 15, "address")),
    ),
    Rule(PROVING, looks=False, windows=(_window("sign_in", 600, 15, "address"),)),
)
"""The narrowest window comes first, so that what it refuses uses up nobody else's room."""


@dataclass(frozen=True)
class Visitor:
    """Who comes: from which address, and by the hash of which secret; empty without one."""

    address: str
    subject: str


class DoorLimits:
    """Counts what comes to the addresses of `RULES`, and refuses it with 429 where it is too much.

    It stands before the body is read: what is refused is never kept.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 429."""
        rule = _rule(scope) if scope["type"] == "http" else None
        if rule is None:
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        visitor = Visitor(address_of(request), _subject(request, rule))
        windows = request.app.state.services.windows
        try:
            await run_in_threadpool(count, windows, rule, visitor)
        except TooMany as error:
            response = await refusal(request, error)
            if not await drained(receive):
                response.headers["Connection"] = "close"
            await response(scope, receive, send)
            return
        served = False

        async def noticed(message: Message) -> None:
            nonlocal served
            served = served or message.get("status", 500) < 400
            await send(message)

        await self.app(scope, receive, noticed)
        if served and visitor.subject:
            await run_in_threadpool(windows.count, KNOWN, visitor.subject, visitor.address)


def count(windows: Windows, rule: Rule, visitor: Visitor) -> None:
    """Count one request in the windows of its rule.

    Raises:
        TooMany: one of them is full.
    """
    address, subject = visitor.address, visitor.subject
    known = bool(subject) and windows.full(KNOWN, subject, address)
    for window in rule.windows:
        if window.by == "address":
            if not known:
                windows.require(window.limit, address)
        elif subject:
            who = (subject,) if window.by == "subject" else (subject, address)
            windows.require(window.limit, *who)


def _rule(scope: Scope) -> Rule | None:
    return next((one for one in RULES if one.fits(scope["method"], scope["path"])), None)


def _subject(request: Request, rule: Rule) -> str:
    """Whose request it is, by the hash of what opens the door: the counter holds no secret."""
    found = rule.pattern.match(request.scope["path"])
    secret = found.groupdict().get("subject", "") if found else ""
    if not secret:
        try:
            secret = secret_of(request)
        except NotSignedIn:
            return ""
    return hashlib.sha256(secret.encode()).hexdigest()[:32]

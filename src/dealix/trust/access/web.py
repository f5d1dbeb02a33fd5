"""A request's side of sign-in: its cookie or bearer token, whose it is, and its CSRF token."""

import hashlib
import hmac
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response

from dealix import clock
from dealix.actors import Actor
from dealix.errors import NotEntitled, NotSignedIn
from dealix.trust.access.addresses import Proxies
from dealix.trust.access.devices import Devices, label_of
from dealix.trust.access.service import Access, SignedIn, digest_of

COOKIE = "dealix_session"
DEVICE_COOKIE = "dealix_device"
CSRF_HEADER = "x-csrf-token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
WITHOUT_REFERRER = ("/d/", "/sign-out")
"""Where forms of a decision link's page go; a browser sends `Origin: null` with each of them."""


def current_actor(request: Request) -> Actor:
    """The signed-in person of this request, by bearer token or cookie.

    A cookie is sent by the browser on its own, so whoever changes something asks `check_csrf` (a
    form) or `program` (the API) too.

    Raises:
        NotSignedIn: no session or token, or one that has ended.
    """
    known: Actor | None = getattr(request.state, "actor", None)
    if known is None:
        secret = secret_of(request)
        known = access_of(request).actor_of(secret)
        if bearer_of(request) is None:
            known = replace(known, via="session", session=digest_of(secret))
        request.state.actor = known
    return known


def actor_or_none(request: Request) -> Actor | None:
    """The signed-in person, or None."""
    try:
        return current_actor(request)
    except NotSignedIn:
        return None


def program(request: Request) -> Actor:
    """`current_actor` for the API: a cookie's request that changes something proves its origin.

    Raises:
        NotSignedIn: no session or token, or one that has ended.
        NotEntitled: `csrf_failed`, the cookie came without the session's CSRF token.
    """
    actor = current_actor(request)
    if request.method not in SAFE and bearer_of(request) is None:
        check_csrf(request, request.headers.get(CSRF_HEADER, ""))
    return actor


Who = Annotated[Actor, Depends(program)]
"""The parameter of an API route that needs a signed-in person."""


def csrf_token(request: Request) -> str:
    """The token for forms of this session; empty for somebody who is not signed in."""
    cookie = request.cookies.get(COOKIE)
    return hashlib.sha256(f"csrf:{cookie}".encode()).hexdigest() if cookie else ""


def check_csrf(request: Request, token: str) -> None:
    """Refuse what another site made the browser send.

    With a session the token must be the session's; without one (signing in) the browser's own
    word about where the request comes from must name this site.

    Raises:
        NotEntitled: `csrf_failed`.
    """
    expected = csrf_token(request)
    if not same_site(request) or not hmac.compare_digest(expected.encode(), token.encode()):
        raise NotEntitled("csrf_failed")


def same_site(request: Request) -> bool:
    """Whether the browser says that the request comes from our own pages; programs say nothing.

    A form of a page without referrers (a decision link's) comes with `Origin: null`: so the Fetch
    standard has it where the policy is `no-referrer`, and browsers do it. Sandboxed frames, `data:`
    pages and redirects from elsewhere send `null` too, but their `Sec-Fetch-Site` says
    `cross-site`, and no page can write that header. So `null` counts only together with
    `same-origin`, and only where such a form leads.
    """
    site = request.headers.get("sec-fetch-site", "none")
    if site not in {"none", "same-origin"}:
        return False
    origin = request.headers.get("origin")
    if origin == "null":
        return site == "same-origin" and request.url.path.startswith(WITHOUT_REFERRER)
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def sign_in(
    request: Request, response: Response, email: str, password: str, *, remember: bool = False
) -> Actor:
    """Open a browser session and set its cookie on `response`; errors as `Access.sign_in`.

    The session that this browser had before ends: its cookie is overwritten, so nobody could.
    """
    access = access_of(request)
    before = actor_or_none(request)
    signed = access.sign_in(email, password, address=address_of(request), kind="session")
    if before is not None:
        access.sign_out(before, secret_of(request))
    admit(request, response, signed, remember=remember)
    return signed.actor


def admit(
    request: Request, response: Response, signed: SignedIn, *, remember: bool = False
) -> None:
    """Give the browser its fresh session, and a device's secret where it shall stay signed in."""
    _set(request, response, COOKIE, signed.secret, access_of(request).hours * 3600)
    if remember:
        label = label_of(request.headers.get("user-agent", ""))
        secret, _end = devices_of(request).remember(signed, label)
        _set(request, response, DEVICE_COOKIE, secret, 30 * 86_400)


def resume(request: Request, response: Response) -> bool:
    """Let a known device in again: its session and its next secret are set on `response`."""
    secret = request.cookies.get(DEVICE_COOKIE)
    if not secret:
        return False
    try:
        resumed = devices_of(request).resume(secret)
    except NotSignedIn:
        return False
    _set(request, response, COOKIE, resumed.signed.secret, access_of(request).hours * 3600)
    if resumed.secret is not None:
        left = int((resumed.expires_at - clock.real_now()).total_seconds())
        _set(request, response, DEVICE_COOKIE, resumed.secret, left)
    return True


def forget_device(response: Response) -> None:
    """Let the browser drop a device's secret that opens nothing any more."""
    _clear(response, DEVICE_COOKIE)


def sign_out(request: Request, response: Response) -> None:
    """End the session on the server and in the browser, and let the device be forgotten."""
    actor = actor_or_none(request)
    if actor is not None:
        access_of(request).sign_out(actor, secret_of(request))
    device = request.cookies.get(DEVICE_COOKIE)
    if device:
        devices_of(request).forget(device)
    _clear(response, COOKIE)
    _clear(response, DEVICE_COOKIE)


def _set(request: Request, response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        httponly=True,
        samesite="lax",
        secure=bool(request.app.state.services.settings.secure_cookies),
        path="/",
    )


def _clear(response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", httponly=True, samesite="lax")


def secret_of(request: Request) -> str:
    """The bearer token, else the session's cookie.

    Raises:
        NotSignedIn: the request carries neither.
    """
    secret = bearer_of(request) or request.cookies.get(COOKIE)
    if not secret:
        raise NotSignedIn("not_signed_in")
    return secret


def bearer_of(request: Request) -> str | None:
    """The token of `Authorization: Bearer …`."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def address_of(request: Request) -> str:
    """Where the request comes from, for limits only; a header counts if a proxy of ours sent it."""
    settings = request.app.state.services.settings
    named = ",".join(request.headers.getlist(settings.client_address_header)).split(",")
    peer = request.client.host if request.client else None
    return Proxies.of(settings.trusted_proxies).client(peer, named)


def access_of(request: Request) -> Access:
    """The application's access service."""
    access: Access = request.app.state.services.access
    return access


def devices_of(request: Request) -> Devices:
    """The application's devices."""
    devices: Devices = request.app.state.services.devices
    return devices

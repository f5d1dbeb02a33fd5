"""Every error as an RFC 9457 problem document in the caller's language, with its stable code."""

import logging
import secrets
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from temporalio.service import RPCError

from dealix.api.field_errors import from_validation, public
from dealix.errors import DealixError, InvalidInput, NotConfigured, NotFound
from dealix.i18n import N_, negotiate, sentence_of, translate
from dealix.trust.access.web import actor_or_none

log = logging.getLogger(__name__)
LINKS = ("/d/", "/p/")
"""Below them lie decision links and partners' pages: no log, error or other page holds a token."""
APART = frozenset({"errors", "difference"})
MEDIA_TYPE = "application/problem+json"

TITLES = {
    401: N_("Sign in first"),
    403: N_("This is not yours to do"),
    404: N_("There is nothing here"),
    409: N_("It has changed meanwhile"),
    413: N_("Too large"),
    422: N_("Something is not right"),
    429: N_("Too many attempts"),
    503: N_("Not available now"),
}
FALLBACK = N_("Something went wrong on our side")


class FieldProblem(BaseModel):
    """What is wrong with one field; what was sent is not repeated."""

    field: str = Field(description="Path of the field, such as `input.contact.email`.")
    code: str
    detail: str


class ValueChanged(BaseModel):
    """One value of a packet that is no longer what was seen; null where it was or is absent."""

    name: str
    before: str | None
    after: str | None


class Problem(BaseModel):
    """An error as a program reads it (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable; one of `docs/error-codes.md`.")
    instance: str
    retry: bool = Field(description="Whether the same request may succeed later.")
    params: dict[str, Any] | None = None
    errors: list[FieldProblem] | None = None
    difference: list[ValueChanged] | None = Field(
        None, description="With `stale_packet`: what changed since the packet that was seen."
    )


def install(app: FastAPI) -> None:
    """Let every error of the application leave as a problem document."""
    app.add_exception_handler(DealixError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _of_http)
    for away in (OperationalError, InterfaceError, PoolTimeout, DBAPIError):
        app.add_exception_handler(away, _database)
    app.add_exception_handler(RPCError, _engine)
    app.add_exception_handler(Exception, _unexpected)


def problem(request: Request, error: DealixError, locale: str) -> JSONResponse:
    """One error as a response."""
    params = {name: _plain(value) for name, value in error.params.items() if name not in APART}
    body: dict[str, Any] = {
        "type": f"urn:dealix:problem:{error.code}",
        "title": translate(locale, TITLES.get(error.status, FALLBACK)),
        "status": error.status,
        "detail": sentence_of(error, locale),
        "code": error.code,
        "instance": instance_of(request),
        "retry": error.retry or error.status in {429, 503},
    }
    if params:
        body["params"] = params
    if "errors" in error.params:
        body["errors"] = public(error.params["errors"], locale)
    if "difference" in error.params:
        body["difference"] = _plain(error.params["difference"])
    return JSONResponse(
        body,
        error.status,
        headers={**_headers(error), "Content-Language": locale},
        media_type=MEDIA_TYPE,
    )


def instance_of(request: Request) -> str:
    """The address that was asked; of a secret one only of what kind it was."""
    path = request.url.path
    return next((secret for secret in LINKS if path.startswith(secret)), path)


async def answer(request: Request, error: DealixError) -> JSONResponse:
    """`problem` in the language of whoever asks."""
    return problem(request, error, await run_in_threadpool(locale_of, request))


def locale_of(request: Request) -> str:
    """The language that the request asks for, else the signed-in person's own, else ours."""
    asked = request.headers.get("accept-language", "")
    wanted = negotiate(asked, default="")
    if wanted:
        return wanted
    try:
        actor = actor_or_none(request)
    except Exception:  # noqa: BLE001 (an error is being told: nothing else may stop that)
        actor = None
    return negotiate(actor.locale if actor else None)


async def _ours(request: Request, error: Exception) -> JSONResponse:
    error = cast("DealixError", error)
    if error.status >= 500:
        log.error("%s on %s %s", error.code, request.method, _route(request))
    return await answer(request, error)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    found = cast("RequestValidationError", error).errors()
    if any(one.get("loc", ("",))[0] == "path" for one in found):
        return await answer(request, NotFound("not_found"))
    return await answer(request, InvalidInput("invalid_input", errors=from_validation(found)))


async def _of_http(request: Request, error: Exception) -> JSONResponse:
    """What the framework itself refuses: an unknown address, a method, a body it cannot parse."""
    error = cast("HTTPException", error)
    if error.status_code == 404:
        return await answer(request, NotFound("not_found"))
    if error.status_code == 405:
        refused = MethodNotAllowed("method_not_allowed", method=request.method)
        response = await answer(request, refused)
        response.headers.update(error.headers or {})
        return response
    errors = [{"field": "", "type": "json_invalid"}]
    return await answer(request, InvalidInput("invalid_input", errors=errors))


async def _database(request: Request, error: Exception) -> JSONResponse:
    """The database went away; a query of ours that is wrong is our own fault."""
    away = isinstance(error, (InterfaceError, PoolTimeout)) or (
        isinstance(error, OperationalError)
        or (isinstance(error, DBAPIError) and error.connection_invalidated)
    )
    if not away:
        return await _unexpected(request, error)
    log.warning("the database does not answer on %s %s", request.method, _route(request))
    return await answer(request, NotConfigured("engine_unreachable", engine="PostgreSQL"))


async def _engine(request: Request, error: Exception) -> JSONResponse:
    log.warning("Temporal answered %s on %s", type(error).__name__, _route(request))
    return await answer(request, NotConfigured("engine_unreachable", engine="Temporal"))


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    reference = f"err_{secrets.token_hex(6)}"
    log.error("%s on %s %s", reference, request.method, _route(request), exc_info=error)
    return await answer(request, Unexpected("internal_error", reference=reference))


class MethodNotAllowed(DealixError):
    """The address exists and does not answer this method."""

    status = 405


class Unexpected(DealixError):
    """Something that no code foresaw; the log has it under the reference."""


def _headers(error: DealixError) -> dict[str, str]:
    if error.status == 401:
        return {"WWW-Authenticate": "Bearer"}
    return {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}


def _plain(value: object) -> object:
    """A param as JSON; what is no plain value is said as text."""
    if value is None or isinstance(value, (str, int, bool, float)):
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    return str(value)


def _route(request: Request) -> str:
    """The route's pattern, since a path may carry what a log should not."""
    return getattr(request.scope.get("route"), "path", "an unknown address")

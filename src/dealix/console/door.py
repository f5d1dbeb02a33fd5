"""The console's threshold: who comes, in which language, and what an error looks like to people."""

import logging
import secrets
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, NamedTuple
from urllib.parse import quote

from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from dealix.actors import Actor
from dealix.console.render import page
from dealix.console.session import person_of
from dealix.console.speech import Speech
from dealix.console.visit import DEFAULT_ZONE, NOTICES, Visit, here, locale_of
from dealix.errors import DealixError, InvalidInput, InvariantBroken, NotFound, NotSignedIn
from dealix.i18n import N_, sentence_of
from dealix.i18n.fit import fit
from dealix.trust.access import web

log = logging.getLogger(__name__)

Sent = dict[str, list[str]]
LONGEST = 4000
"""Characters of a comment, as many as the API takes."""

HEADINGS = {
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


class PageRoute(APIRoute):
    """A route for people: not signed in leads to the sign-in page, an error becomes a page."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with its errors drawn."""
        answer = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                _refuse_unfit_address(request)
                return await answer(request)
            except NotSignedIn:
                return to_sign_in(request)
            except RequestValidationError:
                return await run_in_threadpool(error_page, request, InvalidInput("invalid_input"))
            except DealixError as error:
                return await run_in_threadpool(error_page, request, error)
            except HTTPException:
                raise
            except Exception as error:  # noqa: BLE001 (people get a page, whatever happened)
                return await run_in_threadpool(unexpected_page, request, error)
            finally:
                await request.close()  # the files that a form brought

        return handler


def _refuse_unfit_address(request: Request) -> None:
    """An address with characters that no identifier has leads nowhere, and asks no database."""
    if not all(fit(str(value)) for value in request.path_params.values()):
        raise NotFound("not_found")
    if not all(fit(value) for value in request.query_params.values()):
        raise InvalidInput("invalid_input")


async def sent_form(request: Request) -> Sent:
    """What a form sent, every value of every name; files are not read here.

    Raises:
        InvalidInput: a text misleads, breaks its store, or is longer than people write.
    """
    form = await request.form()
    sent: Sent = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            sent.setdefault(name, []).append(value)
    written = [*sent, *(value for values in sent.values() for value in values)]
    if not all(map(fit, written)) or any(len(each) > LONGEST for each in sent.get("comment", ())):
        raise InvalidInput("invalid_input")
    return sent


class SentFile(NamedTuple):
    """A file that a form sent: what its sender calls it, and its bytes."""

    name: str
    content: bytes


async def sent_named_file(
    request: Request, _sent: Annotated[Sent, Depends(sent_form)]
) -> SentFile | None:
    """The file that a form sent as `document`; None where none was chosen."""
    file = (await request.form()).get("document")
    content = await file.read() if isinstance(file, UploadFile) else b""
    return SentFile(getattr(file, "filename", None) or "", content) if content else None


def sent_file(file: Annotated[SentFile | None, Depends(sent_named_file)]) -> bytes | None:
    """The bytes of that file."""
    return file.content if file is not None else None


def anyone(request: Request) -> Visit:
    """A visit of whoever comes, signed in or not."""
    return visit_of(request, web.actor_or_none(request))


def signed_in(request: Request) -> Visit:
    """A visit of a signed-in person.

    Raises:
        NotSignedIn: there is no session, or it has ended.
    """
    return visit_of(request, web.current_actor(request))


def checked(request: Request, sent: Annotated[Sent, Depends(sent_form)]) -> Sent:
    """What a form sent, once its token proves that the form was ours.

    Raises:
        NotEntitled: the token is missing or another session's.
    """
    web.check_csrf(request, (sent.get("csrf_token") or [""])[0])
    return sent


def first(sent: Sent, name: str) -> str:
    """The first value of a name, without blanks around it; empty when it was not sent."""
    return (sent.get(name) or [""])[0].strip()


def visit_of(request: Request, actor: Actor | None) -> Visit:
    """Everything that a page knows about its visitor."""
    locale = locale_of(request, actor)
    services = request.app.state.services
    person = person_of(request, actor, locale) if actor else None
    speech = Speech(locale, person.zone if person else DEFAULT_ZONE)
    notice = NOTICES.get(request.query_params.get("done", ""))
    return Visit(
        request=request,
        speech=speech,
        csrf=web.csrf_token(request),
        actor=actor,
        name=person.name if person else "",
        company=person.company if person else "",
        services=services,
        has_sandbox=bool(services.settings.sandbox_url),
        notice=speech.plain(notice) if notice else "",
    )


def to_sign_in(request: Request) -> Response:
    """The way to the sign-in page; a page part that refreshes itself takes the whole page along."""
    address = f"/sign-in?next={quote(here(request), safe='')}"
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={"HX-Redirect": "/sign-in"})
    return RedirectResponse(address, status_code=303)


def back_to(path: str, done: str = "") -> RedirectResponse:
    """After an act: another page, so that a reload does not act again; `done` names the notice."""
    mark = "&" if "?" in path else "?"
    return RedirectResponse(f"{path}{mark}done={done}" if done else path, status_code=303)


def unexpected_page(request: Request, error: Exception) -> Response:
    """The page for what no code foresaw; the log has it under the page's reference."""
    reference = f"err_{secrets.token_hex(6)}"
    log.error("%s on %s", reference, request.method, exc_info=error)
    return error_page(request, InvariantBroken("internal_error", reference=reference))


def error_page(request: Request, error: DealixError) -> Response:
    """An error as a page in the visitor's language, even while the database is away."""
    try:
        visit = anyone(request)
    except Exception:  # noqa: BLE001 (an error is being told: nothing else may stop that)
        speech = Speech(locale_of(request, None), DEFAULT_ZONE)
        visit = Visit(request=request, speech=speech, csrf="")
    heading = visit.speech.say(HEADINGS.get(error.status, FALLBACK))
    return page(
        visit,
        "error.html",
        told=error,
        heading=heading,
        sentence=sentence_of(error, visit.speech.locale),
        code=error.code,
        back=str(error.params.get("back", "")),
    )


def error_page_of(request: Request, error: DealixError) -> Response | None:
    """An error that stopped a request at the threshold, for whoever came with a browser."""
    if not wants_page(request):
        return None
    if request.url.path.startswith("/p/"):  # the partner's page: the way back is their own
        error.params["back"] = request.url.path
    return error_page(request, error)


def wants_page(request: Request) -> bool:
    """Whether an unknown address was opened by a person in a browser, not by a program."""
    path = request.url.path
    is_program = path.startswith(("/api/", "/webhooks/", "/static/", "/metrics", "/openapi.json"))
    return not is_program and "text/html" in request.headers.get("accept", "")


def not_found_page(request: Request) -> Response:
    """The page for an address that leads nowhere."""
    return error_page(request, NotFound("not_found"))

"""Sign in and out, choose a language, and the static files."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles

from dealix.console.door import PageRoute, Sent, anyone, checked, first
from dealix.console.render import STATIC, page
from dealix.console.visit import LANGUAGE_COOKIE, Visit, local_path
from dealix.errors import NotFound, NotSignedIn, TooMany
from dealix.i18n import LOCALES, sentence_of
from dealix.trust.access import web

router = APIRouter(route_class=PageRoute, include_in_schema=False)
YEAR = 31_536_000
_files = StaticFiles(directory=STATIC)


@router.get("/sign-in")
def sign_in_page(visit: Annotated[Visit, Depends(anyone)], next: str = "/") -> Response:  # noqa: A002 (the query's name)
    """The sign-in page; someone who is signed in goes on."""
    if visit.actor is not None:
        return RedirectResponse(local_path(next), status_code=303)
    return page(visit, "sign_in.html", next=local_path(next), email="", wrong="")


@router.post("/sign-in")
def sign_in(
    request: Request,
    visit: Annotated[Visit, Depends(anyone)],
    sent: Annotated[Sent, Depends(checked)],
) -> Response:
    """Open a session and go where the visitor wanted to go."""
    target = local_path(first(sent, "next"))
    answer = RedirectResponse(target, status_code=303)
    try:
        web.sign_in(request, answer, first(sent, "email"), (sent.get("password") or [""])[0])
    except (NotSignedIn, TooMany) as refusal:
        return page(
            visit,
            "sign_in.html",
            status=refusal.status,
            next=target,
            email=first(sent, "email"),
            wrong=sentence_of(refusal, visit.speech.locale),
        )
    return answer


@router.post("/sign-out")
def sign_out(request: Request, sent: Annotated[Sent, Depends(checked)]) -> Response:  # noqa: ARG001 (its token was checked)
    """End the session here and on the server."""
    answer = RedirectResponse("/sign-in", status_code=303)
    web.sign_out(request, answer)
    return answer


@router.get("/language/{locale}")
def choose_language(request: Request, locale: str, next: str = "/") -> Response:  # noqa: A002 (the query's name)
    """Remember a language on this device and return to the page."""
    if locale not in LOCALES:
        raise NotFound("not_found")
    answer = RedirectResponse(local_path(next), status_code=303)
    answer.set_cookie(
        LANGUAGE_COOKIE,
        locale,
        max_age=YEAR,
        httponly=True,
        samesite="lax",
        secure=request.app.state.services.settings.secure_cookies,
    )
    return answer


@router.get("/static/{path:path}", name="console_static")
async def static_file(request: Request, path: str) -> Response:
    """A file of the console; its address carries a version, so browsers may keep it."""
    answer = await _files.get_response(path, request.scope)
    answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer

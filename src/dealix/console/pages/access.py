"""Sign in and out, choose a language, and the static files."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles

from dealix.console.door import PageRoute, Sent, anyone, checked, first
from dealix.console.pages import links
from dealix.console.render import STATIC, page
from dealix.console.visit import LANGUAGE_COOKIE, Visit, local_path
from dealix.errors import NotFound, NotSignedIn, TooMany
from dealix.i18n import LOCALES, sentence_of
from dealix.trust.access import web

router = APIRouter(route_class=PageRoute, include_in_schema=False)
YEAR = 31_536_000
_files = StaticFiles(directory=STATIC)


@router.get("/sign-in")
def sign_in_page(
    request: Request,
    visit: Annotated[Visit, Depends(anyone)],
    next: str = "/",  # noqa: A002 (the query's name)
) -> Response:
    """The sign-in page; who is signed in goes on, and so does a device that stays signed in."""
    target = local_path(next)
    onward = RedirectResponse(target, status_code=303)
    if visit.actor is not None or web.resume(request, onward):
        return onward
    answer = _form(visit, target)
    web.forget_device(answer)
    return answer


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
        web.sign_in(
            request,
            answer,
            first(sent, "email"),
            (sent.get("password") or [""])[0],
            remember=first(sent, "remember") == "true",
        )
    except (NotSignedIn, TooMany) as refusal:
        return _form(visit, target, first(sent, "email"), refusal)
    return answer


def _form(
    visit: Visit, target: str, email: str = "", refusal: NotSignedIn | TooMany | None = None
) -> Response:
    passkeys = visit.services.passkeys
    return page(
        visit,
        "sign_in.html",
        told=refusal,
        next=target,
        email=email,
        wrong=sentence_of(refusal, visit.speech.locale) if refusal else "",
        passkeys=passkeys.site.serves(visit.request.headers.get("host", "")),
    )


@router.post("/sign-out")
def sign_out(request: Request, sent: Annotated[Sent, Depends(checked)]) -> Response:  # noqa: ARG001 (its token was checked)
    """End the session here and on the server."""
    answer = RedirectResponse("/sign-in", status_code=303)
    web.sign_out(request, answer)
    links.forget(answer)  # whoever sits here next finds no way to a decision
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

"""One's own account: password and sessions; and the page where an invitation is used up."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from dealix.console.door import PageRoute, Sent, anyone, back_to, checked, first, signed_in
from dealix.console.render import page
from dealix.console.visit import Visit
from dealix.errors import InvalidInput, NotSignedIn, Refused, TooMany
from dealix.i18n import sentence_of
from dealix.trust.access.own_account import SHORTEST_PASSWORD
from dealix.trust.access.web import address_of, secret_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Form = Annotated[Sent, Depends(checked)]


@router.get("/account")
def account(request: Request, visit: Annotated[Visit, Depends(signed_in)]) -> Response:
    """Who I am here, where I am signed in, and my password."""
    return _page(request, visit)


@router.post("/account/password")
def change_password(
    request: Request, visit: Annotated[Visit, Depends(signed_in)], sent: Form
) -> Response:
    """Change my password; my other sessions end."""
    old, new, again = (_whole(sent, name) for name in ("old", "new", "again"))
    if new != again:
        return _page(request, visit, different=True)
    try:
        visit.services.own_account.change_password(visit.who, old, new, secret=secret_of(request))
    except (InvalidInput, TooMany) as refusal:
        return _page(request, visit, refusal)
    return back_to("/account", "password")


@router.post("/account/sessions/end")
def end_session(visit: Annotated[Visit, Depends(signed_in)], sent: Form) -> Response:
    """End one of my sessions."""
    visit.services.own_account.end_session(visit.who, first(sent, "session"))
    return back_to("/account", "session-ended")


@router.get("/welcome")
def welcome(visit: Annotated[Visit, Depends(anyone)]) -> Response:
    """Where an invited person sets a password; the code is typed in and stands in no address."""
    return _welcome(visit, "")


@router.post("/welcome")
def redeem(request: Request, visit: Annotated[Visit, Depends(anyone)], sent: Form) -> Response:
    """Set the password and go to the sign-in page."""
    email, new = first(sent, "email"), _whole(sent, "new")
    if new != _whole(sent, "again"):
        return _welcome(visit, email, different=True)
    try:
        visit.services.own_account.redeem(
            email, first(sent, "code"), new, address=address_of(request)
        )
    except (InvalidInput, NotSignedIn, TooMany) as refusal:
        return _welcome(visit, email, refusal)
    return back_to("/sign-in", "welcome")


def _whole(sent: Sent, name: str) -> str:
    """A password as it was typed, blanks around it included."""
    return (sent.get(name) or [""])[0]


def _page(
    request: Request, visit: Visit, refusal: Refused | None = None, *, different: bool = False
) -> Response:
    visit.section = "account"
    profile = visit.services.access.profile(visit.who)
    return page(
        visit,
        "account.html",
        status=422 if different else 200,
        told=refusal,
        profile=profile,
        sessions=visit.services.own_account.sessions(visit.who, secret_of(request)),
        least=SHORTEST_PASSWORD,
        different=different,
        problem=sentence_of(refusal, visit.speech.locale) if refusal else "",
    )


def _welcome(
    visit: Visit, email: str, refusal: Refused | None = None, *, different: bool = False
) -> Response:
    return page(
        visit,
        "welcome.html",
        status=422 if different else 200,
        told=refusal,
        email=email,
        least=SHORTEST_PASSWORD,
        different=different,
        problem=sentence_of(refusal, visit.speech.locale) if refusal else "",
    )

"""Decision links: looking decides nothing; the approver decides, signed in where the gate asks it.

The token stands in this address alone: the way to the sign-in page and back goes through a cookie,
so that no query, log or referrer ever holds it.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from dealix.actors import Actor
from dealix.console.decision_page import Way, draw, listed, page_of_paper, paper_of, prove
from dealix.console.door import PageRoute, Sent, anyone, back_to, checked, first, visit_of
from dealix.console.files import Form
from dealix.console.render import page
from dealix.console.visit import BACK_TO_LINK, Visit
from dealix.errors import Conflict, NotEntitled, NotFound, Refused
from dealix.trust.access import web
from dealix.trust.approvals import links
from dealix.trust.approvals.links import Opened

router = APIRouter(route_class=PageRoute, include_in_schema=False)
COOKIE = "dealix_link"
HOUR = 3600
SIGN_IN = f"/sign-in?next={BACK_TO_LINK}"


@router.get(BACK_TO_LINK)
def back(request: Request) -> Response:
    """After signing in: on to the link that this browser had opened."""
    token = request.cookies.get(COOKIE, "")
    known = links.TOKEN.fullmatch(token)
    return RedirectResponse(f"/d/{token}" if known else "/", status_code=303)


@router.get("/d/{token}")
def look(request: Request, token: str) -> Response:
    """The decision's page, for its approver or for whoever holds the link; it changes nothing."""
    link = links.opened(request.app.state.services.database, token)
    actor = web.actor_or_none(request)
    if actor is None and request.cookies.get(web.DEVICE_COOKIE):
        return _kept(request, RedirectResponse(SIGN_IN, status_code=303), token)
    _assert_own(actor, link)
    if not link.alive:
        return _ended(link, signed_in=actor is not None)
    visit = _visit(request, actor, link)
    found = visit.services.approvals.get(visit.who, link.approval_id)
    return _kept(request, draw(visit, found, _way(token, actor, found)), token)


@router.get("/d/{token}/paper/{form}")
def paper(request: Request, token: str, form: Form) -> Response:
    """The paper of the link's request, for its approver who has signed in: it names people."""
    return _own(request, token, lambda visit, approval: paper_of(visit, approval, form))


@router.get("/d/{token}/paper/pages/{number}")
def paper_page(request: Request, token: str, number: int) -> Response:
    """A page of that paper as a picture, for the same person."""
    return _own(request, token, lambda visit, approval: page_of_paper(visit, approval, number))


@router.post("/d/{token}")
def decide(
    request: Request,
    sent: Annotated[Sent, Depends(checked)],
    here: Annotated[Visit, Depends(anyone)],
    token: str,
) -> Response:
    """Decide by a link; who is not signed in is led there, unless the gate takes the link alone."""
    link = links.opened(here.services.database, token)
    visit = _visit(request, here.actor, link)
    found = visit.services.approvals.get(replace(visit.who, via="link"), link.approval_id)
    if here.actor is None and not found["by_link"]:
        return _kept(request, RedirectResponse(SIGN_IN, status_code=303), token)
    comment, decision = first(sent, "comment"), first(sent, "decision")
    try:
        if here.actor is not None:
            prove(visit, (sent.get("password") or [""])[0])
        answer = visit.services.approvals.decide(
            visit.who,
            link.approval_id,
            decision,
            comment or None,
            first(sent, "packet_hash"),
            listed(comment) if decision == "request_changes" else None,
        )
    except Refused as refusal:
        if refusal.status == 404:
            raise
        found = visit.services.approvals.get(visit.who, link.approval_id)
        way = _way(token, here.actor, found)
        return draw(visit, found, way, refusal=refusal, comment=comment)
    done = "decided" if answer["delivered"] else "stored"
    if here.actor is not None:
        return back_to(f"/approvals/{link.approval_id}", done)
    return page(visit, "link_done.html", delivered=answer["delivered"])


def _own(request: Request, token: str, answer: Callable[[Visit, str], Response]) -> Response:
    """What only the link's approver gets, signed in; others are led to the door or turned away."""
    link = links.opened(request.app.state.services.database, token)
    actor = web.actor_or_none(request)
    if actor is None:
        return _kept(request, RedirectResponse(SIGN_IN, status_code=303), token)
    _assert_own(actor, link)
    if not link.alive:
        return _ended(link, signed_in=True)
    return answer(_visit(request, actor, link), link.approval_id)


def _assert_own(actor: Actor | None, link: Opened) -> None:
    """A link shows itself to its approver or to nobody known, never to another person.

    Raises:
        NotFound: another company's; NotEntitled: `link_not_yours`.
    """
    if actor is None:
        return
    if actor.tenant_id != link.tenant_id:
        raise NotFound("not_found")
    if actor.user_id != link.user_id:
        raise NotEntitled("link_not_yours")


def _visit(request: Request, actor: Actor | None, link: Opened) -> Visit:
    """The visit of the signed-in person, or of the link's holder who proves nothing more."""
    if actor is not None:
        if actor.tenant_id != link.tenant_id:
            raise NotFound("not_found")
        return visit_of(request, replace(actor, link=link.link_id))
    holder = web.access_of(request).person(link.tenant_id, link.user_id)
    return visit_of(request, replace(holder, via="link", link=link.link_id))


def _way(token: str, actor: Actor | None, found: dict[str, object]) -> Way:
    if actor is not None:
        return Way(f"/d/{token}", paper=f"/d/{token}/paper")
    return Way(f"/d/{token}", sign_in="" if found["by_link"] else SIGN_IN, bare=True)


def _ended(link: Opened, *, signed_in: bool) -> Response:
    """What became of the request stands in the console, for whoever signs in."""
    if signed_in:
        return RedirectResponse(f"/approvals/{link.approval_id}", status_code=303)
    raise Conflict("link_ended", back=f"/approvals/{link.approval_id}")


def forget(answer: Response) -> None:
    """Let the browser drop the way back to the link that it had opened."""
    answer.delete_cookie(COOKIE, path="/d", httponly=True, samesite="lax")


def _kept(request: Request, answer: Response, token: str) -> Response:
    """Let the browser itself keep the way back, where no query and no referrer shows it."""
    answer.set_cookie(
        COOKIE,
        token,
        max_age=HOUR,
        httponly=True,
        samesite="lax",
        secure=bool(request.app.state.services.settings.secure_cookies),
        path="/d",
    )
    return answer

"""The Approval Center, and deciding with the packet before one."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from dealix.console.decision_page import (
    Way,
    draw,
    how_much,
    listed,
    page_of_paper,
    paper_of,
    prove,
)
from dealix.console.door import PageRoute, Sent, back_to, checked, first, signed_in
from dealix.console.files import Form
from dealix.console.pages.board import by_wait
from dealix.console.paging import address
from dealix.console.render import page
from dealix.console.titles import links, subject_of
from dealix.console.urgency import shown
from dealix.console.visit import Visit
from dealix.errors import Refused
from dealix.i18n import N_

router = APIRouter(route_class=PageRoute, include_in_schema=False)


SCOPES = {
    "mine": (N_("Mine"), N_("Nothing waits for your decision.")),
    "group": (N_("My group's"), N_("Nothing waits for your group.")),
    "open": (N_("All open"), N_("No request is open.")),
    "all": (N_("Settled, too"), N_("Nothing has been asked yet.")),
}
"""The scopes: what the tab says, and what an empty one says."""


@router.get("/approvals")
def approvals(
    visit: Annotated[Visit, Depends(signed_in)], scope: str = "open", after: str = ""
) -> Response:
    """The Approval Center: by whom a request waits, the most urgent first, a page at a time."""
    visit.section = "approvals"
    which = scope if scope in SCOPES else "open"
    found = visit.services.approvals.center(visit.who, which, after=after or None)
    return page(
        visit,
        "approvals.html",
        approvals=found.rows,
        which=which,
        here=address("/approvals", scope=which, after=after),
        begin=address("/approvals", scope=which) if after else "",
        further=address("/approvals", scope=which, after=found.next) if found.next else "",
        tabs=[
            (name, visit.speech.say(text), found.counts.get(name))
            for name, (text, _) in SCOPES.items()
        ],
        nothing=visit.speech.say(SCOPES[which][1]),
        urgency=lambda one: shown(visit.speech, one),
        about=lambda one: subject_of(visit, one),
        how_much=lambda one: how_much(visit.speech, one),
        link_of=links(visit),
        elsewhere=[row for row in _board(visit) if row["holder"] == "partner"],
    )


def _board(visit: Visit) -> list[dict[str, Any]]:
    return by_wait(visit.allowed(lambda: visit.services.partner_board.rows(visit.who), []))


@router.get("/approvals/{approval_id}")
def approval(visit: Annotated[Visit, Depends(signed_in)], approval_id: str) -> Response:
    """One request with its packet."""
    found = visit.services.approvals.get(visit.who, approval_id)
    return draw(visit, found, _way(approval_id))


@router.get("/approvals/{approval_id}/paper/{form}")
def paper(visit: Annotated[Visit, Depends(signed_in)], approval_id: str, form: Form) -> Response:
    """The paper of a request: the PDF to look at, the Word document to take away."""
    return paper_of(visit, approval_id, form)


@router.get("/approvals/{approval_id}/paper/pages/{number}")
def paper_page(
    visit: Annotated[Visit, Depends(signed_in)], approval_id: str, number: int
) -> Response:
    """A page of a request's paper as a picture."""
    return page_of_paper(visit, approval_id, number)


@router.post("/approvals/{approval_id}/decide")
def decide(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    approval_id: str,
) -> Response:
    """Decide; a refusal is said on the page, with the comment kept and the difference shown."""
    comment, decision = first(sent, "comment"), first(sent, "decision")
    try:
        prove(visit, (sent.get("password") or [""])[0])
        answer = visit.services.approvals.decide(
            visit.who,
            approval_id,
            decision,
            comment or None,
            first(sent, "packet_hash"),
            listed(comment) if decision == "request_changes" else None,
        )
    except Refused as refusal:
        if refusal.status == 404:
            raise
        found = visit.services.approvals.get(visit.who, approval_id)
        return draw(visit, found, _way(approval_id), refusal=refusal, comment=comment)
    return back_to(f"/approvals/{approval_id}", "decided" if answer["delivered"] else "stored")


def _way(approval_id: str) -> Way:
    return Way(f"/approvals/{approval_id}/decide", paper=f"/approvals/{approval_id}/paper")

"""Decide with the packet before one; a packet that changed meanwhile shows the difference."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from dealix.console.decision_page import Form, Way, draw, listed, paper_of, prove
from dealix.console.door import PageRoute, Sent, back_to, checked, first, signed_in
from dealix.console.render import page
from dealix.console.titles import links
from dealix.console.visit import Visit
from dealix.errors import Refused

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/approvals")
def approvals(visit: Annotated[Visit, Depends(signed_in)], scope: str = "open") -> Response:
    """Requests that are open, or all of them."""
    visit.section = "approvals"
    which = "all" if scope == "all" else "open"
    found = visit.services.approvals.list(visit.who, which)
    return page(visit, "approvals.html", approvals=found, which=which, link_of=links(visit))


@router.get("/approvals/{approval_id}")
def approval(visit: Annotated[Visit, Depends(signed_in)], approval_id: str) -> Response:
    """One request with its packet."""
    found = visit.services.approvals.get(visit.who, approval_id)
    return draw(visit, found, _way(approval_id))


@router.get("/approvals/{approval_id}/paper/{form}")
def paper(visit: Annotated[Visit, Depends(signed_in)], approval_id: str, form: Form) -> Response:
    """The paper of a request: the PDF to look at, the Word document to take away."""
    return paper_of(visit, approval_id, form)


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

"""Proposals: the list, one with its price and versions, its files, deals, and price books."""

from typing import Annotated, Literal, get_args

from fastapi import APIRouter, Depends, Response

from dealix.business.proposals.states import ProposalState
from dealix.console.door import PageRoute, Sent, back_to, checked, signed_in
from dealix.console.files import shown
from dealix.console.paging import address, cut
from dealix.console.people import people
from dealix.console.render import page
from dealix.console.visit import Visit
from dealix.trust.access.rights import may

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PAGE = 25
STATES: tuple[str, ...] = get_args(ProposalState)


@router.get("/proposals")
def proposals(
    visit: Annotated[Visit, Depends(signed_in)], state: str = "", before: str = ""
) -> Response:
    """Versions of proposals, the newest first, a page at a time."""
    visit.section = "proposals"
    chosen = state if state in STATES else ""
    rows = visit.services.proposals.newest(
        visit.who, chosen or None, limit=PAGE + 1, before=before or None
    )
    found, older = cut(rows, PAGE)
    return page(
        visit,
        "proposals.html",
        rows=found,
        states=STATES,
        chosen=chosen,
        may_start=may(visit.who, "run.start.proposal_generation"),
        begin=address("/proposals", state=chosen) if before else "",
        older=address("/proposals", state=chosen, before=older) if older else "",
    )


@router.get("/proposals/{run_id}")
def proposal(visit: Annotated[Visit, Depends(signed_in)], run_id: str) -> Response:
    """One version: its price with every rule, what it says, its files and the other versions."""
    visit.section = "proposals"
    found = visit.services.proposals.get(visit.who, run_id)
    return page(
        visit,
        "proposal.html",
        one=found,
        person=people(visit),
        may_start=may(visit.who, "run.start.proposal_generation"),
    )


@router.get("/proposals/{run_id}/pdf")
def file(
    visit: Annotated[Visit, Depends(signed_in)], run_id: str, lang: Literal["ar", "en"] = "ar"
) -> Response:
    """The file of a version in one language, to be seen in a tab of its own."""
    content, _ = visit.services.proposals.pdf(visit.who, run_id, lang)
    return shown(f"{run_id}-{lang}.pdf", content)


@router.post("/proposals/{run_id}/seen")
def seen(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    run_id: str,
) -> Response:
    """Who was told has seen it; its page opens."""
    del sent
    found = visit.services.proposals.seen(visit.who, run_id)
    return back_to(f"/proposals/{found['run']}", "proposal_seen")


@router.get("/deals")
def deals(visit: Annotated[Visit, Depends(signed_in)], before: str = "") -> Response:
    """Deals, the newest first, each with the way to a proposal on it."""
    visit.section = "proposals"
    rows = visit.services.deals.newest(visit.who, limit=PAGE + 1, before=before or None)
    found, older = cut(rows, PAGE)
    return page(
        visit,
        "deals.html",
        rows=found,
        person=people(visit),
        may_start=may(visit.who, "run.start.proposal_generation"),
        begin=address("/deals") if before else "",
        older=address("/deals", before=older) if older else "",
    )


@router.get("/price-books")
def books(visit: Annotated[Visit, Depends(signed_in)]) -> Response:
    """The price book in force of each currency, with every product."""
    visit.section = "proposals"
    return page(
        visit,
        "price_books.html",
        books=visit.services.price_books.newest(visit.who),
        person=people(visit),
    )

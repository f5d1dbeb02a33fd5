"""Cases: what no rule can settle, and the ways in which a person may settle it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from dealix.console.door import PageRoute, Sent, back_to, checked, first, signed_in
from dealix.console.paging import address, cut
from dealix.console.render import page
from dealix.console.repairs import repair, why
from dealix.console.titles import links
from dealix.console.visit import Visit
from dealix.errors import Refused
from dealix.i18n import sentence_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PAGE = 25


@router.get("/cases")
def cases(
    visit: Annotated[Visit, Depends(signed_in)],
    status: str = "open",
    run: str = "",
    before: str = "",
) -> Response:
    """Open cases, or the resolved ones, of one run or of all, a page at a time."""
    return _page(visit, "resolved" if status == "resolved" else "open", run=run, before=before)


@router.post("/cases/{case_id}/resolve")
def resolve(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    case_id: str,
) -> Response:
    """Settle a case; its run goes on."""
    comment = first(sent, "comment")
    try:
        visit.services.cases.resolve(visit.who, case_id, first(sent, "resolution"), comment or None)
    except Refused as refusal:
        if refusal.status == 404:
            raise
        return _page(visit, "open", refusal, case_id, comment)
    return back_to("/cases", "resolved")


def _page(
    visit: Visit,
    status: str,
    refusal: Refused | None = None,
    wrong_id: str = "",
    kept: str = "",
    *,
    run: str = "",
    before: str = "",
) -> Response:
    visit.section = "cases"
    service = visit.services.cases
    rows = service.list(visit.who, status, run or None, limit=PAGE + 1, before=before or None)
    found, older = cut(rows, PAGE)
    here = {"status": status if status != "open" else "", "run": run}
    return page(
        visit,
        "cases.html",
        status=refusal.status if refusal else 200,
        cases=found,
        which=status,
        of_run=run,
        begin=address("/cases", **here) if before else "",
        older=address("/cases", **here, before=older) if older else "",
        link_of=links(visit),
        repair=lambda case, choice: visit.speech.say(repair(case, choice)),
        why=lambda case: why(visit.speech, case["kind"], case["reason"]),
        problem=sentence_of(refusal, visit.speech.locale) if refusal else "",
        wrong_id=wrong_id,
        kept=kept,
    )

"""Cases: what no rule can settle, and the ways in which a person may settle it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from dealix.console.door import PageRoute, Sent, back_to, checked, first, signed_in
from dealix.console.render import page
from dealix.console.repairs import repair, why
from dealix.console.titles import links
from dealix.console.visit import Visit
from dealix.errors import Refused
from dealix.i18n import sentence_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/cases")
def cases(visit: Annotated[Visit, Depends(signed_in)], status: str = "open") -> Response:
    """Open cases, or the resolved ones."""
    return _page(visit, "resolved" if status == "resolved" else "open")


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
) -> Response:
    visit.section = "cases"
    return page(
        visit,
        "cases.html",
        status=refusal.status if refusal else 200,
        cases=visit.services.cases.list(visit.who, status),
        which=status,
        link_of=links(visit),
        repair=lambda case, choice: visit.speech.say(repair(case, choice)),
        why=lambda case: why(visit.speech, case["kind"], case["reason"]),
        problem=sentence_of(refusal, visit.speech.locale) if refusal else "",
        wrong_id=wrong_id,
        kept=kept,
    )

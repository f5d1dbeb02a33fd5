"""Cases: what no rule can settle, and the ways in which a person may settle it."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from markupsafe import Markup, escape

from dealix.console.door import PageRoute, Sent, back_to, checked, first, signed_in
from dealix.console.render import page
from dealix.console.repairs import repair
from dealix.console.titles import links
from dealix.console.visit import Visit
from dealix.error_codes import CODES
from dealix.errors import Conflict, Refused
from dealix.i18n import sentence_of
from dealix.lanes.blocking import BLOCKED

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
        why=lambda case: _why(visit, case),
        problem=sentence_of(refusal, visit.speech.locale) if refusal else "",
        wrong_id=wrong_id,
        kept=kept,
    )


def _why(visit: Visit, case: Mapping[str, Any]) -> Markup:
    """The reason of a case; of what stands in the way, the sentence of its code."""
    code, _, named = str(case["reason"]).partition(":")
    if case["kind"] == BLOCKED and code in CODES:
        refusal = Conflict(code, clause=named, reason=named)
        return escape(sentence_of(refusal, visit.speech.locale))
    return visit.speech.apart(case["reason"])

"""The outbound desk: each message with what every rule said of it, and what came in."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from dealix.console.door import PageRoute, signed_in
from dealix.console.render import page
from dealix.console.visit import Visit
from dealix.error_codes import CODES

router = APIRouter(route_class=PageRoute, include_in_schema=False)
NEWEST = 60


@router.get("/outbound")
def outbound(visit: Annotated[Visit, Depends(signed_in)], run: str = "") -> Response:
    """Messages of one run or of all, newest first."""
    visit.section = "outbound"
    desk = visit.services.desk
    return page(
        visit,
        "outbound.html",
        messages=[_said(visit, each) for each in desk.messages(visit.who, run or None, NEWEST)],
        deliveries=desk.deliveries(visit.who, run or None, NEWEST),
        of_run=run,
    )


def _said(visit: Visit, message: dict[str, Any]) -> dict[str, Any]:
    """A message with the sentence of its verdict and the rules of its last judgment."""
    code = message["code"]
    return {
        **message,
        "because": visit.speech.say(CODES[code]) if code in CODES else "",
        "rules": message["judgments"][0]["rules"],
        "earlier": message["judgments"][1:],
    }

"""Messages to outsiders with the verdict of each rule, and what came in from outside."""

from typing import Any

from fastapi import APIRouter

from dealix.api.deps import Further, Limit, OptionalIdent, Parts, Who, problems
from dealix.api.schemas import DeliveryView, OutsideMessageView

router = APIRouter(prefix="/messages", tags=["messages"])


@router.get(
    "/outbound", responses={200: {"model": list[OutsideMessageView]}, **problems(401, 403, 422)}
)
def outbound(
    actor: Who,
    services: Parts,
    further: Further,
    run: OptionalIdent = None,
    limit: Limit = 100,
    cursor: OptionalIdent = None,
) -> list[dict[str, Any]]:
    """What was to go out, the last judged first; the header `Link` leads to older ones."""
    return further(services.desk.messages(actor, run, limit, cursor), limit, "judged")


@router.get("/inbound", responses={200: {"model": list[DeliveryView]}, **problems(401, 403, 422)})
def inbound(
    actor: Who,
    services: Parts,
    further: Further,
    run: OptionalIdent = None,
    limit: Limit = 100,
    cursor: OptionalIdent = None,
) -> list[dict[str, Any]]:
    """What came in, newest first, of one run or of all; the header `Link` leads to older ones."""
    return further(services.desk.deliveries(actor, run, limit, cursor), limit)

"""Messages to outsiders with the verdict of each rule, and what came in from outside."""

from typing import Any

from fastapi import APIRouter

from dealix.api.deps import Limit, OptionalIdent, Parts, Who, problems
from dealix.api.schemas import DeliveryView, OutsideMessageView

router = APIRouter(prefix="/messages", tags=["messages"])


@router.get(
    "/outbound", responses={200: {"model": list[OutsideMessageView]}, **problems(401, 403, 422)}
)
def outbound(
    actor: Who, services: Parts, run: OptionalIdent = None, limit: Limit = 100
) -> list[dict[str, Any]]:
    """What was to go out, newest first, of one run or of all."""
    return services.desk.messages(actor, run, limit)


@router.get("/inbound", responses={200: {"model": list[DeliveryView]}, **problems(401, 403, 422)})
def inbound(
    actor: Who, services: Parts, run: OptionalIdent = None, limit: Limit = 100
) -> list[dict[str, Any]]:
    """What came in, newest first, of one run or of all."""
    return services.desk.deliveries(actor, run, limit)

"""Deliveries of providers: verified on their raw bytes, stored once, acted on afterwards."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from dealix.api.deps import Ident, Parts, problems
from dealix.api.schemas import Received

router = APIRouter(prefix="/webhooks", tags=["webhooks"])


async def raw_body(request: Request) -> bytes:
    """The bytes as they came: a signature is about them, not about what they mean."""
    return await request.body()


@router.post(
    "/{provider}",
    status_code=202,
    responses={202: {"model": Received}, **problems(401, 404, 422)},
)
def receive(
    provider: Ident,
    raw: Annotated[bytes, Depends(raw_body)],
    request: Request,
    services: Parts,
) -> dict[str, Any]:
    """Take a delivery; the same one again is acknowledged and changes nothing."""
    receipt = services.inbox.receive(provider, dict(request.headers), raw)
    return {"id": receipt.event_id, "repeated": receipt.repeated}

"""Deliveries of providers: verified on their raw bytes, stored once, acted on afterwards."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse

from dealix.api.deps import Ident, Parts, problems
from dealix.api.schemas import Received

router = APIRouter(prefix="/webhooks", tags=["webhooks"])


async def raw_body(request: Request) -> bytes:
    """The bytes as they came: a signature is about them, not about what they mean."""
    return await request.body()


@router.get("/whatsapp", responses=problems(403))
def handshake(request: Request, services: Parts) -> PlainTextResponse:
    """Answer Meta's challenge, which proves that the address is ours."""
    return PlainTextResponse(services.inbox.handshake("whatsapp", request.query_params))


@router.post(
    "/{provider}",
    responses={200: {"model": Received}, **problems(401, 404, 422)},
)
def receive(
    provider: Ident,
    raw: Annotated[bytes, Depends(raw_body)],
    request: Request,
    services: Parts,
) -> dict[str, Any]:
    """Take a delivery; the same one again is acknowledged with 200 too, and changes nothing."""
    receipt = services.inbox.receive(provider, dict(request.headers), raw)
    return {"id": receipt.event_id, "repeated": receipt.repeated}

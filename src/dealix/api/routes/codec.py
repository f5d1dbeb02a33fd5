"""Temporal's remote codec for its UI: an operator, from that page only, own tenant, audited."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request, Response
from temporalio.api.common.v1 import Payload

from dealix.actors import Actor
from dealix.api.deps import Parts
from dealix.api.routes.webhooks import raw_body
from dealix.bootstrap import Services
from dealix.errors import NotEntitled
from dealix.lanes.codec_server import decode_for, read, write
from dealix.lanes.tenant_keys import TenantKeys
from dealix.records import audit
from dealix.trust.access.rights import permit
from dealix.trust.access.web import current_actor

router = APIRouter(prefix="/codec", include_in_schema=False)
Raw = Annotated[bytes, Depends(raw_body)]


def from_the_ui(request: Request, services: Parts) -> str:
    """The origin of Temporal's UI, when this is where the request comes from.

    Raises:
        NotEntitled: another page, or none, asks.
    """
    allowed = origin_of(services.settings.temporal_ui_url)
    if allowed is None or request.headers.get("origin") != allowed:
        raise NotEntitled("csrf_failed")
    return allowed


def operator(request: Request) -> Actor:
    """The signed-in operator."""
    actor = current_actor(request)
    permit(actor, "codec.read")
    return actor


Origin = Annotated[str, Depends(from_the_ui)]
Operator = Annotated[Actor, Depends(operator)]


@router.options("/decode")
@router.options("/encode")
def preflight(origin: Origin) -> Response:
    """Tell the browser that the UI's page may ask, with its user's session."""
    return Response(
        status_code=204,
        headers={
            **cors(origin),
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "content-type, x-namespace, authorization",
            "Access-Control-Max-Age": "600",
        },
    )


@router.post("/decode")
def decode(origin: Origin, actor: Operator, raw: Raw, services: Parts) -> Response:
    """Payloads in clear, of the operator's own tenant; each look is audited."""
    payloads = read(raw)
    clear = decode_for(_keys(services), actor.tenant_id, payloads)
    _note(services, actor, "codec.decoded", payloads)
    return Response(write(clear), media_type="application/json", headers=cors(origin))


@router.post("/encode")
def encode(origin: Origin, actor: Operator, raw: Raw, services: Parts) -> Response:  # noqa: ARG001
    """Refused: an operator reads payloads; what a workflow is sent goes through our own doors."""
    permit(actor, "codec.read")
    raise NotEntitled("not_entitled")


def cors(origin: str) -> dict[str, str]:
    """The headers by which the browser lets the UI's page read an answer."""
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Vary": "Origin",
    }


def origin_of(url: str | None) -> str | None:
    """Scheme, host and port of an address."""
    parts = urlsplit(url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else None


def _keys(services: Services) -> TenantKeys:
    return TenantKeys.of(services.secrets, services.settings)


def _note(services: Services, actor: Actor, action: str, payloads: list[Payload]) -> None:
    with services.database.tenant(actor.tenant_id) as session:
        audit.append(session, actor.user_id, action, "payloads", {"count": len(payloads)})

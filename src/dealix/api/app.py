"""The application: routes by resource, one way for errors to leave, limits around everything."""

from collections.abc import Callable
from typing import TypeVar

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from sqlalchemy.exc import SQLAlchemyError

import dealix
from dealix import clock
from dealix.api import mcp, problems
from dealix.api.limits import DoorLimits
from dealix.api.middleware import BodyLimit, SecurityHeaders, Taking, Timed
from dealix.api.routes import (
    accounts,
    administration,
    approvals,
    calendar,
    clauses,
    codec,
    compliance,
    consents,
    contradictions,
    deals,
    documents,
    evidence,
    health,
    inventory,
    knowledge,
    lead_lists,
    leads,
    messages,
    model_steps,
    proposals,
    qualifications,
    records,
    runs,
    sessions,
    trust,
    webhooks,
)
from dealix.bootstrap import Services
from dealix.business.leads.sheets import MOST_BYTES
from dealix.trust.access.rights import may
from dealix.trust.access.web import actor_or_none

PREFIX = "/api/v1"
SIGNED_WITHIN = 600
"""Seconds; a webhook's own check, on its whole body, is stricter."""

Answer = TypeVar("Answer")
RESOURCES: tuple[APIRouter, ...] = (
    sessions.router,
    accounts.router,
    administration.router,
    inventory.router,
    runs.router,
    approvals.router,
    records.router,
    evidence.router,
    calendar.router,
    messages.router,
    lead_lists.router,
    leads.router,
    trust.router,
    deals.router,
    knowledge.router,
    consents.router,
    contradictions.router,
    qualifications.router,
    proposals.router,
    compliance.router,
    model_steps.router,
    documents.router,
    clauses.router,
    webhooks.router,
    health.router,
)


def create_app(services: Services, add_pages: Callable[[FastAPI], None] | None = None) -> FastAPI:
    """The API over these services; `add_pages` mounts what is for people beside it."""
    app = FastAPI(
        title="Dealix",
        version=dealix.__version__,
        summary="Growth workflows that survive anything, with their approvals and records.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
    )
    app.state.services = services
    for router in RESOURCES:
        app.include_router(router, prefix=PREFIX)
    app.include_router(codec.router)
    app.include_router(health.watch)
    problems.install(app)
    mcp.install(app, services)
    if add_pages is not None:
        add_pages(app)
    largest = services.settings.max_upload_bytes
    app.add_middleware(
        BodyLimit,
        limit=services.settings.max_body_bytes,
        uploads={
            f"{PREFIX}/documents": Taking(largest, may_upload),
            f"{PREFIX}/knowledge/documents": Taking(largest, may_add_knowledge),
            "/knowledge/documents": Taking(largest, may_add_knowledge),
            f"{PREFIX}/leads/lists": Taking(MOST_BYTES, may_bring_leads),
            f"{PREFIX}/leads/lists/preview": Taking(MOST_BYTES, may_bring_leads),
            "/leads/import": Taking(MOST_BYTES, may_bring_leads),
            "/leads/import/start": Taking(2 * MOST_BYTES, may_bring_leads),
            "/template": Taking(largest, may_upload),
            "/p/": Taking(largest, has_an_offer),
            f"{PREFIX}/webhooks/smtp": Taking(services.settings.max_mail_bytes, may_be_signed),
            "/mailbox/reply": Taking(largest, may_play),
            "/mailbox/write": Taking(largest, may_play),
        },
    )
    app.add_middleware(DoorLimits)
    app.add_middleware(SecurityHeaders, secure=services.settings.secure_cookies)
    app.add_middleware(Timed, prefix=PREFIX)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    return app


def may_upload(request: Request) -> bool:
    """Whether whoever is signed in may bring in documents."""
    return _holds(request, "document.upload")


def may_add_knowledge(request: Request) -> bool:
    """Whether whoever is signed in may bring in documents to search."""
    return _holds(request, "knowledge.add")


def may_bring_leads(request: Request) -> bool:
    """Whether whoever is signed in may bring in a list of leads."""
    return _holds(request, "lead.write")


def may_play(request: Request) -> bool:
    """Whether whoever is signed in may write as the other side."""
    return _holds(request, "mailbox.read")


def may_be_signed(request: Request) -> bool:
    """Whether a webhook's headers look like those of a signature that is made just now."""
    given = request.headers
    stamped = given.get("webhook-timestamp", "")
    moment = int(stamped) if stamped.isdecimal() and len(stamped) <= 11 else 0
    late = abs(clock.real_now().timestamp() - moment) > SIGNED_WITHIN
    return not late and given.get("webhook-signature", "").startswith("v1,")


def _holds(request: Request, right: str) -> bool:
    actor = _unless_away(lambda: actor_or_none(request))
    return actor is not None and may(actor, right)


def has_an_offer(request: Request) -> bool:
    """Whether the address is that of a partner's page."""
    token = str(request.scope["path"]).removeprefix("/p/")
    door = request.app.state.services.partner_door
    return bool(_unless_away(lambda: door.knows(token)))


def _unless_away(ask: Callable[[], Answer]) -> Answer | None:
    """The answer, or None while the database is away: the route itself will say so."""
    try:
        return ask()
    except SQLAlchemyError:
        return None


def describe(app: FastAPI) -> dict[str, object]:
    """`/openapi.json`, with the two ways to be signed in."""
    if app.openapi_schema is None:
        found = get_openapi(
            title=app.title, version=app.version, summary=app.summary, routes=app.routes
        )
        found["components"]["securitySchemes"] = {
            "bearer": {"type": "http", "scheme": "bearer"},
            "session": {"type": "apiKey", "in": "cookie", "name": "dealix_session"},
        }
        found["security"] = [{"bearer": []}, {"session": []}]
        app.openapi_schema = found
    return app.openapi_schema

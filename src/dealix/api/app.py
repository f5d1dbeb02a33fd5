"""The application: routes by resource, one way for errors to leave, limits around everything."""

from collections.abc import Callable

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi

import dealix
from dealix.api import problems
from dealix.api.middleware import BodyLimit, SecurityHeaders
from dealix.api.routes import (
    accounts,
    administration,
    approvals,
    calendar,
    clauses,
    codec,
    consents,
    documents,
    evidence,
    health,
    inventory,
    messages,
    records,
    runs,
    sessions,
    webhooks,
)
from dealix.bootstrap import Services

PREFIX = "/api/v1"
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
    consents.router,
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
    if add_pages is not None:
        add_pages(app)
    app.add_middleware(
        BodyLimit,
        limit=services.settings.max_body_bytes,
        uploads={
            f"{PREFIX}/documents": services.settings.max_upload_bytes,
            "/template": services.settings.max_upload_bytes,
            "/p/": services.settings.max_upload_bytes,
        },
    )
    app.add_middleware(SecurityHeaders, secure=services.settings.secure_cookies)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    return app


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

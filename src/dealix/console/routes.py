"""The console's router, and how it is mounted beside the API."""

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from dealix.console.door import error_page_of, not_found_page, wants_page
from dealix.console.pages import (
    access,
    administration,
    approvals,
    audit,
    authority,
    board,
    calendar,
    cases,
    clauses,
    compliance,
    consents,
    contradictions,
    dashboard,
    evidence,
    home,
    inventory,
    knowledge,
    lead_lists,
    leads,
    links,
    mailbox,
    negotiation,
    outbound,
    own_account,
    partner,
    persons,
    profile,
    proposals,
    runs,
    standstill,
    start,
    template,
    todo,
    users,
)

router = APIRouter(include_in_schema=False)
PAGES = (
    *(
        access,
        home,
        start,
        approvals,
        runs,
        cases,
        clauses,
        template,
        knowledge,
        inventory,
        mailbox,
        outbound,
        consents,
    ),
    *(lead_lists, leads, proposals, dashboard, compliance, contradictions, evidence),
    *(board, negotiation, standstill, todo),
    *(calendar, audit, partner, links, profile),
    *(administration, users, own_account, persons, authority),
)
for page in PAGES:
    router.include_router(page.router)
router.include_router(profile.ceremonies)


def add_pages(app: FastAPI) -> None:
    """Mount the pages; an address that leads nowhere is a page too, for whoever opened it."""
    app.include_router(router)
    app.state.error_page = error_page_of
    for_programs = app.exception_handlers[HTTPException]

    async def handler(request: Request, error: Exception) -> Response:
        nowhere = isinstance(error, HTTPException) and error.status_code in (404, 405)
        if nowhere and wants_page(request):
            return await run_in_threadpool(not_found_page, request)
        answer: Response = await for_programs(request, error)  # type: ignore[misc]
        return answer

    app.add_exception_handler(HTTPException, handler)

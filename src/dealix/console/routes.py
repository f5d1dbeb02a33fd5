"""The console's router, mounted by the application beside the API."""

from fastapi import APIRouter

from dealix.console.pages import (
    access,
    approvals,
    audit,
    cases,
    home,
    inventory,
    mailbox,
    runs,
    start,
)

router = APIRouter(include_in_schema=False)
for page in (access, home, start, approvals, runs, cases, inventory, mailbox, audit):
    router.include_router(page.router)

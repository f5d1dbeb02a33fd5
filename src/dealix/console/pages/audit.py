"""The records: whether the audit chains still hold, and the newest of what was done."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from dealix.console.door import PageRoute, signed_in
from dealix.console.people import people
from dealix.console.render import page
from dealix.console.visit import Visit
from dealix.records import audit as chain
from dealix.trust.access.rights import permit

router = APIRouter(route_class=PageRoute, include_in_schema=False)
NEWEST = 25


@router.get("/audit")
def audit(visit: Annotated[Visit, Depends(signed_in)]) -> Response:
    """Verify the company's chains now, and show what was found and the newest records."""
    permit(visit.who, "audit.read")
    permit(visit.who, "audit.verify")
    visit.section = "audit"
    with visit.services.database.tenant(visit.who.tenant_id) as session:
        verification = chain.verify(session)
        entries = chain.newest(session, run_id=None, chain=None, limit=NEWEST)
    return page(
        visit,
        "audit.html",
        verification=verification,
        entries=entries,
        person=people(visit),
    )

"""The records: whether the audit chain still holds, for those who check it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from dealix.console.door import PageRoute, signed_in
from dealix.console.render import page
from dealix.console.visit import Visit

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/audit")
def audit(visit: Annotated[Visit, Depends(signed_in)]) -> Response:
    """Verify the company's chains now and show what was found."""
    visit.section = "audit"
    return page(visit, "audit.html", verification=visit.services.audit.verify(visit.who))

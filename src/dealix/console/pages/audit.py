"""The records: whether the audit chains still hold, and the newest of what was done."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from markupsafe import Markup

from dealix.console.door import PageRoute, signed_in
from dealix.console.paging import address
from dealix.console.people import people
from dealix.console.render import page
from dealix.console.speech import Speech
from dealix.console.visit import Visit
from dealix.records import audit as chain
from dealix.trust.access.rights import permit

EVENT = "run.event."
router = APIRouter(route_class=PageRoute, include_in_schema=False)
NEWEST = 25


@router.get("/audit")
def audit(visit: Annotated[Visit, Depends(signed_in)], before: str = "") -> Response:
    """Verify the company's chains now, and show what was found and the newest records.

    An older page only shows its records.
    """
    permit(visit.who, "audit.read")
    permit(visit.who, "audit.verify")
    visit.section = "audit"
    with visit.services.database.tenant(visit.who.tenant_id) as session:
        verification = None if before else chain.verify(session)
        found = chain.newest(session, limit=NEWEST + 1, before=before or None)
    entries, last = found[:NEWEST], found[:NEWEST][-1:]
    older = [one.record.id for one in last if one.record and len(found) > NEWEST]
    return page(
        visit,
        "audit.html",
        verification=verification,
        entries=entries,
        begin="/audit" if before else "",
        older=address("/audit", before=older[0]) if older else "",
        person=people(visit),
        deed=lambda action: deed(visit.speech, action),
    )


def deed(speech: Speech, action: str) -> Markup:
    """What was done, in words; of an answer that came in, which one."""
    if action.startswith(EVENT):
        event = action.removeprefix(EVENT)
        return Markup("{}: {}").format(speech.word(EVENT.rstrip(".")), speech.word(event))
    return speech.word(action)

"""Consents: where each person outside stands, and recording what they said."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from dealix.console.door import PageRoute, Sent, back_to, checked, first, signed_in
from dealix.console.paging import address, cut
from dealix.console.people import people
from dealix.console.render import page
from dealix.console.visit import Visit
from dealix.errors import InvalidInput
from dealix.i18n import sentence_of
from dealix.trust.access.rights import may
from dealix.trust.outbound.governance.schemas import CHANNELS, DATA_SHARING, OWN_WORD, PURPOSES

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PAGE = 25
EVENTS = ("given", "withdrawn", "opted_out")
ANY = "*"


@router.get("/consents")
def consents(visit: Annotated[Visit, Depends(signed_in)], before: str = "") -> Response:
    """Everybody outside of whom something is on record, a page at a time."""
    visit.section = "consents"
    rows = visit.services.desk.people(visit.who, PAGE + 1, before or None)
    found, older = cut(rows, PAGE, "person_id")
    return page(
        visit,
        "consents.html",
        everybody=found,
        begin="/consents" if before else "",
        older=address("/consents", before=older) if older else "",
    )


@router.get("/consents/{person_id}")
def consent(visit: Annotated[Visit, Depends(signed_in)], person_id: str) -> Response:
    """One person: where they stand and how it came about."""
    return _page(visit, person_id)


@router.post("/consents/{person_id}/record")
def record(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    person_id: str,
) -> Response:
    """Record what the person said."""
    asked = {name: first(sent, name) for name in ("event", "channel", "purpose", "source")}
    allowed = {
        "event": EVENTS,
        "channel": (*CHANNELS, ANY),
        "purpose": (*PURPOSES, DATA_SHARING, ANY),
        "source": tuple(OWN_WORD),
    }
    if any(asked[name] not in allowed[name] for name in asked):
        return _page(visit, person_id, InvalidInput("invalid_input"))
    event = asked.pop("event")
    try:
        visit.services.desk.record(visit.who, person_id, event, **asked)
    except InvalidInput as refusal:
        return _page(visit, person_id, refusal)
    return back_to(f"/consents/{person_id}", "consent_kept")


def _page(visit: Visit, person_id: str, refusal: InvalidInput | None = None) -> Response:
    visit.section = "consents"
    return page(
        visit,
        "consent.html",
        status=refusal.status if refusal else 200,
        who=visit.services.desk.person(visit.who, person_id),
        person=people(visit),
        may_write=may(visit.who, "consent.write"),
        channels=CHANNELS,
        purposes=(*PURPOSES, DATA_SHARING),
        sources=sorted(OWN_WORD),
        choices=EVENTS,
        problem=sentence_of(refusal, visit.speech.locale) if refusal else "",
    )

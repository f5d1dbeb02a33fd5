"""Persons whose data are held: identifiers and kinds, names for the entitled, and erasing."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from dealix.console.door import PageRoute, Sent, back_to, checked, first, signed_in
from dealix.console.paging import address, cut
from dealix.console.render import page
from dealix.console.visit import Visit
from dealix.errors import Refused
from dealix.i18n import sentence_of
from dealix.trust.access.rights import permit
from dealix.trust.privacy.register import REASONS

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Here = Annotated[Visit, Depends(signed_in)]
PAGE = 50


@router.get("/people")
def persons(visit: Here, before: str = "", reveal: str = "") -> Response:
    """Persons, newest first, with what is held of each."""
    visit.section = "admin"
    named = reveal == "true"
    rows = visit.services.register.persons(
        visit.who, limit=PAGE + 1, before=before or None, reveal=named
    )
    found, older = cut(rows, PAGE, "person_id")
    return page(
        visit,
        "persons.html",
        persons=found,
        named=named,
        begin=address("/people", reveal=reveal) if before else "",
        older=address("/people", before=older, reveal=reveal) if older else "",
    )


@router.get("/people/{person_id}")
def person(visit: Here, person_id: str, reveal: str = "") -> Response:
    """What is held of one person."""
    visit.section = "admin"
    named = reveal == "true"
    held = visit.services.register.get(visit.who, person_id, reveal=named)
    return page(visit, "person.html", held=held, named=named)


@router.get("/people/{person_id}/erase")
def look(visit: Here, person_id: str) -> Response:
    """The second look: what is lost for good, what stays, and what runs will meet."""
    permit(visit.who, "privacy.erase")
    return _erase_page(visit, person_id)


@router.post("/people/{person_id}/erase")
def erase(visit: Here, sent: Annotated[Sent, Depends(checked)], person_id: str) -> Response:
    """Erase the person whom the form has shown."""
    reason, reference = first(sent, "reason"), first(sent, "reference")
    try:
        visit.services.register.erase(
            visit.who, person_id, reason, first(sent, "held"), reference or None
        )
    except Refused as refusal:
        if refusal.status == 404:
            raise
        return _erase_page(visit, person_id, refusal, reason, reference)
    return back_to(f"/people/{person_id}", "erased")


def _erase_page(
    visit: Visit,
    person_id: str,
    refusal: Refused | None = None,
    reason: str = "",
    reference: str = "",
) -> Response:
    visit.section = "admin"
    return page(
        visit,
        "person_erase.html",
        status=refusal.status if refusal else 200,
        held=visit.services.register.get(visit.who, person_id),
        reasons=REASONS,
        reason=reason,
        reference=reference,
        problem=sentence_of(refusal, visit.speech.locale) if refusal else "",
    )

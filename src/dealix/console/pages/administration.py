"""Administration: where its pages are, and the installation's keys."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from dealix.console.door import PageRoute, Sent, back_to, checked, first, signed_in
from dealix.console.render import page
from dealix.console.visit import Visit
from dealix.errors import Conflict, NotConfigured
from dealix.i18n import sentence_of
from dealix.key_names import OLD

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/admin")
def administration(visit: Annotated[Visit, Depends(signed_in)]) -> Response:
    """The pages of administration that this visitor may open, and the age of the keys."""
    return _page(visit)


@router.post("/admin/keys/rotate")
def rotate(
    visit: Annotated[Visit, Depends(signed_in)], sent: Annotated[Sent, Depends(checked)]
) -> Response:
    """Add a key to a ring."""
    try:
        visit.services.rotation.rotate(visit.who, first(sent, "ring"))
    except (Conflict, NotConfigured) as refusal:
        return _page(visit, refusal)
    return back_to("/admin", "rotated")


def _page(visit: Visit, refusal: Conflict | NotConfigured | None = None) -> Response:
    visit.section = "admin"
    return page(
        visit,
        "admin.html",
        status=refusal.status if refusal else 200,
        rings=visit.allowed(lambda: visit.services.rotation.ages(visit.who), []),
        old=OLD.days,
        problem=sentence_of(refusal, visit.speech.locale) if refusal else "",
    )

"""The inventory: every workflow with its verdicts and its ruling."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from markupsafe import Markup

from dealix import catalog
from dealix.catalog.roadmap import PHASES
from dealix.catalog.systems import SYSTEMS
from dealix.console.door import PageRoute, signed_in
from dealix.console.reasons import reasons
from dealix.console.render import page
from dealix.console.visit import Visit
from dealix.i18n.formats import show_duration

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/inventory")
def inventory(visit: Annotated[Visit, Depends(signed_in)]) -> Response:
    """Every row of the inventory."""
    visit.section = "inventory"
    rows = [catalog.as_public(row, visit.services.settings) for row in catalog.rows()]
    return page(visit, "inventory.html", rows=rows)


@router.get("/inventory/{key}")
def row(visit: Annotated[Visit, Depends(signed_in)], key: str) -> Response:
    """One row with its steps and the reasons of its verdicts."""
    visit.section = "inventory"
    found = catalog.row(key)
    shown = catalog.as_public(found, visit.services.settings)
    return page(
        visit,
        "inventory_row.html",
        row=shown,
        longest=show_duration(visit.speech.locale, found.here.duration.longest),
        systems=[SYSTEMS[key] for key in found.here.systems],
        phase=_phase(visit, shown["phase"]),
        reason=reasons(visit.speech, found),
    )


def _phase(visit: Visit, key: object) -> Markup:
    """The phase of the road on which a workflow comes."""
    return next((visit.speech.say(each.name) for each in PHASES if each.key == key), Markup("—"))

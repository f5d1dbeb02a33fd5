"""The start page: what waits for me; and the count that the menu keeps fresh."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from markupsafe import Markup

from dealix import catalog
from dealix.console.decision_page import how_much
from dealix.console.door import PageRoute, signed_in
from dealix.console.pages.todo import owed_by
from dealix.console.render import page
from dealix.console.titles import links, titles
from dealix.console.visit import Visit

router = APIRouter(route_class=PageRoute, include_in_schema=False)
LATEST = 5
CASES = 3


@router.get("/")
def home(visit: Annotated[Visit, Depends(signed_in)]) -> Response:
    """What waits for the visitor, open cases, and the latest runs."""
    visit.section = "home"
    services = visit.services
    latest = visit.allowed(lambda: services.runs.list(visit.who, limit=LATEST), None)
    return page(
        visit,
        "home.html",
        mine=visit.mine.rows,
        waiting=visit.waiting,
        owed=owed_by(visit),
        unconfirmed=_unconfirmed(visit),
        cases=visit.allowed(lambda: services.cases.list(visit.who, "open", limit=CASES), []),
        cases_open=visit.allowed(lambda: services.cases.open(visit.who), 0),
        runs=latest or [],
        first_hour=_first_hour(visit) if latest == [] else "",
        title_of=titles(visit),
        link_of=links(visit),
        about=_about(visit),
        how_much=lambda approval: how_much(visit.speech, approval),
    )


def _first_hour(visit: Visit) -> str:
    """Where a company that has no run yet can practise; empty for who may not start one there."""
    kinds = visit.services.runs.kinds
    practised = {key for key, kind in kinds.items() if kind.lane == "durable"}
    key = next((row.key for row in catalog.rows() if row.key in practised), "")
    may_start = bool(key) and visit.may(f"run.start.{key}")
    return f"/start/{key}?mode=practice" if may_start else ""


def _unconfirmed(visit: Visit) -> int:
    """What somebody was given that this visitor could confirm as the second person."""
    if not visit.may("user.confirm"):
        return 0
    found = visit.services.second_person.waiting(visit.who)
    return sum(visit.who.user_id not in one["barred"] for one in found)


def _about(visit: Visit) -> Callable[[Mapping[str, Any]], Markup]:
    """Whom a request is about, as its packet says."""
    return lambda approval: visit.speech.name(approval["packet"]["subject"])


@router.get("/parts/count")
def count(visit: Annotated[Visit, Depends(signed_in)]) -> Response:
    """How many decisions wait, for the menu."""
    return page(visit, "count.html")

"""The dashboard: each figure of the company with its definition, and revenue month by month."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from babel.dates import format_skeleton
from fastapi import APIRouter, Depends, Response

from dealix.business.dashboard.tasks import PERIODS
from dealix.console.door import PageRoute, signed_in
from dealix.console.pages.leads import share
from dealix.console.render import page
from dealix.console.visit import Visit

router = APIRouter(route_class=PageRoute, include_in_schema=False)
FIRST = "P30D"


@router.get("/dashboard")
def dashboard(visit: Annotated[Visit, Depends(signed_in)], period: str = FIRST) -> Response:
    """Every metric of the dictionary for one period."""
    visit.section = "dashboard"
    chosen = period if period in PERIODS else FIRST
    found = visit.services.dashboard.figures(visit.who, chosen)
    most = max((Decimal(one.amount) for one in found.months), default=Decimal(0))
    return page(
        visit,
        "dashboard.html",
        found=found,
        chosen=chosen,
        periods=list(PERIODS),
        track=lambda part, whole: share(visit, float(part), float(whole)),
        most=most,
        month=lambda one: _named(visit, one),
        percent=lambda figure: _percent(figure.share),
    )


def _percent(part: str) -> Any:
    """A share as a percentage with one place."""
    return (Decimal(part) * 100).quantize(Decimal("0.1"))


def _named(visit: Visit, month: str) -> str:
    year, number = (int(each) for each in month.split("-"))
    locale = "ar_SA@calendar=gregorian" if visit.speech.locale == "ar" else "en"
    return str(format_skeleton("yMMM", date(year, number, 1), locale=locale.partition("_")[0]))

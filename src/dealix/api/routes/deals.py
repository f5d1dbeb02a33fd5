"""Deals, and the figures that are made of them and of everything else."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from dealix.api.deps import Further, Ident, Limit, OptionalIdent, Parts, Who, problems
from dealix.api.lead_schemas import DealView
from dealix.business.dashboard.schemas import Dashboard
from dealix.business.deals.schemas import DealStatus, NewDeal

router = APIRouter(tags=["deals"])


@router.post(
    "/deals",
    status_code=201,
    responses={200: {"model": DealView}, 201: {"model": DealView}, **problems(401, 403, 404, 422)},
)
def enter(body: NewDeal, actor: Who, services: Parts, response: Response) -> dict[str, Any]:
    """Enter a deal; the same `key` again brings that deal up to date and answers 200."""
    entered = services.deals.enter(actor, body)
    response.status_code = 201 if entered.created else 200
    return services.deals.get(actor, entered.id)


@router.get("/deals", responses={200: {"model": list[DealView]}, **problems(401, 403, 422)})
def deals(
    actor: Who,
    services: Parts,
    further: Further,
    status: DealStatus | None = None,
    limit: Limit = 100,
    cursor: OptionalIdent = None,
) -> list[dict[str, Any]]:
    """Deals, the newest first; the header `Link` leads to older ones."""
    return further(services.deals.newest(actor, status, limit, cursor), limit)


@router.get("/deals/{deal_id}", responses={200: {"model": DealView}, **problems(401, 403, 404)})
def deal(deal_id: Ident, actor: Who, services: Parts) -> dict[str, Any]:
    """One deal."""
    return services.deals.get(actor, deal_id)


@router.get("/dashboard", responses={200: {"model": Dashboard}, **problems(401, 403, 422)})
def dashboard(
    actor: Who,
    services: Parts,
    period: Annotated[
        Literal["P30D", "P90D", "P365D"], Query(description="Which days, up to now.")
    ] = "P30D",
) -> dict[str, Any]:
    """Every metric of the dictionary for one period."""
    return services.dashboard.figures(actor, period).model_dump(mode="json")

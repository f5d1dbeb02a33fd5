"""Leads: entering them, what they did, and how promising they are."""

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field

from dealix.api.bodies import Body
from dealix.api.deps import Further, Ident, Limit, OptionalIdent, Parts, Who, problems
from dealix.api.lead_schemas import (
    ActedView,
    JobView,
    LeadView,
    LeadWithCard,
    ScoredView,
    with_card,
)
from dealix.business.leads.memos import LeadStatus
from dealix.business.leads.schemas import Grade, LeadInput, LeadScoreCard, NewActivity

router = APIRouter(tags=["leads"])


class Several(Body):
    """Leads by their IDs."""

    leads: Annotated[
        list[Annotated[str, Field(max_length=128)]], Field(min_length=1, max_length=500)
    ]


@router.post(
    "/leads",
    status_code=201,
    responses={
        200: {"model": LeadWithCard},
        201: {"model": LeadWithCard},
        **problems(401, 403, 422),
    },
)
def enter(body: LeadInput, actor: Who, services: Parts, response: Response) -> dict[str, Any]:
    """Enter a lead; the same `key` again brings that lead up to date and answers 200."""
    entered = services.leads.enter(actor, body)
    response.status_code = 201 if entered.created else 200
    return services.leads.get(actor, entered.id)


@router.get("/leads", responses={200: {"model": list[LeadView]}, **problems(401, 403, 422)})
def leads(
    actor: Who,
    services: Parts,
    further: Further,
    grade: Grade | None = None,
    status: LeadStatus | None = None,
    limit: Limit = 100,
    cursor: OptionalIdent = None,
) -> list[dict[str, Any]]:
    """Leads, the newest first; the header `Link` leads to older ones."""
    found = services.leads.newest(actor, grade=grade, status=status, limit=limit, before=cursor)
    return further(found, limit)


@router.get("/leads/{lead_id}", responses={200: {"model": LeadWithCard}, **problems(401, 403, 404)})
def lead(lead_id: Ident, actor: Who, services: Parts) -> dict[str, Any]:
    """One lead with what it did and its score card."""
    return services.leads.get(actor, lead_id)


@router.post(
    "/leads/{lead_id}/activities",
    responses={200: {"model": ActedView}, **problems(401, 403, 404, 422)},
)
def act(lead_id: Ident, body: NewActivity, actor: Who, services: Parts) -> dict[str, Any]:
    """Record what a lead did; the same `key` again changes nothing."""
    return {"lead": lead_id, "recorded": services.leads.act(actor, lead_id, body)}


@router.post(
    "/leads/{lead_id}/score",
    responses={
        200: {"model": ScoredView},
        202: {"model": ScoredView, "description": "No worker came in time; it is scored later."},
        **problems(401, 403, 404),
    },
)
def score(lead_id: Ident, actor: Who, services: Parts, response: Response) -> dict[str, Any]:
    """Score a lead on a worker; 202 with the job where none answers within the budget."""
    found = services.leads.score(actor, lead_id)
    response.status_code = 202 if found["status"] == "queued" else 200
    return with_card(found, LeadScoreCard)


@router.post(
    "/leads/scores",
    responses={200: {"model": list[LeadScoreCard]}, **problems(401, 403, 404, 422)},
)
def scores(body: Several, actor: Who, services: Parts) -> list[dict[str, Any]]:
    """Score up to 500 leads by rules at once; unknown ones are left out."""
    cards = services.leads.score_many(actor, body.leads)
    return [card.model_dump(mode="json") for card in cards.values()]


@router.get("/jobs/{job_id}", responses={200: {"model": JobView}, **problems(401, 403, 404)})
def job(job_id: Ident, actor: Who, services: Parts) -> dict[str, Any]:
    """A short task that was asked of a worker, as it stands."""
    return services.short_job(actor, job_id)

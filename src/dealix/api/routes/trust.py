"""Trust scores of leads, affiliates, companies and connectors, with their factors."""

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field

from dealix.api.bodies import Body
from dealix.api.deps import IDENT, Ident, Parts, Who, problems
from dealix.api.lead_schemas import TrustScoredView, with_card
from dealix.errors import NotFound
from dealix.trust.scores.schemas import EntityType, TrustScoreCard

router = APIRouter(prefix="/trust/scores", tags=["trust"])


class Asked(Body):
    """What is to be scored; a connector by its key, everything else by its ID."""

    entity_type: EntityType
    entity_id: Annotated[str, Field(pattern=IDENT)]


@router.post(
    "",
    responses={
        200: {"model": TrustScoredView},
        202: {
            "model": TrustScoredView,
            "description": "No worker came in time; it is scored later.",
        },
        **problems(401, 403, 404, 422),
    },
)
def score(body: Asked, actor: Who, services: Parts, response: Response) -> dict[str, Any]:
    """Score it on a worker; `not_enough_data` where too little is known of it."""
    found = services.trust_scores.score(actor, body.entity_type, body.entity_id)
    response.status_code = 202 if found["status"] == "queued" else 200
    return with_card(found, TrustScoreCard)


@router.get(
    "/{entity_type}/{entity_id}",
    responses={200: {"model": TrustScoreCard}, **problems(401, 403, 404, 422)},
)
def last(entity_type: EntityType, entity_id: Ident, actor: Who, services: Parts) -> dict[str, Any]:
    """The last score card of it."""
    found = services.trust_scores.last(actor, entity_type, entity_id)
    if found is None:
        raise NotFound("not_found")
    return found

"""What people outside agreed to: where each stands, and recording what they said."""

from typing import Any, Literal

from fastapi import APIRouter

from dealix.api.bodies import Body
from dealix.api.deps import Further, Ident, Limit, OptionalIdent, Parts, Who, problems
from dealix.api.schemas import ConsentHistory, ConsentView
from dealix.trust.outbound.governance.schemas import Channel, Event, Purpose, Source

router = APIRouter(prefix="/consents", tags=["consents"])


class Said(Body):
    """What a person said; an opt-out is of everything, whatever channel and purpose are named."""

    event: Event
    channel: Channel | Literal["*"] = "*"
    purpose: Purpose | Literal["data_sharing", "*"] = "*"
    source: Source


@router.get("", responses={200: {"model": list[ConsentView]}, **problems(401, 403, 422)})
def consents(
    actor: Who,
    services: Parts,
    further: Further,
    limit: Limit = 200,
    cursor: OptionalIdent = None,
) -> list[dict[str, Any]]:
    """Everybody outside of whom something is on record, who spoke last first.

    The header `Link` leads on.
    """
    return further(services.desk.people(actor, limit, cursor), limit, "person_id")


@router.get("/{person_id}", responses={200: {"model": ConsentHistory}, **problems(401, 403, 404)})
def consent(person_id: Ident, actor: Who, services: Parts) -> dict[str, Any]:
    """One person with every event."""
    return services.desk.person(actor, person_id)


@router.post(
    "/{person_id}/events",
    responses={200: {"model": ConsentHistory}, **problems(401, 403, 404, 422)},
)
def record(person_id: Ident, body: Said, actor: Who, services: Parts) -> dict[str, Any]:
    """Record that the person gave or withdrew consent, or opted out."""
    return services.desk.record(
        actor,
        person_id,
        body.event,
        channel=body.channel,
        purpose=body.purpose,
        source=body.source,
    )

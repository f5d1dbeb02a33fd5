"""Who approves what, whose data are held, and the installation's keys."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from pydantic import Field

from dealix.api.bodies import Body
from dealix.api.deps import Further, Ident, Limit, OptionalIdent, Parts, Who, problems
from dealix.api.schemas import AuthorityOverview, AuthorityView, HeldView, RingView

router = APIRouter(tags=["administration"])
Version = Annotated[int, Path(ge=1, le=1_000_000)]
Flag = Literal["true", "false"]
DRAFT: dict[int | str, dict[str, Any]] = {
    201: {"model": AuthorityView},
    **problems(401, 403, 409, 422),
}
PERSON: dict[int | str, dict[str, Any]] = {
    200: {"model": HeldView},
    **problems(401, 403, 404, 409, 422),
}


class Propose(Body):
    """The rows of a new version, all of them."""

    rows: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=500)]


class Erase(Body):
    """Why, and the hash of what one has seen that is held; a reference names a letter or case."""

    reason: Literal["person_asked", "consent_withdrawn", "purpose_ended", "authority_ordered"]
    held: Annotated[str, Field(min_length=1, max_length=100)]
    reference: Annotated[str, Field(max_length=60)] | None = None


class Rotate(Body):
    """Which ring gets a new key."""

    ring: Literal["codec.keys", "person.kek"]


@router.get("/authority", responses={200: {"model": AuthorityOverview}, **problems(401, 403, 404)})
def authority(actor: Who, services: Parts) -> dict[str, Any]:
    """The table in force with its rows, and every version."""
    return services.authority.overview(actor)


@router.post("/authority", status_code=201, responses=DRAFT)
def propose(body: Propose, actor: Who, services: Parts) -> dict[str, Any]:
    """Draft a new version; it changes nothing until a second person activates it."""
    return services.authority.propose(actor, body.rows)


@router.get(
    "/authority/{version}", responses={200: {"model": AuthorityView}, **problems(401, 403, 404)}
)
def version(version: Version, actor: Who, services: Parts) -> dict[str, Any]:
    """One version, and in what it differs from the one in force."""
    return services.authority.get(actor, version)


@router.post(
    "/authority/{version}/activate",
    responses={200: {"model": AuthorityView}, **problems(401, 403, 404, 409)},
)
def activate(version: Version, actor: Who, services: Parts) -> dict[str, Any]:
    """Put somebody else's draft into force."""
    return services.authority.activate(actor, version)


@router.get("/people", responses={200: {"model": list[HeldView]}, **problems(401, 403, 422)})
def people(
    actor: Who,
    services: Parts,
    further: Further,
    limit: Limit = 50,
    cursor: OptionalIdent = None,
    reveal: Flag = "false",
) -> list[dict[str, Any]]:
    """Persons of the vault with what is held of them; with `reveal`, their names (audited).

    The newest first; the header `Link` leads to older ones.
    """
    named = reveal == "true"
    found = services.register.persons(actor, limit=limit, before=cursor, reveal=named)
    return further(found, limit, "person_id")


@router.get("/people/{person_id}", responses=PERSON)
def person(person_id: Ident, actor: Who, services: Parts, reveal: Flag = "false") -> dict[str, Any]:
    """What is held of one person; its hash `held` is what an erasure must name."""
    return services.register.get(actor, person_id, reveal=reveal == "true")


@router.post("/people/{person_id}/erase", responses=PERSON)
def erase(person_id: Ident, body: Erase, actor: Who, services: Parts) -> dict[str, Any]:
    """Destroy a person's key for good."""
    return services.register.erase(actor, person_id, body.reason, body.held, body.reference)


@router.get("/keys", responses={200: {"model": list[RingView]}, **problems(401, 403)})
def keys(actor: Who, services: Parts) -> list[dict[str, Any]]:
    """The rings of the installation with the names and ages of their keys."""
    return services.rotation.ages(actor)


@router.post("/keys/rotate", responses={200: {"model": RingView}, **problems(401, 403, 409, 422)})
def rotate(body: Rotate, actor: Who, services: Parts) -> dict[str, Any]:
    """Add a key to a ring; what older keys sealed still opens."""
    return services.rotation.rotate(actor, body.ring)

"""Sign in for a token, sign out, who am I, who else is here."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from dealix.api.bodies import Body
from dealix.api.deps import Further, Limit, OptionalIdent, Parts, Who, problems
from dealix.api.schemas import PersonView, SignedInView
from dealix.trust.access.web import address_of, secret_of

router = APIRouter(tags=["people"])


class SignIn(Body):
    """Email and password of a person."""

    email: Annotated[str, Field(min_length=3, max_length=254)]
    password: Annotated[str, Field(min_length=1, max_length=1024)]


@router.post(
    "/sessions",
    status_code=201,
    responses={201: {"model": SignedInView}, **problems(401, 422, 429)},
)
def sign_in(body: SignIn, request: Request, services: Parts) -> dict[str, Any]:
    """Make a bearer token for a person."""
    signed = services.access.sign_in(
        body.email, body.password, address=address_of(request), kind="token"
    )
    return {
        "token": signed.secret,
        "expires_at": signed.expires_at.isoformat(),
        "user_id": signed.actor.user_id,
        "tenant": signed.actor.tenant_id,
        "roles": sorted(signed.actor.roles),
    }


@router.delete("/sessions/current", status_code=204, responses=problems(401, 403))
def sign_out(actor: Who, request: Request, services: Parts) -> Response:
    """End the session or token of this request."""
    services.access.sign_out(actor, secret_of(request))
    return Response(status_code=204)


@router.get("/me", responses={200: {"model": PersonView}, **problems(401)})
def me(actor: Who, services: Parts) -> dict[str, Any]:
    """The signed-in person and company."""
    return services.access.profile(actor)


@router.get("/users", responses={200: {"model": list[PersonView]}, **problems(401, 403, 422)})
def users(
    actor: Who,
    services: Parts,
    further: Further,
    limit: Limit = 200,
    cursor: OptionalIdent = None,
) -> list[dict[str, Any]]:
    """The people of the company with roles and managers; the header `Link` leads on."""
    return further(services.access.people(actor, limit, cursor), limit)

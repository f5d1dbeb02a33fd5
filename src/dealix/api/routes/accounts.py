"""Accounts for administrators, and one's own password and sessions."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field, StrictBool

from dealix.api.account_schemas import AccountView, CodeView, GrantView, SessionView
from dealix.api.bodies import Body, Email, Line, Password, Word
from dealix.api.deps import Ident, Parts, Who, problems
from dealix.trust.access.accounts import Changes, Code, NewPerson
from dealix.trust.access.web import address_of, secret_of

router = APIRouter(prefix="/users", tags=["people"])
Roles = Annotated[list[Word], Field(min_length=1, max_length=20)]
Locale = Literal["ar", "en"]
ONE: dict[int | str, dict[str, Any]] = {
    200: {"model": AccountView},
    **problems(401, 403, 404, 409, 422),
}


class Invite(Body):
    """Who comes in."""

    name: Line
    name_ar: Line
    email: Email
    roles: Roles
    manager_id: Annotated[str, Field(max_length=128)] | None = None
    locale: Locale = "ar"


class Change(Body):
    """What changes of an account; what is left out stays, a manager of null is taken away."""

    roles: Roles | None = None
    manager_id: Annotated[str, Field(max_length=128)] | None = None
    locale: Locale | None = None


class Deactivate(Body):
    """`knowing`: also where requests are left that nobody else can decide."""

    knowing: StrictBool = False


class Redeem(Body):
    """An invitation's code, used up by the password that it sets."""

    email: Email
    code: Annotated[str, Field(min_length=1, max_length=100)]
    password: Password


class ChangePassword(Body):
    """The present password and the one that takes its place."""

    old: Password
    new: Password


@router.post(
    "", status_code=201, responses={201: {"model": CodeView}, **problems(401, 403, 409, 422)}
)
def create(body: Invite, actor: Who, services: Parts) -> dict[str, Any]:
    """Make an account; its code is answered this once, for the person to set a password.

    Roles and manager wait for a second person.
    """
    person = NewPerson(
        body.name, body.name_ar, body.email, tuple(body.roles), body.manager_id, body.locale
    )
    return _code(services.accounts.create(actor, person))


@router.post(
    "/password", status_code=204, responses=problems(401, 422, 429), response_class=Response
)
def redeem(body: Redeem, request: Request, services: Parts) -> Response:
    """Set a password with an invitation's code; nobody is signed in for that."""
    services.own_account.redeem(body.email, body.code, body.password, address=address_of(request))
    return Response(status_code=204)


@router.post("/me/password", responses=problems(401, 403, 422, 429))
def change_password(
    body: ChangePassword, actor: Who, request: Request, services: Parts
) -> dict[str, int]:
    """Change one's own password; every other session and token of one's own ends."""
    ended = services.own_account.change_password(
        actor, body.old, body.new, secret=secret_of(request)
    )
    return {"sessions_ended": ended}


@router.get("/me/sessions", responses={200: {"model": list[SessionView]}, **problems(401)})
def sessions(actor: Who, request: Request, services: Parts) -> list[dict[str, Any]]:
    """Where one is signed in."""
    return services.own_account.sessions(actor, secret_of(request))


@router.delete("/me/sessions/{session_id}", status_code=204, responses=problems(401, 403, 404))
def end_session(session_id: Ident, actor: Who, services: Parts) -> Response:
    """End one of one's own sessions or tokens."""
    services.own_account.end_session(actor, session_id)
    return Response(status_code=204)


@router.get("/grants", responses={200: {"model": list[GrantView]}, **problems(401, 403)})
def waiting(actor: Who, services: Parts) -> list[dict[str, Any]]:
    """What waits for a second person to confirm it, the oldest first."""
    return services.second_person.waiting(actor)


@router.post("/{user_id}/grants/{grant_id}/confirm", responses=ONE)
def confirm(user_id: Ident, grant_id: Ident, actor: Who, services: Parts) -> dict[str, Any]:
    """Confirm as a second person; roles and manager count from now on."""
    services.second_person.confirm(actor, user_id, grant_id)
    return services.accounts.get(actor, user_id)


@router.post("/{user_id}/grants/{grant_id}/refuse", responses=ONE)
def refuse(user_id: Ident, grant_id: Ident, actor: Who, services: Parts) -> dict[str, Any]:
    """Say no to what waits, or take back what one has proposed."""
    services.second_person.refuse(actor, user_id, grant_id)
    return services.accounts.get(actor, user_id)


@router.get("/{user_id}", responses=ONE)
def account(user_id: Ident, actor: Who, services: Parts) -> dict[str, Any]:
    """One account with what depends on it."""
    return services.accounts.get(actor, user_id)


@router.patch("/{user_id}", responses=ONE)
def change(user_id: Ident, body: Change, actor: Who, services: Parts) -> dict[str, Any]:
    """Change roles, manager or language of somebody else; what gives more waits in `grant`."""
    without = "manager_id" in body.model_fields_set and body.manager_id is None
    changes = Changes(
        roles=tuple(body.roles) if body.roles is not None else None,
        manager_id=body.manager_id,
        without_manager=without,
        locale=body.locale,
    )
    return services.accounts.change(actor, user_id, changes)


@router.post(
    "/{user_id}/invitations",
    status_code=201,
    responses={201: {"model": CodeView}, **problems(401, 403, 404, 409, 422)},
)
def invite(user_id: Ident, actor: Who, services: Parts) -> dict[str, Any]:
    """A new code for somebody; the older one ends."""
    return _code(services.accounts.invite(actor, user_id))


@router.post("/{user_id}/deactivate", responses=ONE)
def deactivate(
    user_id: Ident, actor: Who, services: Parts, body: Deactivate | None = None
) -> dict[str, Any]:
    """End somebody's access; 409 names the requests that nobody else could decide."""
    knowing = body.knowing if body else False
    return services.accounts.deactivate(actor, user_id, knowing=knowing)


@router.post("/{user_id}/activate", responses=ONE)
def activate(user_id: Ident, actor: Who, services: Parts) -> dict[str, Any]:
    """Give somebody their access back."""
    return services.accounts.activate(actor, user_id)


def _code(code: Code) -> dict[str, Any]:
    return {
        "id": code.user_id,
        "code": code.code,
        "expires_at": code.expires_at.isoformat(),
    }

"""One's own profile: passkeys and the devices that stay signed in, each removable at once."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from dealix.actors import Actor
from dealix.console.door import PageRoute, Sent, back_to, checked, first, signed_in
from dealix.console.render import page
from dealix.console.visit import Visit, local_path
from dealix.errors import InvalidInput, NotEntitled
from dealix.i18n.fit import fit
from dealix.trust.access import web
from dealix.trust.access.web import Who

router = APIRouter(route_class=PageRoute, include_in_schema=False)
ceremonies = APIRouter(include_in_schema=False)


@router.get("/profile")
def profile(visit: Annotated[Visit, Depends(signed_in)]) -> Response:
    """Who one is here, with what one signs in."""
    services, host = visit.services, visit.request.headers.get("host", "")
    return page(
        visit,
        "profile.html",
        me=services.access.profile(visit.who),
        passkeys=services.passkeys.list(visit.who),
        devices=services.devices.list(visit.who),
        served=services.passkeys.site.serves(host),
        elsewhere=f"{services.passkeys.site.origins[0]}/profile",
    )


@router.post("/passkeys/{passkey_id}/remove")
def remove_passkey(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],  # noqa: ARG001 (its token was checked)
    passkey_id: str,
) -> Response:
    """Forget a passkey."""
    visit.services.passkeys.remove(visit.who, passkey_id)
    return back_to("/profile", "removed")


@router.post("/devices/{device_id}/revoke")
def revoke_device(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],  # noqa: ARG001 (its token was checked)
    device_id: str,
) -> Response:
    """Sign a device out."""
    visit.services.devices.revoke(visit.who, device_id)
    return back_to("/profile", "removed")


@router.post("/touch")
def touch(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
) -> Response:
    """Prove by password that it is still oneself, and go on."""
    password = (sent.get("password") or [""])[0]
    visit.services.access.touch(visit.who, password)
    return back_to(local_path(first(sent, "next")))


@ceremonies.post("/passkeys/options/{purpose}")
def options(request: Request, purpose: str) -> JSONResponse:
    """What the browser is asked to do, for registering, touching or signing in."""
    services = request.app.state.services
    services.passkeys.assert_served(request.headers.get("host", ""))
    if purpose == "sign_in":
        _from_here(request)
        return JSONResponse(services.passkeys.options("sign_in", None))
    if purpose not in {"register", "touch"}:
        raise InvalidInput("invalid_input", errors=[{"field": "purpose", "type": "enum"}])
    actor = web.program(request)
    display = services.access.profile(actor)["email"] or ""
    return JSONResponse(services.passkeys.options(purpose, actor, display))


@ceremonies.post("/passkeys/register")
def register(request: Request, actor: Who, body: dict[str, Any]) -> JSONResponse:
    """Keep a new passkey; only right after signing in, a touch or a password."""
    services = request.app.state.services
    _assert_fresh(request, actor)
    label = str(body.get("label", ""))
    if not fit(label):
        raise InvalidInput(
            "invalid_input", errors=[{"field": "label", "type": "forbidden_character"}]
        )
    made = services.passkeys.register(actor, _credential(body), label)
    return JSONResponse({"id": made}, 201)


@ceremonies.post("/passkeys/touch")
def touch_by_passkey(request: Request, actor: Who, body: dict[str, Any]) -> Response:
    """Prove by passkey that it is still oneself."""
    request.app.state.services.passkeys.touch(actor, _credential(body))
    return Response(status_code=204)


@ceremonies.post("/passkeys/sign-in")
def sign_in(request: Request, body: dict[str, Any]) -> Response:
    """Open a session by passkey."""
    _from_here(request)
    passkeys = request.app.state.services.passkeys
    signed = passkeys.sign_in(_credential(body), address=web.address_of(request))
    answer = JSONResponse({"next": local_path(str(body.get("next", "/")))})
    web.admit(request, answer, signed, remember=body.get("remember") is True)
    return answer


def _credential(body: dict[str, Any]) -> dict[str, Any]:
    found = body.get("credential")
    if not isinstance(found, dict):
        raise InvalidInput("invalid_input", errors=[{"field": "credential", "type": "missing"}])
    return found


def _from_here(request: Request) -> None:
    """Nobody is signed in yet: the browser's word that our own page asks must do.

    Raises:
        NotEntitled: `csrf_failed`.
    """
    if not web.same_site(request):
        raise NotEntitled("csrf_failed")


def _assert_fresh(request: Request, actor: Actor) -> None:
    """A stolen session must not make itself a passkey.

    Raises:
        NotEntitled: `touch_needed`.
    """
    if not request.app.state.services.access.fresh(actor):
        raise NotEntitled("touch_needed")

"""The sandbox's mailbox: what partners received, and a box to answer as they would."""

from typing import Annotated, Any

import httpx
from fastapi import APIRouter, Depends, Response

from dealix.console.door import PageRoute, Sent, back_to, checked, first, signed_in
from dealix.console.render import page
from dealix.console.visit import Visit
from dealix.errors import NotFound, ProviderUnavailable
from dealix.i18n import sentence_of
from dealix.trust.access.rights import permit

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PATIENCE = httpx.Timeout(5.0)


@router.get("/mailbox")
def mailbox(visit: Annotated[Visit, Depends(signed_in)]) -> Response:
    """The messages that the other side holds, newest first."""
    return _page(visit)


@router.post("/mailbox/reply")
def reply(
    visit: Annotated[Visit, Depends(signed_in)], sent: Annotated[Sent, Depends(checked)]
) -> Response:
    """Answer as the other party; the answer comes in by the provider's webhook."""
    permit(visit.who, "mailbox.read")
    body = {
        "channel": "email",
        "from": first(sent, "from"),
        "text": first(sent, "text"),
        "message_id": first(sent, "message_id"),
    }
    try:
        _ask(visit, "POST", "/_sandbox/messages/reply", json=body)
    except ProviderUnavailable as failure:
        return _page(visit, failure, body)
    return back_to("/mailbox", "answered")


def _page(
    visit: Visit, failure: ProviderUnavailable | None = None, kept: dict[str, str] | None = None
) -> Response:
    visit.section = "mailbox"
    permit(visit.who, "mailbox.read")
    messages: list[dict[str, Any]] = []
    try:
        messages = _ask(visit, "GET", "/_sandbox/messages").json()[::-1]
    except ProviderUnavailable as silence:
        failure = failure or silence
    return page(
        visit,
        "mailbox.html",
        status=failure.status if failure else 200,
        messages=messages,
        kept=kept or {},
        problem=sentence_of(failure, visit.speech.locale) if failure else "",
    )


def _ask(visit: Visit, method: str, path: str, **more: Any) -> httpx.Response:
    base = visit.services.settings.sandbox_url
    if not base:
        raise NotFound("not_found")
    try:
        answer = httpx.request(method, f"{base.rstrip('/')}{path}", timeout=PATIENCE, **more)
        answer.raise_for_status()
    except httpx.HTTPError as failure:
        raise ProviderUnavailable(
            "provider_unavailable", provider="sandbox", reason=type(failure).__name__
        ) from failure
    return answer

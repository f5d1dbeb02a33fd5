"""The sandbox's mailbox: what partners received, and a box to answer as they would.

The sandbox plays the other side for every company of an installation and knows no tenants. A mail
is shown to the company whose ledger holds the key that its Message-ID was made of; so is a WhatsApp
message by its correlation ID.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from dealix.console.door import PageRoute, Sent, back_to, checked, first, signed_in
from dealix.console.files import download
from dealix.console.other_side import ask
from dealix.console.render import page
from dealix.console.visit import Visit
from dealix.errors import NotFound, ProviderUnavailable
from dealix.i18n import sentence_of
from dealix.i18n.fit import legible
from dealix.records.effects import list_effects
from dealix.trust.access.rights import permit

router = APIRouter(route_class=PageRoute, include_in_schema=False)
CHANNELS = frozenset({"email", "whatsapp"})
WRITTEN = frozenset({"subject", "text", "from"})
PARTNER_PAGE = re.compile(r"/p/[0-9a-f]{64}(?![0-9a-f])")


@router.get("/mailbox")
def mailbox(visit: Annotated[Visit, Depends(signed_in)]) -> Response:
    """The messages that the other side holds, newest first."""
    return _page(visit)


@router.get("/mailbox/{message}/attachments/{number}")
def attachment(visit: Annotated[Visit, Depends(signed_in)], message: int, number: int) -> Response:
    """A file that a mail of this company carried."""
    permit(visit.who, "mailbox.read")
    mail = next((each for each in _own(visit) if each["id"] == message), {})
    files = mail.get("attachments") or []
    if not 1 <= number <= len(files):
        raise NotFound("not_found")
    found = files[number - 1]
    path = f"/_sandbox/messages/{message}/attachments/{number}"
    content = ask(visit, "GET", path).content
    return download(found["name"] or f"{number}", found["type"], content)


@router.post("/mailbox/reply")
def reply(
    visit: Annotated[Visit, Depends(signed_in)], sent: Annotated[Sent, Depends(checked)]
) -> Response:
    """Answer as the other party; the answer comes in by the provider's webhook."""
    permit(visit.who, "mailbox.read")
    if _name_of(first(sent, "message_id")) not in _own_names(visit):
        raise NotFound("not_found")
    body = {
        "channel": first(sent, "channel") or "email",
        "from": first(sent, "from"),
        "text": first(sent, "text"),
        "message_id": first(sent, "message_id"),
    }
    try:
        ask(visit, "POST", "/_sandbox/messages/reply", json=body)
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
        messages = list(reversed(_own(visit)))
    except ProviderUnavailable as silence:
        failure = failure or silence
    return page(
        visit,
        "mailbox.html",
        status=failure.status if failure else 200,
        messages=messages,
        page_in=_page_in,
        kept=kept or {},
        problem=sentence_of(failure, visit.speech.locale) if failure else "",
    )


def _own(visit: Visit) -> list[dict[str, Any]]:
    """This company's messages, oldest first."""
    received: list[dict[str, Any]] = ask(visit, "GET", "/_sandbox/messages").json()
    own = _own_names(visit)
    mine = (each for each in received if _mentioned(each) & own)
    return [
        {n: legible(v) if n in WRITTEN and isinstance(v, str) else v for n, v in each.items()}
        for each in mine
    ]


def _page_in(message: Mapping[str, Any]) -> str:
    """The partner's page that a message of ours leads to, on this site; empty where there is none.

    What came in from outside is never made into a link.
    """
    found = (
        PARTNER_PAGE.search(message.get("text") or "") if message["direction"] == "out" else None
    )
    return found[0] if found else ""


def _own_names(visit: Visit) -> set[str]:
    """The names of Message-IDs that this company's effects have: digests of their keys."""
    with visit.services.database.tenant(visit.who.tenant_id) as session:
        effects = list_effects(session, None)
    keys = (str(each["key"]) for each in effects if each["system"] in CHANNELS)
    return {hashlib.sha256(key.encode()).hexdigest()[:40] for key in keys}


def _mentioned(message: Mapping[str, Any]) -> set[str]:
    """A message's own name and those of the mails that it answers."""
    answered = [message.get("in_reply_to"), *(message.get("references") or ())]
    return {_name_of(each) for each in (message["message_id"], *answered) if each}


def _name_of(message_id: str) -> str:
    return message_id.strip().lstrip("<").removeprefix("wa.").partition("@")[0]

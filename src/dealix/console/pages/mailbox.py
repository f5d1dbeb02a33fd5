"""The sandbox's mailbox: what partners received, and a box to answer as they would.

The sandbox plays the other side for every company of an installation and knows no tenants. A mail
is shown to the company whose ledger holds the key that its Message-ID was made of; so is a WhatsApp
message by its correlation ID.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from dealix.console.door import (
    PageRoute,
    Sent,
    SentFile,
    back_to,
    checked,
    first,
    sent_named_file,
    signed_in,
)
from dealix.console.files import download
from dealix.console.other_side import ask
from dealix.console.paging import address, cut
from dealix.console.render import page
from dealix.console.visit import Visit
from dealix.errors import InvalidInput, NotFound, ProviderUnavailable
from dealix.i18n import sentence_of
from dealix.i18n.fit import legible
from dealix.records.effects import keys_of
from dealix.trust.access.rights import permit

router = APIRouter(route_class=PageRoute, include_in_schema=False)
CHANNELS = frozenset({"email", "whatsapp"})
WRITTEN = frozenset({"subject", "text", "from"})
PAGE, FETCH = 20, 200
"""How many messages a page shows, and how many the sandbox is asked for at a time."""
PARTNER_PAGE = re.compile(r"/p/[0-9a-f]{64}(?![0-9a-f])")


@router.get("/mailbox")
def mailbox(visit: Annotated[Visit, Depends(signed_in)], before: int = 0) -> Response:
    """The messages that the other side holds, newest first, a page at a time."""
    return _page(visit, before=before)


@router.get("/mailbox/{message}/attachments/{number}")
def attachment(visit: Annotated[Visit, Depends(signed_in)], message: int, number: int) -> Response:
    """A file that a mail of this company carried."""
    permit(visit.who, "mailbox.read")
    own, newest = _own_names(visit), _received(visit, message + 1, 1)
    mail = next((each for each in newest if each["id"] == message and _mentioned(each) & own), {})
    files = mail.get("attachments") or []
    if not 1 <= number <= len(files):
        raise NotFound("not_found")
    found = files[number - 1]
    path = f"/_sandbox/messages/{message}/attachments/{number}"
    content = ask(visit, "GET", path).content
    return download(found["name"] or f"{number}", found["type"], content)


@router.post("/mailbox/reply")
def reply(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    file: Annotated[SentFile | None, Depends(sent_named_file)],
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
        ask(visit, "POST", "/_sandbox/messages/reply", json=body | _enclosed(file))
    except ProviderUnavailable as failure:
        return _page(visit, failure, body)
    return back_to("/mailbox", "answered")


@router.post("/mailbox/write")
def write(
    visit: Annotated[Visit, Depends(signed_in)],
    sent: Annotated[Sent, Depends(checked)],
    file: Annotated[SentFile | None, Depends(sent_named_file)],
) -> Response:
    """Write to the company as somebody it does not know."""
    permit(visit.who, "mailbox.read")
    body = {name: first(sent, name) for name in ("channel", "from", "subject", "text")}
    if body["channel"] not in CHANNELS or not body["from"] or not body["text"]:
        raise InvalidInput("invalid_input")
    if body["channel"] == "email" and "@" not in body["from"]:
        raise InvalidInput("invalid_input")
    try:
        ask(visit, "POST", "/_sandbox/messages/write", json=body | _enclosed(file))
    except ProviderUnavailable as failure:
        return _page(visit, failure, body)
    return back_to("/outbound", "written")


def _enclosed(file: SentFile | None) -> dict[str, Any]:
    if file is None:
        return {}
    content = base64.b64encode(file.content).decode("ascii")
    return {"attachments": [{"filename": file.name, "content": content}]}


def _page(
    visit: Visit,
    failure: ProviderUnavailable | None = None,
    kept: dict[str, str] | None = None,
    before: int = 0,
) -> Response:
    visit.section = "mailbox"
    permit(visit.who, "mailbox.read")
    found: list[dict[str, Any]] = []
    try:
        found = _own(visit, before, PAGE + 1)
    except ProviderUnavailable as silence:
        failure = failure or silence
    messages, older = cut(found, PAGE)
    return page(
        visit,
        "mailbox.html",
        status=failure.status if failure else 200,
        messages=messages,
        begin="/mailbox" if before else "",
        older=address("/mailbox", before=older) if older else "",
        page_in=_page_in,
        kept=kept or {},
        problem=sentence_of(failure, visit.speech.locale) if failure else "",
        largest=visit.services.settings.max_upload_bytes,
    )


def _own(visit: Visit, before: int, most: int) -> list[dict[str, Any]]:
    """At most so many of this company's messages, newest first, those `before` an id.

    The sandbox knows no companies, so its messages are looked through, some at a time.
    """
    own, found = _own_names(visit), list[dict[str, Any]]()
    while len(found) < most:
        received = _received(visit, before, FETCH)
        found += [each for each in received if _mentioned(each) & own]
        if len(received) < FETCH:
            break
        before = received[-1]["id"]
    return found[:most]


def _received(visit: Visit, before: int, most: int) -> list[dict[str, Any]]:
    """The newest messages of every company, those `before` an id where one is given."""
    asked = {"last": most} | ({"before": before} if before else {})
    found: list[dict[str, Any]] = ask(visit, "GET", "/_sandbox/messages", params=asked).json()
    return [
        {n: legible(v) if n in WRITTEN and isinstance(v, str) else v for n, v in each.items()}
        for each in reversed(found)
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
        keys = keys_of(session, CHANNELS)
    return {hashlib.sha256(key.encode()).hexdigest()[:40] for key in keys}


def _mentioned(message: Mapping[str, Any]) -> set[str]:
    """A message's own name and those of the mails that it answers."""
    answered = [message.get("in_reply_to"), *(message.get("references") or ())]
    return {_name_of(each) for each in (message["message_id"], *answered) if each}


def _name_of(message_id: str) -> str:
    return message_id.strip().lstrip("<").removeprefix("wa.").partition("@")[0]

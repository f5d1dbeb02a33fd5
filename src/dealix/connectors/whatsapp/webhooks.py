"""Webhooks of WhatsApp: signed over the raw bytes, batched, and taken apart into single items.

Source: Meta's Cloud API documentation of webhooks. `X-Hub-Signature-256` is the HMAC-SHA256 under
the app's secret over the bytes as received, escapes included, so a body is never written anew
before it is checked.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, cast, get_args

from dealix.connectors import phones
from dealix.connectors.deliveries import (
    Conversation,
    Delivery,
    ReceivedFile,
    ReceivedMail,
    Standing,
    StatusFacts,
)
from dealix.connectors.mail_files import plain_name
from dealix.connectors.secrets import SecretStore
from dealix.errors import InvalidInput, NotEntitled, NotSignedIn

PROVIDER = "whatsapp"
HEADER = "x-hub-signature-256"
OBJECT = "whatsapp_business_account"
SECONDS = re.compile(r"[0-9]{1,11}")
LONGEST_ID = 200
LONGEST_CORRELATION = 512
MEDIA = frozenset({"audio", "document", "image", "video"})
READ_AS = {"played": "read"}
"""A voice message that was played has been read."""


def handshake(secrets: SecretStore, query: Mapping[str, str]) -> str:
    """The challenge to answer with, when the token is ours; `NotEntitled` otherwise."""
    given, ours = query.get("hub.verify_token", ""), secrets.get("whatsapp.verify_token")
    right = hmac.compare_digest(given.encode(), ours.encode())
    if query.get("hub.mode") != "subscribe" or not right:
        raise NotEntitled("webhook_handshake")
    return query.get("hub.challenge", "")


def verify(secrets: SecretStore, headers: Mapping[str, str], raw: bytes) -> tuple[Delivery, ...]:
    """Every message and status in a webhook; while the app's secret rotates, both count, by space.

    What is about nothing of ours (an account's update, a status that names no correlation ID) is
    no delivery, and is acknowledged all the same.
    """
    lowered = {name.lower(): value for name, value in headers.items()}
    given = lowered.get(HEADER, "")
    known = secrets.get("whatsapp.app_secret").split()
    if not any(hmac.compare_digest(given.encode(), _signature(each, raw)) for each in known):
        raise NotSignedIn("webhook_signature")
    return tuple(_deliveries(raw))


def _signature(secret: str, raw: bytes) -> bytes:
    return b"sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest().encode()


def _deliveries(raw: bytes) -> Iterator[Delivery]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise InvalidInput("invalid_input", errors={"body": "json_invalid"}) from None
    if not isinstance(body, dict) or body.get("object") != OBJECT:
        return
    for value in _values(body):
        metadata = value.get("metadata")
        ours = str(metadata.get("phone_number_id") or "") if isinstance(metadata, dict) else ""
        ours = ours if ours.isprintable() else ""
        for status in _rows(value, "statuses"):
            yield from _status(status)
        for message in _rows(value, "messages"):
            yield from _message(ours, message)


def _values(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for entry in _rows(body, "entry"):
        for change in _rows(entry, "changes"):
            if change.get("field") == "messages" and isinstance(change.get("value"), dict):
                yield change["value"]


def _rows(holder: dict[str, Any], name: str) -> list[dict[str, Any]]:
    rows = holder.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _status(status: dict[str, Any]) -> Iterator[Delivery]:
    """A status by message, standing and time; Meta may tell of the same standing anew."""
    correlation = status.get("biz_opaque_callback_data")
    own_id = f"{status.get('id')}:{status.get('status')}:{status.get('timestamp')}"
    ours = isinstance(correlation, str) and 0 < len(correlation) <= LONGEST_CORRELATION
    asked = f"{own_id}{correlation}".isprintable()  # no query can be asked for the rest
    if ours and asked and len(own_id) <= LONGEST_ID and _facts(status) is not None:
        yield Delivery(PROVIDER, own_id, (str(correlation),), _kept({"status": status}))


def _message(ours: str, message: dict[str, Any]) -> Iterator[Delivery]:
    """A message by its wamid. Its sender may be known by another ID than a phone number."""
    own_id, sender = message.get("id"), message.get("from")
    if not isinstance(own_id, str) or not 0 < len(own_id) <= LONGEST_ID:
        return
    if not own_id.isprintable():
        return
    number = phones.from_provider(sender) if isinstance(sender, str) and sender.isdigit() else ""
    context = message.get("context")
    quoted = context.get("id") if isinstance(context, dict) else None
    quoted = quoted if isinstance(quoted, str) and quoted.isprintable() else None
    conversation = Conversation(PROVIDER, ours, number, quoted)
    yield Delivery(PROVIDER, own_id, (), _kept({"message": message}), conversation)


def _kept(item: dict[str, Any]) -> bytes:
    return json.dumps(item, ensure_ascii=False).encode("utf-8", "backslashreplace")


def facts_of(raw: bytes) -> StatusFacts | None:
    """What a kept item tells of a message of ours; None when it is itself a message."""
    status = json.loads(raw).get("status")
    return _facts(status) if isinstance(status, dict) else None


def _facts(status: dict[str, Any]) -> StatusFacts | None:
    name = READ_AS.get(str(status.get("status")), status.get("status"))
    seconds = str(status.get("timestamp") or "")
    if name not in get_args(Standing) or not SECONDS.fullmatch(seconds):
        return None
    errors = _rows(status, "errors")
    code = errors[0].get("code") if errors else None
    return StatusFacts(
        reference=str(status.get("id")),
        status=cast("Standing", name),
        at=datetime.fromtimestamp(int(seconds), UTC),
        reason=f"whatsapp_{code}" if isinstance(code, int) else None,
    )


def read(raw: bytes) -> ReceivedMail:
    """The message in a kept item; what is no text is named by its type."""
    message = json.loads(raw).get("message") or {}
    seconds = str(message.get("timestamp") or "0")
    at = datetime.fromtimestamp(int(seconds) if SECONDS.fullmatch(seconds) else 0, UTC)
    sender = str(message.get("from") or "")
    number = phones.from_provider(sender) if sender.isdigit() else sender
    return ReceivedMail(number, "", _words(message), at.isoformat(), _files(message))


def _files(message: dict[str, Any]) -> tuple[ReceivedFile, ...]:
    """The file that a message names; what it holds stays with Meta under the media's ID."""
    kind = str(message.get("type") or "")
    part = message.get(kind)
    if kind not in MEDIA or not isinstance(part, dict):
        return ()
    media = part.get("id")
    known = isinstance(media, str) and media.isprintable() and len(media) <= LONGEST_ID
    return (ReceivedFile(plain_name(part.get("filename")), reference=media if known else None),)


def _words(message: dict[str, Any]) -> str:
    kind = str(message.get("type") or "")
    part = message.get(kind)
    found: Any = None
    if isinstance(part, dict):
        chosen = part.get("button_reply") or part.get("list_reply")
        found = chosen.get("title") if isinstance(chosen, dict) else None
        found = found or part.get("body") or part.get("text") or part.get("caption")
    return found if isinstance(found, str) else f"[{kind}]"

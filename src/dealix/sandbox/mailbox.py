"""The mailbox of the other parties: what they received, and what they answer."""

import json
from dataclasses import dataclass
from email.utils import getaddresses
from typing import Any

from dealix.sandbox import enclosed, webhooks
from dealix.sandbox.door import as_bytes
from dealix.sandbox.enclosed import Enclosed
from dealix.sandbox.rows import Delivery, Effect, Inbound, Json
from dealix.sandbox.smtp import parsing
from dealix.sandbox.whatsapp import replies
from dealix.sandbox.world import World, stamp

PATH = "/api/v1/webhooks/smtp"
MAX_TEXT = 100_000
OURS = "partners@dealix.example"
"""To whom a stranger writes."""
PROVIDERS = {"email": "smtp", "whatsapp": "whatsapp"}
"""Who delivers the answers of each channel."""

_FIELDS = {"channel", "from", "text", "subject", "message_id", "scope", "at", "attachments"}


class ReplyError(ValueError):
    """A reply that cannot be written: its status and a sentence that says why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def address(text: str) -> str:
    """The bare address of a `Name <address>`, in lower case."""
    found = getaddresses([text])
    return (found[0][1] if found else text).strip().lower()


def messages(world: World, wanted: str | None, scope: str | None) -> list[Json]:
    """Messages in both directions, oldest first; those of one address or scope when asked for."""
    channels = {provider: channel for channel, provider in PROVIDERS.items()}
    sent = [
        _sent(each, channels[each.provider])
        for each in world.effects.values()
        if each.provider in channels
    ]
    received = [_received(each) for each in world.inbound.values()]
    found = sorted(sent + received, key=lambda each: int(each["id"]))
    if wanted:
        bare = {address(wanted), replies.number(wanted)} - {""}
        found = [each for each in found if bare & {*map(address, [each["from"], *each["to"]])}]
    return [each for each in found if scope in (None, each["scope"])]


@dataclass(frozen=True)
class Attached:
    """A file that a mail carried."""

    name: str
    media_type: str
    content: bytes


def attachment(world: World, effect_id: int, number: int) -> Attached | None:
    """The nth file of a mail, out of the mail or the webhook as it came."""
    if (written := world.inbound.get(effect_id)) is not None:
        return _written(world, written, number)
    effect = world.effects.get(effect_id)
    request = world.requests.get(effect.request or 0) if effect else None
    if request is None or request.provider != "smtp":
        return None
    files = parsing.files(parsing.parse(as_bytes(request.body, request.encoding)))
    if not 1 <= number <= len(files):
        return None
    return Attached(*files[number - 1])


def _written(world: World, row: Inbound, number: int) -> Attached | None:
    delivery = world.deliveries.get(row.delivery)
    content = enclosed.held(delivery.body, number) if row.channel == "email" and delivery else None
    if content is None:
        return None
    told = row.attachments[number - 1]
    return Attached(told["name"] or "", told["type"], content)


def _sent(effect: Effect, channel: str) -> Json:
    body = {name: value for name, value in effect.body.items() if name not in {"sha256", "sender"}}
    if channel == "whatsapp":
        own = {"from": body["number_id"], "to": [body["to"]], "subject": "", "html": None}
        body |= own | {"in_reply_to": None, "references": []}
    return body | {
        "id": effect.id,
        "channel": channel,
        "direction": "out",
        "reference": effect.reference,
        "message_id": effect.idempotency_key,
        "at": effect.at,
        "received_at": effect.received_at,
        "scope": effect.scope,
        "undone": effect.undone,
        "undoes": effect.undoes,
    }


def _received(row: Inbound) -> Json:
    return {
        "id": row.id,
        "channel": row.channel,
        "direction": "in",
        "from": row.sender,
        "to": [row.recipient],
        "subject": row.subject,
        "text": row.text,
        "html": None,
        "message_id": row.message_id,
        "in_reply_to": row.in_reply_to,
        "references": row.references,
        "at": row.at,
        "received_at": row.received_at,
        "scope": row.scope,
        "delivery": row.delivery,
        "attachments": row.attachments,
    }


def reply(world: World, data: object, claimed_time: str | None) -> tuple[Inbound, Delivery]:
    """Write an answer to the last message that somebody received, and its webhook. ReplyError."""
    wanted, files = _checked(data)
    try:
        if wanted["channel"] == "whatsapp":
            return replies.reply(world, wanted, claimed_time, files)
        return _mail(world, wanted, claimed_time, files)
    except replies.NoSuchMessage as none:
        raise ReplyError(404, str(none)) from None
    except ReplyError:
        raise
    except ValueError:
        raise ReplyError(422, "at is an RFC 3339 time with its offset") from None


def write(world: World, data: object, claimed_time: str | None) -> tuple[Inbound, Delivery]:
    """Write to us as somebody who answers nothing, and the webhook. ReplyError."""
    wanted, files = _checked(data)
    try:
        if wanted["channel"] == "whatsapp":
            return replies.first_word(world, wanted, claimed_time, files)
        return _first_mail(world, wanted, claimed_time, files)
    except ValueError:
        raise ReplyError(422, "at is an RFC 3339 time with its offset") from None


def _first_mail(
    world: World, wanted: dict[str, str], claimed_time: str | None, files: list[Enclosed]
) -> tuple[Inbound, Delivery]:
    at, received = stamp(wanted.get("at") or claimed_time)
    message = Inbound(
        id=world.next_id(),
        channel="email",
        sender=wanted["from"],
        recipient=OURS,
        subject=wanted.get("subject") or "",
        text=wanted["text"],
        message_id=f"<{world.reference('new-')}@{address(wanted['from']).partition('@')[2]}>",
        in_reply_to="",
        references=[],
        at=at,
        received_at=received,
        delivery="",
        scope=wanted.get("scope"),
    )
    return _told(world, message, files)


def _told(world: World, message: Inbound, files: list[Enclosed]) -> tuple[Inbound, Delivery]:
    """A mail with the webhook that tells of it."""
    message.attachments = [each.told() for each in files]
    body = _payload(message, files)
    delivery = webhooks.new_delivery(world, "smtp", PATH, body, message.scope)
    message.delivery = delivery.id
    world.commit(message, delivery)
    return message, delivery


def _mail(
    world: World, wanted: dict[str, str], claimed_time: str | None, files: list[Enclosed]
) -> tuple[Inbound, Delivery]:
    answered = _answered(world, wanted)
    at, received = stamp(wanted.get("at") or claimed_time)
    body = answered.body
    subject = wanted.get("subject") or _re(str(body["subject"]))
    message = Inbound(
        id=world.next_id(),
        channel="email",
        sender=wanted["from"],
        recipient=address(str(body["reply_to"] or body["from"])),
        subject=subject,
        text=wanted["text"],
        message_id=f"<{world.reference('reply-')}@{address(wanted['from']).partition('@')[2]}>",
        in_reply_to=answered.idempotency_key,
        references=[*body["references"], answered.idempotency_key],
        at=at,
        received_at=received,
        delivery="",
        scope=answered.scope,
    )
    return _told(world, message, files)


def _checked(data: object) -> tuple[dict[str, str], list[Enclosed]]:
    if not isinstance(data, dict):
        raise ReplyError(422, "a reply is a JSON object")
    if unknown := set(data) - _FIELDS:
        raise ReplyError(422, f"unknown fields: {', '.join(sorted(map(str, unknown)))}")
    if data.get("channel") not in PROVIDERS:
        raise ReplyError(422, f"channel is one of {', '.join(PROVIDERS)}")
    try:
        files = enclosed.enclosed(data.get("attachments"))
    except enclosed.EnclosureError as error:
        raise ReplyError(422, str(error)) from None
    data = {name: value for name, value in data.items() if name != "attachments"}
    _check_texts(data)
    return {name: value for name, value in data.items() if value is not None}, files


def _check_texts(data: dict[str, Any]) -> None:
    for name in ("from", "text"):
        if not isinstance(data.get(name), str) or not data[name].strip():
            raise ReplyError(422, f"{name} is a text")
    if not all(isinstance(value, str | None) for value in data.values()):
        raise ReplyError(422, "every field is a text")
    if len(data["text"]) > MAX_TEXT:
        raise ReplyError(413, f"text is longer than {MAX_TEXT} characters")
    if data["channel"] == "email" and "@" not in address(data["from"]):
        raise ReplyError(422, "from is an email address")
    if data["channel"] == "whatsapp" and not replies.number(data["from"]):
        raise ReplyError(422, "from is a phone number")


def _answered(world: World, wanted: dict[str, str]) -> Effect:
    """The mail that is answered: the last one to that address, or the one named."""
    sender = address(wanted["from"])
    for each in reversed(world.sent_to.get(sender, [])):
        effect = world.effects[each]
        if wanted.get("scope") not in (None, effect.scope):
            continue
        if wanted.get("message_id") in (None, effect.idempotency_key):
            return effect
    raise ReplyError(404, f"{sender} has received no such mail")


def _re(subject: str) -> str:
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _payload(message: Inbound, files: list[Enclosed]) -> str:
    """The webhook's body, in the shape that Standard Webhooks recommends."""
    data: dict[str, Any] = {
        "type": "email.received",
        "timestamp": message.received_at,
        "data": {
            "email_id": str(message.id),
            "message_id": message.message_id,
            "in_reply_to": message.in_reply_to,
            "references": message.references,
            "from": message.sender,
            "to": [message.recipient],
            "subject": message.subject,
            "text": message.text,
            "html": None,
            "sent_at": message.at,
            "attachments": enclosed.carried(files),
        },
    }
    return json.dumps(data, ensure_ascii=False)

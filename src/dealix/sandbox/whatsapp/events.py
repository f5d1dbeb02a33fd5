"""Webhooks of WhatsApp: their bodies as Meta escapes them, and its signature over those bytes."""

import hashlib
import hmac
import json
import secrets
from datetime import datetime

from dealix.sandbox import moments, webhooks
from dealix.sandbox.rows import Delivery, Effect, Inbound, Json
from dealix.sandbox.webhooks import Signing
from dealix.sandbox.whatsapp.messages import ACCEPTED
from dealix.sandbox.world import World

PATH = "/api/v1/webhooks/whatsapp"
HEADER = "x-hub-signature-256"
SENT_AFTER, DELIVERED_AFTER, READ_AFTER = 0.05, 0.2, 0.5
FAILED_AFTER = 0.1
DISPLAY_NUMBER = "966110000000"
ACCOUNT, NUMBER = "200000000000001", "100000000000001"
"""The account and its number where none are given."""
EVERY = 4
"""Meta sends no `delivered` for a message that is read at once; here, one of so many is."""


def sign(secret: str, body: bytes) -> dict[str, str]:
    """The header that says who sent these bytes: hexadecimal HMAC-SHA256 under the app's secret."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {HEADER: f"sha256={digest}"}


def signing(secret: str) -> Signing:
    """How WhatsApp's deliveries are signed."""
    stranger = secrets.token_hex(16)
    return Signing(
        lambda delivery: sign(secret, delivery.body.encode()),
        lambda delivery: sign(stranger, delivery.body.encode()),
    )


def escaped(body: Json) -> str:
    r"""The body as Meta sends it: ASCII alone, other letters as `\uXXXX`, slashes as `\/`."""
    return json.dumps(body, ensure_ascii=True, separators=(",", ":")).replace("/", r"\/")


def statuses(
    world: World, effect: Effect, failure: int | None, *, batched: bool = False
) -> list[Delivery]:
    """What is told of a message, each for its time: sent, delivered, read; or that it failed.

    `batched`: all of it in one webhook, by several entries, the latest first.
    """
    if effect.body["standing"] != ACCEPTED:
        return []
    if failure is not None:
        told = [("failed", FAILED_AFTER)]
    else:
        told = [("sent", SENT_AFTER), ("delivered", DELIVERED_AFTER), ("read", READ_AFTER)]
        if is_read_at_once(effect.idempotency_key):
            told = [each for each in told if each[0] != "delivered"]
    made = [(_status(effect, name, failure), after) for name, after in told]
    if batched:
        parts = [{"statuses": [one for one, _ in made[1:][::-1]]}, {"statuses": [made[0][0]]}]
        return [_delivery(world, effect, parts, made[-1][1])]
    return [_delivery(world, effect, [{"statuses": [one]}], after) for one, after in made]


def is_read_at_once(key: str) -> bool:
    """Whether a message of this key is one of those that are read at once: always the same ones."""
    return hashlib.sha256(key.encode()).digest()[0] % EVERY == 0


def _status(effect: Effect, name: str, failure: int | None) -> Json:
    status: Json = {
        "id": effect.reference,
        "status": name,
        "timestamp": _seconds(effect.at),
        "recipient_id": effect.body["wa_id"],
    }
    if effect.body["correlation"]:
        status["biz_opaque_callback_data"] = effect.body["correlation"]
    if failure is not None:
        status["errors"] = [_failure(failure)]
    return status


def _failure(code: int) -> Json:
    details = "Message failed to send because more than 24 hours have passed since the customer"
    return {
        "code": code,
        "title": "Re-engagement message",
        "message": "Re-engagement message",
        "error_data": {"details": f"{details} last replied to this number."},
        "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
    }


def answer(world: World, message: Inbound, answered: Effect, *, quotes: bool) -> Delivery:
    """A message that a person has written to us, maybe quoting the one that it answers."""
    items = _words(message, "Partner")
    if quotes:
        context = {"from": DISPLAY_NUMBER, "id": answered.reference}
        items["messages"][0]["context"] = context
    return _delivery(world, answered, [items], 0)


def first_word(world: World, message: Inbound) -> Delivery:
    """A message of somebody to whom we have never written."""
    body = _body(message.recipient, ACCOUNT, [_words(message, "Stranger")])
    return webhooks.new_delivery(world, "whatsapp", PATH, body, message.scope)


def _words(message: Inbound, name: str) -> Json:
    one: Json = {
        "from": message.sender,
        "id": message.message_id,
        "timestamp": _seconds(message.at),
        **_content(message),
    }
    contact = {"profile": {"name": name}, "wa_id": message.sender}
    return {"contacts": [contact], "messages": [one]}


def _content(message: Inbound) -> Json:
    """A text, or a document with the text as its caption."""
    if not message.attachments:
        return {"type": "text", "text": {"body": message.text}}
    file = message.attachments[0]
    document = {
        "caption": message.text,
        "filename": file["name"],
        "mime_type": file["type"],
        "sha256": file["sha256"],
        "id": str(int(file["sha256"][:13], 16)),
    }
    return {"type": "document", "document": document}


def _body(number_id: str, account: str, parts: list[Json]) -> str:
    metadata = {"display_phone_number": DISPLAY_NUMBER, "phone_number_id": number_id}
    value = {"messaging_product": "whatsapp", "metadata": metadata}
    entries = [
        {"id": account, "changes": [{"value": value | items, "field": "messages"}]}
        for items in parts
    ]
    return escaped({"object": "whatsapp_business_account", "entry": entries})


def _delivery(world: World, about: Effect, parts: list[Json], after: float) -> Delivery:
    body = _body(about.body["number_id"], about.body["account"], parts)
    delivery = webhooks.new_delivery(world, "whatsapp", PATH, body, about.scope)
    if delivery.not_before == delivery.created_at:
        delivery.not_before = moments.after(after)
    return delivery


def _seconds(moment: str) -> str:
    return str(int(datetime.fromisoformat(moment).timestamp()))

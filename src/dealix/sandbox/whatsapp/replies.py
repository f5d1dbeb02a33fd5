"""What people answer over WhatsApp: to the last message that their number has received."""

import unicodedata
from collections.abc import Sequence

from dealix.sandbox.enclosed import Enclosed
from dealix.sandbox.rows import Delivery, Effect, Inbound
from dealix.sandbox.whatsapp import answers, events
from dealix.sandbox.world import World, stamp


class NoSuchMessage(LookupError):
    """The number has received no such message, so there is nothing to answer."""


def number(text: str) -> str:
    """The digits of a phone number in whatever form, as WhatsApp names a person."""
    digits = "".join(str(unicodedata.decimal(char)) for char in text if char.isdecimal())
    return digits.removeprefix("00")


def reply(
    world: World, wanted: dict[str, str], claimed_time: str | None, files: Sequence[Enclosed] = ()
) -> tuple[Inbound, Delivery]:
    """Write an answer and its webhook. NoSuchMessage; ValueError for a time that is none.

    Of its files the first is told of as Meta does: by its name and an ID, never by what it holds.
    """
    answered = _answered(world, wanted)
    at, received = stamp(wanted.get("at") or claimed_time)
    message = Inbound(
        id=world.next_id(),
        channel="whatsapp",
        sender=answered.body.get("wa_id") or answered.body["to"],
        recipient=answered.body["number_id"],
        subject="",
        text=wanted["text"],
        message_id=answers.wamid(world),
        in_reply_to=answered.idempotency_key,
        references=[],
        at=at,
        received_at=received,
        delivery="",
        scope=answered.scope,
        attachments=[each.told() for each in files[:1]],
    )
    delivery = events.answer(world, message, answered, quotes="message_id" in wanted)
    message.delivery = delivery.id
    world.commit(message, delivery)
    return message, delivery


def first_word(
    world: World, wanted: dict[str, str], claimed_time: str | None, files: Sequence[Enclosed] = ()
) -> tuple[Inbound, Delivery]:
    """Write a message that answers nothing, and its webhook. ValueError for a time that is none."""
    at, received = stamp(wanted.get("at") or claimed_time)
    message = Inbound(
        id=world.next_id(),
        channel="whatsapp",
        sender=number(wanted["from"]),
        recipient=events.NUMBER,
        subject="",
        text=wanted["text"],
        message_id=answers.wamid(world),
        in_reply_to="",
        references=[],
        at=at,
        received_at=received,
        delivery="",
        scope=wanted.get("scope"),
        attachments=[each.told() for each in files[:1]],
    )
    delivery = events.first_word(world, message)
    message.delivery = delivery.id
    world.commit(message, delivery)
    return message, delivery


def _answered(world: World, wanted: dict[str, str]) -> Effect:
    sender = number(wanted["from"])
    for each in reversed(world.sent_to.get(sender, [])):
        effect = world.effects[each]
        if wanted.get("scope") not in (None, effect.scope):
            continue
        if wanted.get("message_id") in (None, effect.idempotency_key, effect.reference):
            return effect
    raise NoSuchMessage(f"{sender or 'nobody'} has received no such message")

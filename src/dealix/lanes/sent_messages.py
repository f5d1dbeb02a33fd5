"""Remembers each message before it leaves, so that what comes back finds its run and person."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dealix import clock
from dealix.lanes.inbox_models import OutboundMessage
from dealix.store.ids import new_id
from dealix.store.session import tenant_of


def expect_answers(
    session: Session,
    *,
    message_id: str,
    run_id: str | None,
    person_id: str | None,
    effect_key: str,
    channel: str = "email",
    at: datetime | None = None,
    address_index: str | None = None,
) -> None:
    """Record a message before it is sent, in the transaction that commits `started`.

    `address_index` is the blind index of a conversation, on channels whose answers name no message.
    """
    row = {
        "tenant_id": tenant_of(session),
        "id": new_id("msg"),
        "run_id": run_id,
        "message_id": message_id,
        "channel": channel,
        "person_id": person_id,
        "effect_key": effect_key,
        "sent_at": at or clock.now(),
        "recorded_at": clock.real_now(),
        "address_index": address_index,
    }
    session.execute(insert(OutboundMessage).values(row).on_conflict_do_nothing())


def known_there_as(
    session: Session,
    message_id: str,
    provider_id: str,
    address_index: str | None,
    standing: str | None = None,
) -> None:
    """Record how the provider names a message that it took, and the person it went to.

    `standing` is its word for one that it took and holds back.
    """
    session.execute(
        update(OutboundMessage)
        .where(OutboundMessage.message_id == message_id)
        .values(provider_id=provider_id, address_index=address_index, standing=standing)
    )


def standing_of(session: Session, effect_key: str) -> str | None:
    """What the provider called the message of an effect when it held it back; None: it did not."""
    query = select(OutboundMessage.standing).where(OutboundMessage.effect_key == effect_key)
    return session.execute(query.limit(1)).scalar_one_or_none()

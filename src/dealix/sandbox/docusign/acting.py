"""The states of an envelope and who moves it: the sender voids, others sign or decline."""

from collections.abc import Iterable

from dealix.sandbox.docusign import connect
from dealix.sandbox.rows import Delivery, Effect, Envelope, EnvelopeChange, Row
from dealix.sandbox.world import World

OPEN = frozenset({"sent", "delivered"})
REFERENCE = "dealix_ref"


class NotNow(ValueError):
    """The envelope or the signer is in a state in which this cannot be done."""


def key_of(envelope: Envelope) -> str:
    """The sender's own key: its custom field, else its transaction ID, else the envelope's ID."""
    return envelope.custom_fields.get(REFERENCE) or envelope.transaction_id or envelope.id


def change(
    world: World, envelope: Envelope, changes: Iterable[EnvelopeChange], *more: Row
) -> list[Delivery]:
    """Write changes down, one after the other, each with the webhooks that it causes."""
    caused: list[Delivery] = []
    for each in changes:
        moved = each.status != envelope.status
        world.commit(each, *more)
        more = ()
        if moved:
            made = connect.deliveries(world, envelope, f"envelope-{each.status}")
            world.commit(*made)
            caused += made
    return caused


def sign(world: World, envelope: Envelope, who: str | None, at: str) -> list[Delivery]:
    """One signer signs, or all who still have to, in their order. Raises NotNow."""
    waiting = _waiting(envelope)
    chosen = [_chosen(envelope, who)] if who else waiting
    _their_turn(waiting, chosen)
    changes = []
    if envelope.status == "sent":
        changes.append(EnvelopeChange(envelope=envelope.id, status="delivered", at=at))
    left = len(waiting)
    for signer in chosen:
        left -= 1
        changes.append(
            EnvelopeChange(
                envelope=envelope.id,
                status="delivered" if left else "completed",
                at=at,
                signer=signer,
                signer_status="completed",
            )
        )
    return change(world, envelope, changes)


def decline(
    world: World, envelope: Envelope, who: str | None, reason: str, at: str
) -> list[Delivery]:
    """A signer (the next one) declines, which ends the envelope. Raises NotNow."""
    waiting = _waiting(envelope)
    chosen = _chosen(envelope, who) if who else waiting[0]
    _their_turn(waiting, [chosen])
    declined = EnvelopeChange(
        envelope=envelope.id,
        status="declined",
        at=at,
        signer=chosen,
        signer_status="declined",
        reason=reason,
    )
    return change(world, envelope, [declined])


def void(world: World, envelope: Envelope, reason: str, at: str, effect: Effect) -> list[Delivery]:
    """The sender takes an envelope back that is out for signature. Raises NotNow."""
    if envelope.status not in OPEN:
        raise NotNow(f"the envelope is {envelope.status}")
    voided = EnvelopeChange(envelope=envelope.id, status="voided", at=at, reason=reason)
    return change(world, envelope, [voided], effect)


def _waiting(envelope: Envelope) -> list[str]:
    """Who still has to sign, by routing order. Raises NotNow where nobody can."""
    if envelope.status not in OPEN:
        raise NotNow(f"the envelope is {envelope.status}")
    left = [each for each in envelope.signers if each["status"] != "completed"]
    ordered = sorted(left, key=lambda each: int(each["routingOrder"]))
    return [str(each["recipientId"]) for each in ordered]


def _chosen(envelope: Envelope, who: str) -> str:
    for each in envelope.signers:
        if who in (each["recipientId"], each["email"]):
            return str(each["recipientId"])
    raise NotNow("the envelope has no such signer")


def _their_turn(waiting: list[str], chosen: list[str]) -> None:
    for number, signer in enumerate(chosen):
        if signer not in waiting:
            raise NotNow("this signer has acted already")
        if signer != waiting[number]:
            raise NotNow("it is not this signer's turn")

"""Webhooks of the providers: signed as each of them signs, sent until somebody acknowledges."""

import asyncio
import base64
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus

import httpx
from standardwebhooks import Webhook

from dealix.sandbox import faults, moments
from dealix.sandbox.rows import Attempt, Delivery, Fault
from dealix.sandbox.world import World

log = logging.getLogger("dealix.sandbox.webhooks")
FIRST_PAUSE = 0.25
LONGEST_PAUSE = 10.0
ANSWER_SECONDS = 10.0
SECRET_BYTES = 16
_AT_ONCE = frozenset({"webhook_twice", "webhook_late", "webhook_lost"})
_AT_ATTEMPT = frozenset({"webhook_bad_signature"})


Signer = Callable[[Delivery], dict[str, str]]


def same_bytes(delivery: Delivery) -> str:
    """The body of an attempt where every attempt has the same."""
    return delivery.body


@dataclass(frozen=True, slots=True)
class Signing:
    """How one provider signs: with its own keys, and with a stranger's under the fault.

    A signer is given the delivery with the body of this very attempt, which `body` words.
    """

    own: Signer
    forged: Signer
    body: Callable[[Delivery], str] = same_bytes


class Deliverer:
    """Sends every pending delivery on its own, so that a deaf receiver holds up nobody else.

    `base` is put before a delivery's path; a path that is a whole address needs none.
    """

    def __init__(self, world: World, base: str | None, signings: Mapping[str, Signing]) -> None:
        self._world = world
        self._base = base.rstrip("/") if base else None
        self._signings = signings
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._client = httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False)

    def speaks(self, provider: str) -> bool:
        """Whether a webhook of this provider would be heard: there are a key and an address."""
        return provider in self._signings and self._base is not None

    def signer(self, provider: str) -> Signer:
        """What signs this provider's deliveries. KeyError where no key is set for it."""
        return self._signings[provider].own

    def resume(self) -> None:
        """Take up what was pending when the sandbox last died."""
        for delivery in list(self._world.deliveries.values()):
            self.start(delivery.id)

    def start(self, delivery: str) -> None:
        """Send a pending delivery in the background, unless that is under way."""
        row = self._world.deliveries[delivery]
        if row.status != "pending" or not self._reaches(row):
            return
        task = self._tasks.get(delivery)
        if task is None or task.done():
            self._tasks[delivery] = asyncio.create_task(self._deliver(delivery))

    async def close(self) -> None:
        """Stop sending; what is pending is taken up at the next start."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await self._client.aclose()

    def _reaches(self, delivery: Delivery) -> bool:
        whole = delivery.path.startswith("http")
        return delivery.provider in self._signings and (whole or self._base is not None)

    async def _deliver(self, delivery_id: str) -> None:
        await self._world.durable()
        delivery = self._world.deliveries[delivery_id]
        pause = FIRST_PAUSE
        await asyncio.sleep(moments.seconds_until(delivery.not_before))
        try:
            while delivery.status == "pending":
                copies = delivery.copies
                await self._attempt(delivery)
                if delivery.status == "pending" and delivery.copies == copies:
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, LONGEST_PAUSE)
        finally:
            self._tasks.pop(delivery_id, None)

    async def _attempt(self, delivery: Delivery) -> None:
        fault = faults.take(
            self._world,
            delivery.provider,
            _AT_ATTEMPT,
            at=delivery.created_at,
            scope=delivery.scope,
            text=delivery.body,
        )
        answer, error = await self._send(delivery, fault)
        copies, status = delivery.copies, "pending"
        if answer is not None and answer < HTTPStatus.MULTIPLE_CHOICES:
            copies -= 1
            status = "pending" if copies else "acknowledged"
        elif answer == HTTPStatus.GONE:
            status = "gone"
        self._world.commit(
            Attempt(
                delivery=delivery.id,
                at=moments.now(),
                status=status,
                copies=copies,
                answer=answer,
                error=error,
                fault=fault.fault if fault else None,
            )
        )

    async def _send(self, delivery: Delivery, fault: Fault | None) -> tuple[int | None, str | None]:
        signing = self._signings[delivery.provider]
        this = replace(delivery, body=signing.body(delivery))
        headers = {"content-type": "application/json"}
        headers |= signing.own(this) if fault is None else signing.forged(this)
        whole = delivery.path.startswith("http")
        url = delivery.path if whole else f"{self._base}{delivery.path}"
        try:
            answer = await self._client.post(url, content=this.body.encode(), headers=headers)
        except httpx.HTTPError as error:
            return None, type(error).__name__
        return answer.status_code, None


def new_delivery(world: World, provider: str, path: str, body: str, scope: str | None) -> Delivery:
    """A delivery of a provider, struck by the faults that strike whole deliveries."""
    created = moments.now()
    fault = faults.take(world, provider, _AT_ONCE, at=created, scope=scope, text=body)
    name = fault.fault if fault else None
    late = faults.LATE_SECONDS if fault is None or fault.seconds is None else fault.seconds
    return Delivery(
        id=world.reference("msg_"),
        provider=provider,
        path=path,
        body=body,
        created_at=created,
        not_before=moments.after(late) if name == "webhook_late" else created,
        status="lost" if name == "webhook_lost" else "pending",
        copies=2 if name == "webhook_twice" else 1,
        scope=scope,
        fault=name,
    )


def standard(secret: str) -> Signing:
    """Standard Webhooks, as the mail provider signs. ValueError for a secret that cannot sign."""
    if not secret.startswith("whsec_") or len(base64.b64decode(secret[6:] + "==")) < SECRET_BYTES:
        raise ValueError("the webhook secret is whsec_ and at least 16 bytes in base64")
    return Signing(_standard(Webhook(secret)), _standard(Webhook(secrets.token_bytes(32))))


def _standard(webhook: Webhook) -> Signer:
    def sign(delivery: Delivery) -> dict[str, str]:
        signed_at = datetime.fromtimestamp(int(moments.epoch()), UTC)
        return {
            "webhook-id": delivery.id,
            "webhook-timestamp": str(int(signed_at.timestamp())),
            "webhook-signature": webhook.sign(delivery.id, signed_at, delivery.body),
        }

    return sign

"""Webhooks of the providers: signed as Standard Webhooks, sent until somebody acknowledges."""

import asyncio
import base64
import logging
import secrets
from datetime import UTC, datetime
from http import HTTPStatus

import httpx
from standardwebhooks import Webhook

from dealix.sandbox import faults, moments
from dealix.sandbox.rows import Attempt, Delivery, Fault
from dealix.sandbox.world import World, new_reference

log = logging.getLogger("dealix.sandbox.webhooks")
FIRST_PAUSE = 0.25
LONGEST_PAUSE = 10.0
ANSWER_SECONDS = 10.0
SECRET_BYTES = 16
_AT_ONCE = frozenset({"webhook_twice", "webhook_late", "webhook_lost"})
_AT_ATTEMPT = frozenset({"webhook_bad_signature"})


class Deliverer:
    """Sends every pending delivery on its own, so that a deaf receiver holds up nobody else."""

    def __init__(self, world: World, base: str, secret: str) -> None:
        self._world = world
        self._base = base.rstrip("/")
        self._signer = Webhook(secret)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._client = httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False)

    def resume(self) -> None:
        """Take up what was pending when the sandbox last died."""
        for delivery in self._world.deliveries.values():
            if delivery.status == "pending":
                self.start(delivery.id)

    def start(self, delivery: str) -> None:
        """Send a delivery in the background, unless that is under way."""
        task = self._tasks.get(delivery)
        if task is None or task.done():
            self._tasks[delivery] = asyncio.create_task(self._deliver(delivery))

    async def close(self) -> None:
        """Stop sending; what is pending is taken up at the next start."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await self._client.aclose()

    async def _deliver(self, delivery_id: str) -> None:
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
        signed_at = datetime.fromtimestamp(int(moments.epoch()), UTC)
        signer = self._signer if fault is None else Webhook(secrets.token_bytes(32))
        headers = {
            "content-type": "application/json",
            "webhook-id": delivery.id,
            "webhook-timestamp": str(int(signed_at.timestamp())),
            "webhook-signature": signer.sign(delivery.id, signed_at, delivery.body),
        }
        try:
            answer = await self._client.post(
                self._base + delivery.path, content=delivery.body.encode(), headers=headers
            )
        except httpx.HTTPError as error:
            return None, type(error).__name__
        return answer.status_code, None


def new_delivery(world: World, path: str, body: str, scope: str | None) -> Delivery:
    """A delivery of the mail provider, struck by the faults that strike whole deliveries."""
    created = moments.now()
    fault = faults.take(world, "smtp", _AT_ONCE, at=created, scope=scope, text=body)
    name = fault.fault if fault else None
    late = faults.LATE_SECONDS if fault is None or fault.seconds is None else fault.seconds
    return Delivery(
        id=new_reference("msg_"),
        provider="smtp",
        path=path,
        body=body,
        created_at=created,
        not_before=moments.after(late) if name == "webhook_late" else created,
        status="lost" if name == "webhook_lost" else "pending",
        copies=2 if name == "webhook_twice" else 1,
        scope=scope,
        fault=name,
    )


def check_secret(secret: str) -> str:
    """A Standard Webhooks secret that can sign; ValueError otherwise."""
    if not secret.startswith("whsec_") or len(base64.b64decode(secret[6:] + "==")) < SECRET_BYTES:
        raise ValueError("the webhook secret is whsec_ and at least 16 bytes in base64")
    return secret

"""The Cloud API's calls at their real paths, and the handshake that its console makes with us."""

import hmac
import json
import secrets
from collections.abc import Callable, Iterable
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dealix.sandbox import faults
from dealix.sandbox.door import Call, Provider, Reply, pass_through
from dealix.sandbox.options import Options
from dealix.sandbox.webhooks import Deliverer
from dealix.sandbox.whatsapp import answers, events, messages
from dealix.sandbox.world import World

PROVIDER = Provider(name="whatsapp", error=answers.trouble, headers=answers.headers)
VERSION = "/v{version:str}"
NUMBERS = f"{events.NUMBER} 100000000000002"
HELD = {"held_for_quality": "held_for_quality_assessment", "paused": "paused"}
"""What the answer calls a message that is held back."""
OWN_FAULTS = frozenset({"token_expired", "other_wa_id", "batched_statuses", *HELD})

Operation = Callable[[World, Call], Reply]


class WhatsAppCloud:
    """The provider: checks token and number, takes messages, and tells what became of them."""

    def __init__(self, world: World, deliverer: Deliverer, options: Options) -> None:
        self._world = world
        self._deliverer = deliverer
        self._base = options.webhook_base
        self._token = options.word("whatsapp_token")
        self._verify_token = options.word("whatsapp_verify_token") or ""
        self._account = options.word("whatsapp_waba") or events.ACCOUNT
        self._limits = answers.Limits(options)
        self._numbers = (options.word("whatsapp_numbers") or NUMBERS).split()

    def routes(self) -> Iterable[Route]:
        """All routes, whatever the version."""
        yield self._route("POST", f"{VERSION}/{{number:str}}/messages", self._send, writes=True)
        yield self._route("GET", f"{VERSION}/{{account:str}}/phone_numbers", self._list)
        yield Route("/_sandbox/whatsapp/handshake", self.handshake, methods=["POST"])

    def _route(
        self, method: str, path: str, operation: Operation, *, writes: bool = False
    ) -> Route:
        async def endpoint(request: Request) -> Response:
            def handler(world: World, call: Call) -> Reply:
                if not self._authenticated(call):
                    return answers.not_authenticated()
                if _struck(world, call, "token_expired"):
                    return answers.token_expired()
                return operation(world, call)

            return await pass_through(self._world, PROVIDER, handler, request, writes=writes)

        return Route(path, endpoint, methods=[method])

    def _authenticated(self, call: Call) -> bool:
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return False
        return self._token is None or hmac.compare_digest(token.encode(), self._token.encode())

    def _send(self, world: World, call: Call) -> Reply:
        if call.path["number"] not in self._numbers:
            return answers.unknown_object(call.path["number"])
        try:
            data: Any = json.loads(call.body)
        except (ValueError, RecursionError):
            return answers.error(400, 100, "The body is not JSON")
        if not isinstance(data, dict):
            return answers.error(400, 100, "The body is not an object")
        if data.get("status") == "read":
            return Reply(200, {"success": True})
        refused = messages.problem(data) or self._limits.refuse(call.path["number"])
        if refused is not None:
            return refused
        effect, failure = messages.accepted(world, call, data, self._taking(world, call))
        batched = _struck(world, call, "batched_statuses")
        told = events.statuses(world, effect, failure, batched=batched)
        world.commit(effect, *told)
        for delivery in told:
            self._deliverer.start(delivery.id)
        return messages.receipt(effect)

    def _taking(self, world: World, call: Call) -> messages.Taking:
        held = [word for fault, word in HELD.items() if _struck(world, call, fault)]
        renamed = _struck(world, call, "other_wa_id")
        return messages.Taking(self._account, renamed, held[0] if held else messages.ACCEPTED)

    def _list(self, _: World, call: Call) -> Reply:
        if call.path["account"] != self._account:
            return answers.unknown_object(call.path["account"])
        rows = [
            {"id": each, "display_phone_number": events.DISPLAY_NUMBER, "quality_rating": "GREEN"}
            for each in self._numbers
        ]
        return Reply(200, {"data": rows})

    async def handshake(self, _: Request) -> Response:
        """Ask our webhook for the challenge, as Meta does before it trusts an address."""
        if self._base is None:
            return JSONResponse({"error": "no webhook base address is set"}, 503)
        challenge = str(secrets.randbelow(10**9))
        query = {
            "hub.mode": "subscribe",
            "hub.challenge": challenge,
            "hub.verify_token": self._verify_token,
        }
        async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
            answer = await client.get(f"{self._base.rstrip('/')}{events.PATH}", params=query)
        good = answer.status_code == 200 and answer.text == challenge
        return JSONResponse({"subscribed": good, "status": answer.status_code})


def _struck(world: World, call: Call, fault: str) -> bool:
    found = faults.take(
        world,
        "whatsapp",
        frozenset({fault}),
        at=call.at,
        scope=call.scope,
        text=f"{call.path}\n{call.body.decode('utf-8', 'replace')}",
        counted=call.method == "POST",
    )
    return found is not None

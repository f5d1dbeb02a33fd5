"""The control plane: what the providers hold and received, and the faults to show."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dealix.sandbox import faults, mailbox, moments, providers
from dealix.sandbox.door import TIME_HEADER, Provider, Reply, pass_through, read_body
from dealix.sandbox.rows import Attempt, Delivery, Inbound, Json, to_json
from dealix.sandbox.webhooks import Deliverer
from dealix.sandbox.world import World

MAX_BODY = 1_000_000
MAX_MESSAGE = 30_000_000
"""Bytes of a reply with its files in base64."""

Writer = Callable[[World, object, str | None], tuple[Inbound, Delivery]]
_PAGING = ("after", "before", "limit", "last")


class PlainJson(JSONResponse):
    """JSON that also carries texts no one could decode: their lone surrogates are escaped."""

    def render(self, content: Any) -> bytes:
        """The bytes of an answer."""
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "backslashreplace")


def _error(status: int, message: str) -> Response:
    return PlainJson({"error": message}, status)


class Control:
    """Everything under `/_sandbox`: open, since the sandbox listens on the loopback only."""

    def __init__(self, world: World, deliverer: Deliverer, started_at: str) -> None:
        self._world = world
        self._deliverer = deliverer
        self._started_at = started_at

    def routes(self) -> Iterable[Route]:
        """The control plane's routes."""
        yield Route("/metrics", self.metrics, methods=["GET"])
        yield Route("/_sandbox/health", self.health, methods=["GET"])
        yield Route("/_sandbox/effects", self.effects, methods=["GET"])
        yield Route("/_sandbox/requests", self.requests, methods=["GET"])
        yield Route("/_sandbox/messages", self.messages, methods=["GET"])
        yield Route("/_sandbox/messages/reply", self.reply, methods=["POST"])
        yield Route("/_sandbox/messages/write", self.write, methods=["POST"])
        attachment = "/_sandbox/messages/{id:int}/attachments/{number:int}"
        yield Route(attachment, self.attachment, methods=["GET"])
        yield Route("/_sandbox/deliveries", self.deliveries, methods=["GET"])
        yield Route("/_sandbox/deliveries/{id:str}/redeliver", self.redeliver, methods=["POST"])
        yield Route("/_sandbox/faults", self.faults, methods=["GET", "POST", "DELETE"])

    async def health(self, _: Request) -> Response:
        """Alive, and how much it remembers."""
        world = self._world
        pending = sum(each.status == "pending" for each in world.deliveries.values())
        return PlainJson(
            {
                "status": "ok",
                "pid": os.getpid(),
                "started_at": self._started_at,
                "now": moments.now(),
                "effects": len(world.effects),
                "requests": len(world.requests),
                "faults": len(world.faults),
                "deliveries_pending": pending,
                "webhooks": self._deliverer.speaks("smtp"),
            }
        )

    async def metrics(self, _: Request) -> Response:
        """What the journal holds, in Prometheus' text format: counts, and nobody's name."""
        world = self._world
        counted = {
            "sandbox_effects": Counter(each.provider for each in world.effects.values()),
            "sandbox_requests": Counter(each.provider for each in world.requests.values()),
            "sandbox_deliveries": Counter(each.status for each in world.deliveries.values()),
        }
        lines = []
        for name, found in counted.items():
            label = "status" if name == "sandbox_deliveries" else "provider"
            lines.append(f"# TYPE {name} gauge")
            lines += [f'{name}{{{label}="{key}"}} {count}' for key, count in sorted(found.items())]
        lines += ["# TYPE sandbox_faults gauge", f"sandbox_faults {len(world.faults)}"]
        return Response("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")

    async def effects(self, request: Request) -> Response:
        """Everything the providers hold, oldest first."""
        rows = _chosen(request, map(to_json, self._world.effects.values()))
        key = request.query_params.get("key")
        if key is not None:
            rows = [each for each in rows if key in (each["idempotency_key"], each["key"])]
        return _page(request, [{n: v for n, v in row.items() if n != "takes_back"} for row in rows])

    async def requests(self, request: Request) -> Response:
        """Every request that a provider received, as received."""
        return _page(request, _chosen(request, map(to_json, self._world.requests.values())))

    async def deliveries(self, request: Request) -> Response:
        """Every webhook with its attempts."""
        return _page(request, _chosen(request, map(to_json, self._world.deliveries.values())))

    async def messages(self, request: Request) -> Response:
        """The mailbox; `address` chooses one person's mails, both ways."""
        query = request.query_params
        return _page(
            request, mailbox.messages(self._world, query.get("address"), query.get("scope"))
        )

    async def attachment(self, request: Request) -> Response:
        """A file that a mail carried, as it came; counted from 1."""
        wanted = request.path_params
        found = mailbox.attachment(self._world, wanted["id"], wanted["number"])
        if found is None:
            return _error(404, "there is no such attachment")
        return Response(found.content, media_type=found.media_type)

    async def reply(self, request: Request) -> Response:
        """The other party answers the last message it received."""
        return await self._written(request, mailbox.reply)

    async def write(self, request: Request) -> Response:
        """Somebody writes to us who answers nothing; the body is that of a reply."""
        return await self._written(request, mailbox.write)

    async def _written(self, request: Request, write: Writer) -> Response:
        data = await _json(request, MAX_MESSAGE)
        if isinstance(data, Response):
            return data
        channel = data.get("channel") if isinstance(data, dict) else None
        if not self._deliverer.speaks(mailbox.PROVIDERS.get(str(channel), "smtp")):
            return _error(
                503, "no webhook secret or base address is set: nobody would hear a reply"
            )
        try:
            message, delivery = write(self._world, data, request.headers.get(TIME_HEADER))
        except mailbox.ReplyError as error:
            return _error(error.status, str(error))
        await self._world.durable()
        self._deliverer.start(delivery.id)
        body = {
            "id": message.id,
            "message_id": message.message_id,
            "in_reply_to": message.in_reply_to,
            "to": message.recipient,
            "delivery": delivery.id,
        }
        return PlainJson(body, 201)

    async def redeliver(self, request: Request) -> Response:
        """Send a webhook once more, as a provider's console would: same id, same bytes."""
        delivery = self._world.deliveries.get(request.path_params["id"])
        if delivery is None:
            return _error(404, "no such delivery")
        if not self._deliverer.speaks(delivery.provider):
            return _error(503, "no webhook secret or base address is set")
        if delivery.status != "pending":
            again = Attempt(delivery=delivery.id, at=moments.now(), status="pending", copies=1)
            self._world.commit(again)
            await self._world.durable()
        self._deliverer.start(delivery.id)
        return PlainJson({"delivery": delivery.id, "status": delivery.status}, 202)

    async def faults(self, request: Request) -> Response:
        """List the faults that wait, set one, or lift them."""
        query = request.query_params
        if request.method == "GET":
            return _page(request, _chosen(request, map(to_json, self._world.faults.values())))
        if request.method == "DELETE":
            lifted = faults.clear(self._world, query.get("provider"), query.get("scope"))
            await self._world.durable()
            return PlainJson({"lifted": lifted})
        data = await _json(request)
        if isinstance(data, Response):
            return data
        try:
            fault = faults.post(self._world, data, providers.faults_by_name())
        except faults.FaultInputError as error:
            return _error(422, str(error))
        await self._world.durable()
        return PlainJson(to_json(fault), 201)


def _chosen(request: Request, rows: Iterable[Json]) -> list[Json]:
    """The rows that the query's `provider`, `kind`, `scope` and `status` ask for."""
    query = request.query_params
    wanted = {name: query[name] for name in ("provider", "kind", "scope") if name in query}
    return [row for row in rows if all(row.get(name) == wanted[name] for name in wanted)]


def _page(request: Request, rows: list[Json]) -> Response:
    """All rows, or those after the id `after` or before `before`: the first `limit`, or `last`."""
    asked = {name: request.query_params.get(name) or "" for name in _PAGING}
    if not all((each or "0").isdigit() for each in asked.values()):
        return _error(422, f"{', '.join(_PAGING)} are whole numbers")
    given = {name: int(each) for name, each in asked.items() if each}
    if "after" in given:
        rows = [row for row in rows if isinstance(row["id"], int) and row["id"] > given["after"]]
    if "before" in given:
        rows = [row for row in rows if isinstance(row["id"], int) and row["id"] < given["before"]]
    if "last" in given:
        rows = rows[max(len(rows) - given["last"], 0) :]
    return PlainJson(rows[: given["limit"]] if "limit" in given else rows)


async def _json(request: Request, limit: int = MAX_BODY) -> Any:
    """The body's data, or the answer that refuses it."""
    try:
        body = await read_body(request, limit)
    except ClientDisconnect:
        return _error(400, "the connection ended before the body did")
    if body is None:
        return _error(413, f"the body is larger than {limit} bytes")
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return _error(400, "the body is not JSON")


def not_played(world: World) -> Callable[[Request], Any]:
    """The answer to every path that no provider played here has: written down, then 404."""
    provider = Provider(name="unknown", error=lambda status, text: Reply(status, {"error": text}))

    def handler(_world: World, _call: object) -> Reply:
        return Reply(404, {"error": "the sandbox plays no such provider or call"})

    async def endpoint(request: Request) -> Response:
        if request.url.path.startswith("/_sandbox"):
            return _error(404, "the sandbox plays no such provider or call")
        return await pass_through(world, provider, handler, request, writes=False)

    return endpoint

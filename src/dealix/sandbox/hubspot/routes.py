"""HubSpot's calls at their real paths: objects, batches, search and property definitions."""

import hmac
import json
import secrets
from collections.abc import Callable, Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dealix.sandbox.door import Call, Provider, Reply, pass_through
from dealix.sandbox.hubspot import answers, batches, properties, search, writes
from dealix.sandbox.options import Options
from dealix.sandbox.rows import CrmObject
from dealix.sandbox.world import World

PREFIXES = ("/crm/v3/objects", "/crm/objects/{version:str}")

Operation = Callable[[World, Call, str, Any], Reply]


class HubSpot:
    """The provider: checks the token, the object type and the body, then runs one operation."""

    def __init__(self, world: World, options: Options) -> None:
        self._world = world
        self._token = options.word("hubspot_token")
        self._limits = answers.Limits(options)
        self._provider = Provider(
            name="hubspot", error=answers.trouble, headers=self._limits.headers
        )
        self._index = search.SearchIndex()

    def routes(self) -> Iterable[Route]:
        """All routes, for the v3 paths and the dated ones."""
        for prefix in PREFIXES:
            each = f"{prefix}/{{type:str}}"
            yield self._route("POST", f"{each}/batch/upsert", self._upsert, writes=True)
            yield self._route("POST", f"{each}/batch/read", batches.read)
            yield self._route("POST", f"{each}/search", self._search)
            yield self._route("POST", each, self._create, writes=True)
            yield self._route("GET", each, _list)
            yield self._route("GET", f"{each}/{{id:str}}", _get)
            yield self._route("PATCH", f"{each}/{{id:str}}", self._update, writes=True)
        yield self._route("POST", "/crm/v3/properties/{type:str}", _define)
        yield self._route("GET", "/crm/v3/properties/{type:str}/{name:str}", _definition)

    def _route(
        self, method: str, path: str, operation: Operation, *, writes: bool = False
    ) -> Route:
        async def endpoint(request: Request) -> Response:
            def handler(world: World, call: Call) -> Reply:
                return self._run(world, call, operation)

            return await pass_through(self._world, self._provider, handler, request, writes=writes)

        return Route(path, endpoint, methods=[method])

    def _run(self, world: World, call: Call, operation: Operation) -> Reply:
        if not self._authenticated(call):
            return answers.not_authenticated()
        if (refused := self._limits.refuse()) is not None:
            return refused
        object_type = properties.TYPES.get(call.path["type"])
        if object_type is None:
            return answers.error(400, f"Unable to infer object type from: {call.path['type'][:80]}")
        data: Any = None
        if call.method != "GET":
            try:
                data = json.loads(call.body)
            except (ValueError, RecursionError) as error:
                return answers.bad_json(str(error)[:200])
            if not isinstance(data, dict):
                return answers.bad_json("the body is not an object")
        return operation(world, call, object_type, data)

    def _authenticated(self, call: Call) -> bool:
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return False
        return self._token is None or hmac.compare_digest(token.encode(), self._token.encode())

    def _perform(self, world: World, call: Call, write: writes.Write) -> tuple[CrmObject, bool]:
        """Write, and tell the search's index, which will lag behind."""
        key = (write.object_type, write.object_id or "")
        before = world.crm.get(key)
        row, is_new = writes.perform(world, call, write)
        if row is not before:
            self._index.changed(row, before)
        return row, is_new

    def _upsert(self, world: World, call: Call, object_type: str, data: Any) -> Reply:
        return batches.upsert(world, call, object_type, data, self._perform)

    def _create(self, world: World, call: Call, object_type: str, data: Any) -> Reply:
        wanted = batches.values(data)
        if isinstance(wanted, str):
            return answers.bad_json(wanted)
        if (wrong := batches.invalid(world, object_type, wanted, None)) is not None:
            return wrong
        external = wanted.get(properties.EXTERNAL) or wanted.get("email") or "-"
        write = _write(object_type, "create", None, wanted, external)
        row, _ = self._perform(world, call, write)
        return Reply(201, batches.shown(row))

    def _update(self, world: World, call: Call, object_type: str, data: Any) -> Reply:
        row = _find(world, call, object_type)
        if row is None:
            return answers.not_found()
        wanted = batches.values(data)
        if isinstance(wanted, str):
            return answers.bad_json(wanted)
        if (wrong := batches.invalid(world, object_type, wanted, row.id)) is not None:
            return wrong
        external = row.properties.get(properties.EXTERNAL) or row.id
        row, _ = self._perform(world, call, _write(object_type, "update", row, wanted, external))
        return Reply(200, batches.shown(row))

    def _search(self, world: World, _: Call, object_type: str, data: Any) -> Reply:
        if (wrong := search.problem(data)) is not None:
            return answers.error(400, wrong)
        objects = self._index.objects(world, object_type)
        found = [row for row in objects if search.matches(row, data)]
        start, limit = int(data.get("after", "0")), data.get("limit", 10)
        page = found[start : start + limit]
        body: dict[str, Any] = {
            "total": len(found),
            "results": [batches.shown(row, data.get("properties") or ()) for row in page],
        }
        if start + limit < len(found):
            body["paging"] = {"next": {"after": str(start + limit)}}
        return Reply(200, body)


def _write(
    object_type: str, verb: str, row: CrmObject | None, wanted: dict[str, str], external: str
) -> writes.Write:
    """A write of one object outside a batch; a create without any reference gets one of its own."""
    return writes.Write(
        object_type=object_type,
        verb=verb,
        id_property=None,
        external=external if external != "-" else f"unnamed-{secrets.token_hex(16)}",
        object_id=row.id if row else None,
        properties=wanted,
        trace=None,
    )


def _find(world: World, call: Call, object_type: str) -> CrmObject | None:
    named = call.query.get("idProperty")
    found: str | None = call.path["id"]
    if named and named != "hs_object_id":
        found = batches.holder(world, object_type, named, call.path["id"])
    return world.crm.get((object_type, found or ""))


def _get(world: World, call: Call, object_type: str, _: Any) -> Reply:
    row = _find(world, call, object_type)
    if row is None:
        return answers.not_found()
    return Reply(200, batches.shown(row, call.query.get("properties", "").split(",")))


def _list(world: World, call: Call, object_type: str, _: Any) -> Reply:
    limit, after = call.query.get("limit", "10"), call.query.get("after", "0")
    if not limit.isdigit() or not 1 <= int(limit) <= 100 or not after.isdigit():
        return answers.error(400, "limit is a number from 1 to 100, after a paging cursor")
    rows = [row for (kind, _id), row in world.crm.items() if kind == object_type]
    start, end = int(after), int(after) + int(limit)
    names = call.query.get("properties", "").split(",")
    body: dict[str, Any] = {"results": [batches.shown(row, names) for row in rows[start:end]]}
    if end < len(rows):
        body["paging"] = {"next": {"after": str(end)}}
    return Reply(200, body)


def _define(world: World, _: Call, object_type: str, data: Any) -> Reply:
    row = properties.define(object_type, data)
    if isinstance(row, str):
        return answers.error(400, row)
    if (object_type, row.name) in world.crm_properties:
        return answers.error(
            409, f'A property named "{row.name}" already exists.', "OBJECT_ALREADY_EXISTS"
        )
    world.commit(row)
    return Reply(
        201, {"name": row.name, "label": row.label, "type": row.type, "hasUniqueValue": row.unique}
    )


def _definition(world: World, call: Call, object_type: str, _: Any) -> Reply:
    name = call.path["name"]
    kind = properties.definition(world, object_type, name)
    if kind is None:
        return answers.not_found(f'Property "{name[:80]}" does not exist')
    options = [] if kind in properties.PROPERTY_TYPES | {"readonly"} else kind.split()
    shown = "enumeration" if options else "string" if kind == "readonly" else kind
    body = {
        "name": name,
        "type": shown,
        "hasUniqueValue": properties.is_unique(world, object_type, name),
        "options": [{"value": each, "label": each} for each in options],
    }
    return Reply(200, body)

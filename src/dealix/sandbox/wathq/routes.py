"""Wathq's calls at their real paths; `/_sandbox/wathq/companies` says what a company is like."""

import hmac
import json
from collections.abc import Callable, Iterable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dealix.sandbox.door import Call, Provider, Reply, pass_through, read_body
from dealix.sandbox.rows import RegistryCompany
from dealix.sandbox.wathq import companies
from dealix.sandbox.world import World

PREFIX = "/commercial-registration"
PARTS = {
    "status": ("crNationalNumber", "crNumber", "status"),
    "managers": ("crNationalNumber", "management"),
    "info": ("crNationalNumber", "crNumber", "name", "status", "entityType", "activities"),
}
OK = 200
FIELDS = {"number", "name", "status", "overdue", "managers", "way", "unknown", "scope"}
STATES = {
    "active": companies.ACTIVE,
    "suspended": companies.SUSPENDED,
    "deleted": companies.DELETED,
}
WAYS = {"alone": companies.ALONE, "jointly": companies.JOINTLY}


def error(status: int, message: str) -> Reply:
    """An error of the usual shape."""
    words = {
        401: "Invalid authentication credentials",
        404: "No Results Found",
        429: "API rate limit exceeded",
        500: "Internal Server Error",
    }
    text = message or words.get(status, "Bad Request")
    return Reply(status, {"code": f"{status}.2.1", "message": text})


PROVIDER = Provider(name="wathq", error=error)


class Wathq:
    """The registry: checks the key, then answers by number. Every read counts, for faults too."""

    def __init__(self, world: World, key: str | None) -> None:
        self._world = world
        self._key = key
        self._asked: dict[str, str] = {}

    def routes(self) -> Iterable[Route]:
        """All routes."""
        yield self._route(PREFIX + "/lookup/{name:str}", _lookup, billed=False)
        yield self._route(PREFIX + "/crNationalNumber/{number:str}", self._unified)
        yield self._route(PREFIX + "/{part:str}/{number:str}", self._part)
        yield self._route("/v5/commercialregistration/{part:str}/{number:str}", self._old)
        yield self._route("/v4/commercialregistration/info/{number:str}", self._oldest)
        yield Route("/_sandbox/wathq/companies", self.tell, methods=["POST"])

    def _route(
        self, path: str, handler: Callable[[World, Call], Reply], *, billed: bool = True
    ) -> Route:
        def keyed(world: World, call: Call) -> Reply:
            given = call.headers.get("apikey", "")
            known = self._key is None or hmac.compare_digest(given.encode(), self._key.encode())
            return handler(world, call) if given and known else error(401, "")

        async def endpoint(request: Request) -> Response:
            return await pass_through(self._world, PROVIDER, keyed, request, writes=billed)

        return Route(path, endpoint, methods=["GET"])

    def _company(self, call: Call) -> companies.Json | None:
        number = call.path["number"]
        cr = self._asked.get(number) or companies.of_number(number)
        known = self._world.companies
        told = known.get((cr, call.scope)) or known.get((cr, None))
        return companies.company(cr, call.at, told.facts if told else None)

    def _unified(self, _: World, call: Call) -> Reply:
        if not _is_number(call.path["number"]):
            return error(400, "CR number must be 10 digits")
        found = self._company(call)
        if found is None:
            return error(404, "")
        self._asked[found["crNationalNumber"]] = found["crNumber"]
        return Reply(200, {"crNationalNumber": found["crNationalNumber"]})

    def _part(self, _: World, call: Call) -> Reply:
        part, number = call.path["part"], call.path["number"]
        if part != "fullinfo" and part not in PARTS:
            return error(404, "")
        if not _is_number(number) or not number.startswith("7"):
            return error(400, "CR national number must be 10 digits and begin with 7")
        found = self._company(call)
        if found is None:
            return error(404, "")
        return Reply(200, {n: v for n, v in found.items() if n in PARTS.get(part, found)})

    def _old(self, _: World, call: Call) -> Reply:
        if not _is_number(call.path["number"]):
            return error(400, "CR number must be 10 digits")
        found = self._company(call)
        return Reply(200, companies.old(found)) if found else error(404, "")

    def _oldest(self, world: World, call: Call) -> Reply:
        reply = self._old(world, call)
        if reply.status != OK:
            return reply
        return Reply(OK, {name: value for name, value in reply.data.items() if name != "parties"})

    async def tell(self, request: Request) -> Response:
        """Say what a company is like: `status`, `overdue`, `managers`, `way`, `name`, `unknown`.

        With `scope` (a rehearsal's run) only that one sees it so.
        """
        try:
            facts = _facts(json.loads(await read_body(request) or b""))
        except (ValueError, KeyError, TypeError) as wrong:
            return JSONResponse({"error": f"no company: {wrong}"}, 422)
        scope = facts.pop("scope", None)
        row = RegistryCompany(number=facts.pop("number"), facts=facts, scope=scope)
        self._world.commit(row)
        await self._world.durable()
        return JSONResponse({"number": row.number}, 201)


def _facts(data: companies.Json) -> companies.Json:
    if set(data) - FIELDS or not _is_number(data["number"]):
        raise ValueError(f"a ten-digit number, and of {', '.join(sorted(FIELDS))}")
    if not isinstance(data.get("scope", ""), str):
        raise TypeError("scope is a run of a rehearsal")
    facts = dict(data)
    if "status" in facts:
        facts["status"] = list(STATES[facts["status"]])
    if facts.get("way") is not None:
        facts["way"] = WAYS[facts["way"]]
    return facts


def _lookup(_world: World, _call: Call) -> Reply:
    states = (companies.ACTIVE, companies.SUSPENDED, companies.DELETED)
    return Reply(200, [{"id": code, "name": name} for code, name in states])


def _is_number(text: str) -> bool:
    return len(text) == 10 and text.isascii() and text.isdigit() and text[0] != "0"

"""The directories' calls at their real paths; `/_sandbox/registers/companies` adds a company."""

import hmac
import json
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dealix.sandbox import faults
from dealix.sandbox.door import Call, Provider, Reply, pass_through, read_body
from dealix.sandbox.registers import listed
from dealix.sandbox.world import World

A_MINUTE, A_DAY = 60, 50
"""How many searches GLEIF takes in a minute, and OpenCorporates' open account in a day."""
OWN_FAULTS = frozenset({"allowance_spent"})
"""Of OpenCorporates: the account's allowance is used up, whatever the count says."""
NAMED = "filter[entity.legalName]"
WORDS = {401: "Invalid Api Token", 429: "Too Many Requests", 500: "Internal Server Error"}


def gleif_error(status: int, message: str) -> Reply:
    """An error of JSON:API."""
    title = message or WORDS.get(status, "Bad Request")
    headers = {"retry-after": "60"} if status == 429 else {}
    return Reply(status, {"errors": [{"status": str(status), "title": title}]}, headers)


def open_error(status: int, message: str) -> Reply:
    """An error of OpenCorporates."""
    words = message or WORDS.get(status, "Bad Request")
    return Reply(status, {"api_version": "0.4", "error": {"message": words}})


GLEIF = Provider(name="gleif", error=gleif_error)
OPEN_CORPORATES = Provider(name="opencorporates", error=open_error)


class Counted:
    """Calls of each scope within a span of time; more than `most` are too many."""

    def __init__(self, most: int, within: timedelta) -> None:
        self._most, self._within = most, within
        self._calls: defaultdict[str | None, deque[datetime]] = defaultdict(deque)

    def takes(self, call: Call) -> bool:
        """Count a call, if there is room for it."""
        now, calls = datetime.fromisoformat(call.received_at), self._calls[call.scope]
        while calls and calls[0] <= now - self._within:
            calls.popleft()
        if len(calls) >= self._most:
            return False
        calls.append(now)
        return True


class Registers:
    """Both directories. `token` is OpenCorporates' key; any is right where it is None."""

    def __init__(self, world: World, token: str | None) -> None:
        self._world = world
        self._token = token
        self._minute = Counted(A_MINUTE, timedelta(minutes=1))
        self._day = Counted(A_DAY, timedelta(days=1))

    def gleif(self) -> Iterable[Route]:
        """The routes of GLEIF, and the one by which companies are added to either directory."""
        yield self._route(GLEIF, "/api/v1/lei-records", self._records, NAMED)
        yield Route("/_sandbox/registers/companies", self.tell, methods=["POST"])

    def open_corporates(self) -> Iterable[Route]:
        """The routes of OpenCorporates."""
        yield self._route(OPEN_CORPORATES, "/v0.4/companies/search", self._companies, "q")
        yield self._route(OPEN_CORPORATES, "/v0.4/account_status", self._account, "")

    def _route(
        self, provider: Provider, path: str, handler: Callable[[World, Call], Reply], asks: str
    ) -> Route:
        """A route; a call with the parameter `asks` is a search, any other only a probe."""

        async def endpoint(request: Request) -> Response:
            searches = asks in request.query_params
            return await pass_through(self._world, provider, handler, request, writes=searches)

        return Route(path, endpoint, methods=["GET"])

    def _records(self, world: World, call: Call) -> Reply:
        name = call.query.get(NAMED)
        if name is None:
            return _page([], 0)
        if not self._minute.takes(call):
            return gleif_error(429, "")
        country = call.query.get("filter[entity.legalAddress.country]", "")
        rows = listed.found(world.companies, "gleif", call.scope, name, country)
        size = call.query.get("page[size]", "15")
        if not size.isdecimal() or not 1 <= int(size) <= 200:
            return gleif_error(400, "page[size] is a number from 1 to 200")
        return _page([_record(each) for each in rows[: int(size)]], len(rows))

    def _companies(self, world: World, call: Call) -> Reply:
        if not self._is_known(call):
            return open_error(401, "")
        if not call.query.get("q", "").strip():
            return open_error(400, "q is missing")
        spent = faults.take(world, "opencorporates", OWN_FAULTS, at=call.at, scope=call.scope)
        if spent or not self._day.takes(call):
            return open_error(403, "You have exceeded your daily API limit")
        code = call.query.get("jurisdiction_code", "")
        rows = listed.found(
            world.companies, "opencorporates", call.scope, call.query["q"], code.upper()
        )
        found = [{"company": _company(each)} for each in rows]
        pages = {"page": 1, "per_page": 30, "total_pages": 1, "total_count": len(rows)}
        return Reply(200, {"api_version": "0.4", "results": {"companies": found, **pages}})

    def _account(self, _world: World, call: Call) -> Reply:
        if not self._is_known(call):
            return open_error(401, "")
        status = {"plan": "open_data", "status": "approved"}
        return Reply(200, {"api_version": "0.4", "results": {"account_status": status}})

    def _is_known(self, call: Call) -> bool:
        given = call.headers.get("x-api-token") or call.query.get("api_token", "")
        known = self._token is None or hmac.compare_digest(given.encode(), self._token.encode())
        return bool(given) and known

    async def tell(self, request: Request) -> Response:
        """List a company in a directory, for all or for one `scope`."""
        try:
            row = listed.row_of(json.loads(await read_body(request) or b""))
        except (ValueError, KeyError, TypeError) as wrong:
            return JSONResponse({"error": f"no company: {wrong}"}, 422)
        self._world.commit(row)
        await self._world.durable()
        return JSONResponse({"number": row.facts["number"]}, 201)


def _page(records: list[dict[str, Any]], total: int) -> Reply:
    pagination = {"currentPage": 1, "perPage": len(records), "total": total, "lastPage": 1}
    return Reply(200, {"meta": {"pagination": pagination}, "data": records})


def _record(company: listed.Json) -> dict[str, Any]:
    arabic = company.get("name_ar")
    others = [{"name": arabic, "language": "ar", "type": "ALTERNATIVE_LANGUAGE_LEGAL_NAME"}]
    entity = {
        "legalName": {"name": company["name"], "language": "en"},
        "otherNames": others if arabic else [],
        "transliteratedOtherNames": [],
        "legalAddress": {"country": company["country"], "city": "Riyadh"},
        "registeredAt": {"id": "RA000484", "other": None},
        "registeredAs": company["registered_as"],
        "jurisdiction": company["country"],
        "status": "ACTIVE" if company["status"] == "active" else "INACTIVE",
    }
    registration = {"status": "ISSUED" if company["status"] == "active" else "RETIRED"}
    number = company["number"]
    attributes = {"lei": number, "entity": entity, "registration": registration}
    return {"type": "lei-records", "id": number, "attributes": attributes}


def _company(company: listed.Json) -> dict[str, Any]:
    code = company["country"].lower()
    number = company["registered_as"] or company["number"]
    active = company["status"] == "active"
    return {
        "name": company["name"],
        "company_number": number,
        "jurisdiction_code": code,
        "current_status": "Active" if active else "Dissolved",
        "inactive": not active,
        "opencorporates_url": f"https://opencorporates.com/companies/{code}/{number}",
    }

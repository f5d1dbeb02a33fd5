"""`POST /tools/invoke` with `llm-task` and `POST /v1/responses`, as openclaw 2026.9.6 was heard.

404: the tool is unknown or not allowed, without saying which. 500 `tool execution failed`: whatever
went wrong inside, a broken schema too; the reason stands in the gateway's log only.
"""

import json
from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dealix.sandbox.door import Call, Provider, Reply, pass_through
from dealix.sandbox.llm.faults import CALL_FAULTS, NO_TOOLS, struck
from dealix.sandbox.llm.routes import MODEL, RETRY_AFTER, is_bearer, spoilt
from dealix.sandbox.llm.samples import NoSampleError, sample
from dealix.sandbox.llm.talking import NoToolsError
from dealix.sandbox.openclaw.agent import Conversations, refused
from dealix.sandbox.world import World

Json = dict[str, Any]
TOOL, AGENT = "llm-task", "steps"
KINDS = {401: "unauthorized", 404: "not_found", 429: "rate_limited", 500: "tool_error"}
FAILS_INSIDE = (CALL_FAULTS - {NO_TOOLS}) | {"refusal", "cut_off", "broken_json", "wrong_schema"}
"""What `llm-task` itself notices of a model's answer; it then says no more than 500."""


def error(status: int, message: str) -> Reply:
    """An error of the gateway's shape; 429 names its wait."""
    text = message or ("tool execution failed" if status == 500 else "Too many requests")
    headers = {"retry-after": RETRY_AFTER} if status == 429 else {}
    kind = KINDS.get(status, "invalid_request")
    body: Json = {"error": {"type": kind, "message": text}}
    return Reply(status, body if status == 401 else {"ok": False, **body}, headers)


PROVIDER = Provider(name="openclaw", error=error)


class OpenClaw:
    """The gateway: its agent `steps` has `llm-task` alone, `steps-reads` no tool of its own."""

    def __init__(self, world: World, token: str | None) -> None:
        self._world = world
        self._token = token
        self._conversations = Conversations()

    def routes(self) -> Iterable[Route]:
        """All routes; whether it is alive may be asked without a token."""
        yield self._route("POST", "/tools/invoke", self._invoke, writes=True)
        yield self._route("POST", "/v1/responses", self._respond, writes=True)
        yield self._route("GET", "/healthz", _alive, writes=False)
        yield self._route("GET", "/readyz", _alive, writes=False)

    def _route(self, method: str, path: str, handler: Any, *, writes: bool) -> Route:
        async def endpoint(request: Request) -> Response:
            return await pass_through(self._world, PROVIDER, handler, request, writes=writes)

        return Route(path, endpoint, methods=[method])

    def _invoke(self, world: World, call: Call) -> Reply:
        if self._token is not None and not is_bearer(call, self._token):
            return error(401, "Unauthorized")
        try:
            asked = json.loads(call.body)
            tool, agent = asked["tool"], asked.get("agentId")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return error(400, "tools.invoke requires name")
        if tool != TOOL or agent != AGENT:
            return error(404, f"Tool not available: {str(tool)[:40]}")
        fault = struck(world, "openclaw", call)
        try:
            arguments = asked["args"]
            prompt, value = arguments["prompt"], sample(arguments["schema"])
        except (NoSampleError, KeyError, TypeError):
            return error(500, "")
        if fault in FAILS_INSIDE or not isinstance(prompt, str) or not prompt:
            return error(500, "")
        return Reply(200, _done(spoilt(value, fault)))

    def _respond(self, world: World, call: Call) -> Reply:
        if self._token is not None and not is_bearer(call, self._token):
            return error(401, "Unauthorized")
        try:
            asked = json.loads(call.body)
            return self._conversations.turn(asked, lambda: struck(world, "openclaw", call))
        except NoToolsError:
            return error(404, "Not Found")
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return refused("invalid request")


def _done(value: Any) -> Json:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    details = {"json": value, "provider": "sandbox", "model": MODEL}
    return {"ok": True, "result": {"content": [{"type": "text", "text": text}], "details": details}}


def _alive(_world: World, _call: Call) -> Reply:
    return Reply(200, {"ok": True})

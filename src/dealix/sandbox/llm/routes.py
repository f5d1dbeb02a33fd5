"""`/v1/chat/completions` and `/v1/models` at their real paths, with the errors of the real API."""

import hmac
import json
from collections.abc import Callable, Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dealix.sandbox.door import Call, Provider, Reply, pass_through
from dealix.sandbox.llm.faults import INJECTION, struck
from dealix.sandbox.llm.samples import NoSampleError, sample
from dealix.sandbox.llm.talking import NoToolsError, answered, calls, shown_schema, talk
from dealix.sandbox.world import World

Json = dict[str, Any]
MODEL = "dealix-sandbox"
CREATED = 1_767_225_600
RETRY_AFTER = "1"
KINDS = {
    400: ("invalid_request_error", None),
    401: ("invalid_request_error", "invalid_api_key"),
    404: ("invalid_request_error", "model_not_found"),
    413: ("invalid_request_error", None),
    429: ("requests", "rate_limit_exceeded"),
    500: ("server_error", None),
}


def error(status: int, message: str) -> Reply:
    """An error of the usual shape; 429 names its wait."""
    kind, code = KINDS.get(status, KINDS[400])
    text = message or ("Rate limit reached" if status == 429 else "The server had an error")
    headers = {"retry-after": RETRY_AFTER} if status == 429 else {}
    body = {"error": {"message": text, "type": kind, "param": None, "code": code}}
    return Reply(status, body, headers)


PROVIDER = Provider(name="llm", error=error)


class ChatModel:
    """The endpoint: checks the key, then answers what the schema asks for, always the same."""

    def __init__(self, world: World, key: str | None, *other_keys: str | None) -> None:
        """`other_keys` may read the list of models too."""
        self._world = world
        self._key = key
        self._reading = [each for each in (key, *other_keys) if each is not None]

    def routes(self) -> Iterable[Route]:
        """All routes."""
        yield self._route("POST", "/v1/chat/completions", self._complete, writes=True)
        yield self._route("GET", "/v1/models", _models, writes=False)

    def _route(
        self, method: str, path: str, handler: Callable[[World, Call], Reply], *, writes: bool
    ) -> Route:
        def keyed(world: World, call: Call) -> Reply:
            keys = [self._key] if writes else self._reading
            if self._key is None or any(is_bearer(call, each or "") for each in keys):
                return handler(world, call)
            return error(401, "Incorrect API key provided")

        async def endpoint(request: Request) -> Response:
            return await pass_through(self._world, PROVIDER, keyed, request, writes=writes)

        return Route(path, endpoint, methods=[method])

    def _complete(self, world: World, call: Call) -> Reply:
        try:
            asked = json.loads(call.body)
            messages = asked["messages"]
            long = sum(len(str(each.get("content"))) for each in messages)
            found = said(asked, lambda: struck(world, "llm", call))
        except NoSampleError as unknown:
            return error(400, f"The sandbox has no answer: {unknown}")
        except NoToolsError as refused:
            return error(400, str(refused))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return error(400, "The sandbox takes messages, and a JSON Schema or offered tools")
        return answered(call, MODEL, CREATED, found, long, stream=asked.get("stream") is True)


def said(asked: Json, fault: Callable[[], str | None]) -> Json:
    """What the model says: words, calls of tools, or a structured answer as a fault leaves it.

    Raises:
        NoSampleError: it asks for something of which no value is known.
        ValueError, LookupError, TypeError: it is no question.
    """
    words = talk(asked)
    if words is not None:
        return words
    value, strikes = sample(_schema(asked)), fault()
    return calls(asked, strikes) or _played(strikes, value)


def is_bearer(call: Call, key: str) -> bool:
    """Whether a call carries this bearer token."""
    scheme, _, given = call.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), key.encode())


def _schema(asked: Json) -> Json:
    """The schema of the answer: that of `response_format`, else one that a message shows."""
    if "response_format" in asked:
        found = asked["response_format"]["json_schema"]["schema"]
    else:
        found = shown_schema(asked["messages"])
    if not isinstance(found, dict) or not isinstance(asked["messages"], list):
        raise TypeError
    return found


def spoilt(value: Any, fault: str | None) -> Any:
    """The answer's value as a fault leaves it."""
    if fault == "injected":
        injected = {"instructions": INJECTION, "role": "system"}
        return {**value, **injected} if isinstance(value, dict) else INJECTION
    if fault == "wrong_schema":
        return {"something": "else"}
    return value


def _played(fault: str | None, value: Any) -> Json:
    """What the model says of a schema, as a fault leaves it."""
    text = json.dumps(spoilt(value, fault), ensure_ascii=False)
    message: Json = {"role": "assistant", "content": text, "refusal": None}
    ended = "stop"
    if fault == "refusal":
        message |= {"content": None, "refusal": "I can't help with that."}
    elif fault == "cut_off":
        message["content"], ended = text[: len(text) // 2], "length"
    elif fault == "broken_json":
        message["content"] = text[:-1] + ", }"
    return {"message": message, "finish_reason": ended}


def _models(_world: World, _call: Call) -> Reply:
    row = {"id": MODEL, "object": "model", "created": CREATED, "owned_by": "sandbox"}
    return Reply(200, {"object": "list", "data": [row]})

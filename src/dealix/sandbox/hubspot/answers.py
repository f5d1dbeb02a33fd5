"""HubSpot's words: its error bodies, its limits and the headers that every answer carries."""

from typing import Any
from uuid import uuid4

from dealix.sandbox import limits
from dealix.sandbox.door import Reply
from dealix.sandbox.options import Options

WINDOW_SECONDS = 10.0
WINDOW_CALLS = 190


class Limits:
    """The rolling limit of an app; `SANDBOX_HUBSPOT_ROLLING` gives an account another number."""

    def __init__(self, options: Options) -> None:
        calls = limits.most(options, "hubspot_rolling", WINDOW_CALLS)
        self._rolling = limits.Window(calls, WINDOW_SECONDS)

    def refuse(self) -> Reply | None:
        """Count a call, or the answer that it is one too many."""
        return None if self._rolling.take() else rate_limited()

    def headers(self) -> dict[str, str]:
        """What every answer tells of it."""
        return {
            "X-HubSpot-RateLimit-Max": str(self._rolling.most),
            "X-HubSpot-RateLimit-Remaining": str(self._rolling.left()),
            "X-HubSpot-RateLimit-Interval-Milliseconds": str(int(WINDOW_SECONDS * 1000)),
            "X-HubSpot-Correlation-Id": str(uuid4()),
        }


def error(status: int, message: str, category: str = "VALIDATION_ERROR", **more: Any) -> Reply:
    """An error of the usual shape."""
    body = {
        "status": "error",
        "message": message,
        "correlationId": str(uuid4()),
        "category": category,
    }
    return Reply(status, body | more)


def trouble(status: int, message: str) -> Reply:
    """The answer to a request that never reached the CRM: the door's own refusals and faults."""
    if status == 429:
        return rate_limited()
    if status == 500:
        body = {"status": "error", "message": "internal error", "correlationId": str(uuid4())}
        return Reply(500, body)
    return error(status, message)


def rate_limited() -> Reply:
    """429 in the words of the ten-second limit."""
    body = {
        "status": "error",
        "message": "You have reached your ten_secondly_rolling limit.",
        "errorType": "RATE_LIMIT",
        "correlationId": str(uuid4()),
        "policyName": "TEN_SECONDLY_ROLLING",
    }
    return Reply(429, body, {"X-HubSpot-RateLimit-Remaining": "0"})


def not_authenticated() -> Reply:
    """401 for a missing or wrong token."""
    return error(
        401,
        "Authentication credentials not found. This API supports OAuth 2.0 authentication.",
        "INVALID_AUTHENTICATION",
    )


def not_found(message: str = "resource not found") -> Reply:
    """404 for an object, a type or a property that does not exist."""
    return error(404, message, "OBJECT_NOT_FOUND")


def bad_json(detail: str) -> Reply:
    """400 for a body that is not the JSON of the call."""
    body = {
        "status": "error",
        "message": f"Invalid input JSON: {detail}",
        "correlationId": str(uuid4()),
    }
    return Reply(400, body)

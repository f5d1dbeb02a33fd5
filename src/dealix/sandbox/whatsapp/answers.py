"""The Graph API's words: its error bodies and what every answer carries."""

import base64
import secrets
from typing import Any

from dealix.sandbox import limits
from dealix.sandbox.door import Reply
from dealix.sandbox.options import Options
from dealix.sandbox.world import World

THROUGHPUT = 80
EXPIRED = 463

TITLES = {
    1: "API Unknown",
    4: "API Too Many Calls",
    100: "Invalid parameter",
    190: "Access token has expired",
    130429: "Rate limit hit",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131026: "Message undeliverable",
    131047: "Re-engagement message",
    132000: "Number of parameters does not match the expected number of params",
    132001: "Template name does not exist in the translation",
}


def error(status: int, code: int, details: str, **more: Any) -> Reply:
    """An error of the usual shape; programs build on `code` and `details`."""
    body: dict[str, Any] = {
        "message": f"(#{code}) {TITLES[code]}",
        "type": "OAuthException",
        "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": details},
        "fbtrace_id": f"A{secrets.token_urlsafe(16)}",
    }
    return Reply(status, {"error": body | more})


def trouble(status: int, message: str) -> Reply:
    """The answer to a request that never reached the number: the door's own refusals and faults."""
    if status == 429:
        return error(429, 130429, "Message failed to send because there were too many messages")
    if status == 500:
        return error(500, 1, "Possibly an invalid request or a server error")
    return error(status, 100, message)


def not_authenticated() -> Reply:
    """401 for a missing or wrong token."""
    return error(401, 190, "The access token could not be decrypted")


def token_expired() -> Reply:
    """401 for a token that was good: its subcode says that it has ended."""
    return error(401, 190, "The session has expired", error_subcode=EXPIRED)


class Limits:
    """Messages that a number may send in a second; `SANDBOX_WHATSAPP_THROUGHPUT` gives another."""

    def __init__(self, options: Options) -> None:
        self._second = limits.Window(limits.most(options, "whatsapp_throughput", THROUGHPUT), 1.0)

    def refuse(self, number: str) -> Reply | None:
        """Count a message of this number, or the answer that it is one too many."""
        return None if self._second.take(number) else trouble(429, "")


def unknown_object(name: str) -> Reply:
    """400 for an ID that names nothing of ours, as the Graph API words it."""
    text = f"Object with ID '{name[:40]}' does not exist or cannot be loaded"
    return error(400, 100, text, error_subcode=33)


def headers() -> dict[str, str]:
    """What every answer of the Graph API carries."""
    return {"x-fb-trace-id": secrets.token_urlsafe(8), "facebook-api-version": "v23.0"}


def wamid(world: World) -> str:
    """A message ID nobody had before, in the form that Meta's have."""
    return "wamid." + base64.urlsafe_b64encode(b"\x1d\x03" + world.token("wamid", 24)).decode()

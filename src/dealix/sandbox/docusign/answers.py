"""DocuSign's words: its error bodies, its limits and the headers that every answer carries.

Sources: the eSignature v2.1 specification (`errorDetails`) and "Rules and resource limits".
"""

from datetime import datetime

from dealix.sandbox import limits, moments
from dealix.sandbox.door import Reply
from dealix.sandbox.options import Options

HOURLY, BURST = 3000, 200
HOUR, BURST_SECONDS = 3600, 30
MAX_REQUEST = 35_651_584
TOO_MANY_IN_AN_HOUR = "HOURLY_APIINVOCATION_LIMIT_EXCEEDED"
TOO_MANY_AT_ONCE = "BURST_APIINVOCATION_LIMIT_EXCEEDED"


class Limits:
    """The calls of the account: so many an hour from its top on, so many in 30 seconds.

    `SANDBOX_DOCUSIGN_HOURLY` and `SANDBOX_DOCUSIGN_BURST` give an account other numbers.
    """

    def __init__(self, options: Options) -> None:
        hourly = limits.most(options, "docusign_hourly", HOURLY)
        burst = limits.most(options, "docusign_burst", BURST)
        self._hour = limits.Window(hourly, HOUR, aligned=True)
        self._burst = limits.Window(burst, BURST_SECONDS)

    def refuse(self) -> Reply | None:
        """Count a call, or the answer that it is one too many."""
        if not self._burst.left():
            return limited(429, TOO_MANY_AT_ONCE, self.headers())
        if not self._hour.take():
            return limited(429, TOO_MANY_IN_AN_HOUR, self.headers())
        self._burst.take()
        return None

    def headers(self) -> dict[str, str]:
        """What every answer tells of both limits."""
        return {
            "X-RateLimit-Limit": str(self._hour.most),
            "X-RateLimit-Remaining": str(self._hour.left()),
            "X-RateLimit-Reset": str(self._hour.resets()),
            "X-BurstLimit-Limit": str(self._burst.most),
            "X-BurstLimit-Remaining": str(self._burst.left()),
        }


def error(status: int, code: str, message: str) -> Reply:
    """An error of the usual shape; the code tells more than the status."""
    return Reply(status, {"errorCode": code, "message": message})


def trouble(status: int, message: str) -> Reply:
    """The answer to a request that never reached an account: the door's refusals and faults."""
    if status == 429:
        return limited(429, TOO_MANY_IN_AN_HOUR)
    if status == 500:
        return error(500, "UNSPECIFIED_ERROR", "Non-API Failure Encountered")
    return error(400, "INVALID_REQUEST_BODY", message)


def limited(status: int, code: str, headers: dict[str, str] | None = None) -> Reply:
    """A limit is reached; clients have seen both 400 and 429 with it.

    Without the headers of a limit that has been counted, the hour is over in a second.
    """
    none_left = {"X-RateLimit-Remaining": "0", "X-BurstLimit-Remaining": "0"}
    soon = none_left | {"X-RateLimit-Reset": str(int(moments.epoch()) + 1)}
    return Reply(
        status,
        {"errorCode": code, "message": "A limit on the number of calls has been exceeded."},
        soon if headers is None else headers,
    )


def bad_token() -> Reply:
    """401 for a token that is missing, unknown or has ended."""
    return error(
        401,
        "AUTHORIZATION_INVALID_TOKEN",
        "The access token provided is expired, revoked or malformed.",
    )


def grant_refused(code: str) -> Reply:
    """400 of the token endpoint, in the words of OAuth 2."""
    return Reply(400, {"error": code})


def written(moment: str) -> str:
    """A moment as DocuSign writes it: seven digits of a second, UTC."""
    text = datetime.fromisoformat(moment).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return f"{text}0Z"

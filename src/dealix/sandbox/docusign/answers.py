"""DocuSign's words: its error bodies, its limits and the headers that every answer carries.

Sources: the eSignature v2.1 specification (`errorDetails`) and "Rules and resource limits".
"""

from datetime import datetime

from dealix.sandbox import moments
from dealix.sandbox.door import Reply

HOURLY, BURST = 3000, 200
HOUR = 3600
MAX_REQUEST = 35_651_584


def limit_headers() -> dict[str, str]:
    """The hourly and the burst limit; told, and enforced by the faults only."""
    reset = (int(moments.epoch()) // HOUR + 1) * HOUR
    return {
        "X-RateLimit-Limit": str(HOURLY),
        "X-RateLimit-Remaining": str(HOURLY - 1),
        "X-RateLimit-Reset": str(reset),
        "X-BurstLimit-Limit": str(BURST),
        "X-BurstLimit-Remaining": str(BURST - 1),
    }


def error(status: int, code: str, message: str) -> Reply:
    """An error of the usual shape; the code tells more than the status."""
    return Reply(status, {"errorCode": code, "message": message})


def trouble(status: int, message: str) -> Reply:
    """The answer to a request that never reached an account: the door's refusals and faults."""
    if status == 429:
        return limited(429, "HOURLY_APIINVOCATION_LIMIT_EXCEEDED")
    if status == 500:
        return error(500, "UNSPECIFIED_ERROR", "Non-API Failure Encountered")
    return error(400, "INVALID_REQUEST_BODY", message)


def limited(status: int, code: str) -> Reply:
    """A limit is reached; clients have seen both 400 and 429 with it."""
    return Reply(
        status,
        {"errorCode": code, "message": "A limit on the number of calls has been exceeded."},
        {"X-RateLimit-Remaining": "0", "X-BurstLimit-Remaining": "0"},
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

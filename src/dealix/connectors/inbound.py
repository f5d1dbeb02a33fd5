"""Checks who sent a delivery, on its raw bytes, and reads out of it what routes it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from dealix.connectors.secrets import SecretStore
from dealix.errors import InvalidInput, NotFound, NotSignedIn

LONGEST_ID = 200
LONGEST_REFERENCE = 998
MOST_REFERENCES = 20


@dataclass(frozen=True)
class Delivery:
    """A verified delivery: its ID for storing it once, and which of our messages it may answer."""

    provider: str
    delivery_id: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class ReceivedMail:
    """A mail that somebody sent to us. Personal, as a whole: never logged, kept sealed."""

    sender: str
    subject: str
    text: str
    sent_at: str


Verifier = Callable[[SecretStore, Mapping[str, str], bytes], Delivery]


def verified(
    provider: str, secrets: SecretStore, headers: Mapping[str, str], raw: bytes
) -> Delivery:
    """The delivery, if its signature is right; `NotSignedIn` if not, `NotFound` if unknown."""
    verify = VERIFIERS.get(provider)
    if verify is None:
        raise NotFound("webhook_unknown_provider", provider=provider)
    return verify(secrets, headers, raw)


def verify_smtp(secrets: SecretStore, headers: Mapping[str, str], raw: bytes) -> Delivery:
    """Standard Webhooks over the raw bytes; while a secret rotates, the ring holds both, by space.

    Source: the Standard Webhooks specification (HMAC-SHA256 over `id.timestamp.body`, ±5 minutes).
    """
    lowered = {name.lower(): value for name, value in headers.items()}
    known = secrets.get("smtp.webhook").split()
    delivery_id = lowered.get("webhook-id", "")
    right = any(_signed(secret, lowered, raw) for secret in known)
    if not right or not 0 < len(delivery_id) <= LONGEST_ID:
        raise NotSignedIn("webhook_signature")
    return Delivery("smtp", delivery_id, _answers(_data(raw)))


def read_mail(raw: bytes) -> ReceivedMail:
    """The mail in a delivery of `smtp`."""
    data = _data(raw)
    sender, subject, text, sent_at = (
        str(data.get(name) or "") for name in ("from", "subject", "text", "sent_at")
    )
    return ReceivedMail(sender, subject, text, sent_at)


def _signed(secret: str, headers: dict[str, str], raw: bytes) -> bool:
    try:
        Webhook(secret).verify(raw, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def _data(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
        data = body["data"]
    except (ValueError, TypeError, KeyError):
        raise InvalidInput("invalid_input", errors={"data": "an event with its data"}) from None
    if not isinstance(data, dict):
        raise InvalidInput("invalid_input", errors={"data": "an object"})
    return data


def _answers(data: dict[str, Any]) -> tuple[str, ...]:
    """The Message-IDs that a mail refers to, the one it answers first, each once."""
    references = data.get("references")
    named = [data.get("in_reply_to"), *reversed(references if isinstance(references, list) else [])]
    texts = [each for each in named if isinstance(each, str) and 0 < len(each) <= LONGEST_REFERENCE]
    return tuple(dict.fromkeys(texts))[:MOST_REFERENCES]


VERIFIERS: Mapping[str, Verifier] = {"smtp": verify_smtp}

"""Checks who sent a delivery, on its raw bytes, and reads out of it what routes it."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from dealix.connectors import mail_files
from dealix.connectors.deliveries import Delivery, ReceivedMail, StatusFacts
from dealix.connectors.esign import connect
from dealix.connectors.secrets import SecretStore
from dealix.connectors.whatsapp import webhooks as whatsapp
from dealix.errors import InvalidInput, NotFound, NotSignedIn
from dealix.i18n.fit import legible

LONGEST_ID = 200
LONGEST_REFERENCE = 998
MOST_REFERENCES = 20


Verifier = Callable[[SecretStore, Mapping[str, str], bytes], tuple[Delivery, ...]]


def verified(
    provider: str, secrets: SecretStore, headers: Mapping[str, str], raw: bytes
) -> tuple[Delivery, ...]:
    """What a request delivers, if its signature is right; most providers deliver one thing a time.

    `NotSignedIn` on a wrong signature, `NotFound` for an unknown provider.
    """
    verify = VERIFIERS.get(provider)
    if verify is None:
        raise NotFound("webhook_unknown_provider", provider=provider)
    return verify(secrets, headers, raw)


def verify_smtp(
    secrets: SecretStore, headers: Mapping[str, str], raw: bytes
) -> tuple[Delivery, ...]:
    """Standard Webhooks over the raw bytes; while a secret rotates, the ring holds both, by space.

    Source: the Standard Webhooks specification (HMAC-SHA256 over `id.timestamp.body`, ±5 minutes).
    """
    lowered = {name.lower(): value for name, value in headers.items()}
    known = secrets.get("smtp.webhook").split()
    delivery_id = lowered.get("webhook-id", "")
    right = any(_signed(secret, lowered, raw) for secret in known)
    if not right or not 0 < len(delivery_id) <= LONGEST_ID:
        raise NotSignedIn("webhook_signature")
    return (Delivery("smtp", delivery_id, _answers(_data(raw)), raw),)


def read(provider: str, raw: bytes) -> ReceivedMail:
    """The message in a kept delivery; nothing in it makes its reader see another order."""
    found = whatsapp.read(raw) if provider == whatsapp.PROVIDER else read_mail(raw)
    sender, subject, words = map(legible, (found.sender, found.subject, found.text))
    return ReceivedMail(sender, subject, words, found.sent_at, found.files)


def files_in(provider: str, raw: bytes) -> int:
    """How many files a kept delivery brings along, which are still to be looked at."""
    return len(mail_files.read(_data(raw))) if provider == "smtp" else 0


def without_contents(raw: bytes) -> bytes:
    """A kept mail whose files are only named."""
    body = json.loads(raw)
    return mail_files.emptied(body)


def facts_of(provider: str, raw: bytes) -> StatusFacts | None:
    """What a kept delivery tells of a message of ours; None when it is a message itself."""
    return whatsapp.facts_of(raw) if provider == whatsapp.PROVIDER else None


def handshake(provider: str, secrets: SecretStore, query: Mapping[str, str]) -> str:
    """What proves to a provider that an address is ours; `NotFound` where it asks for no proof."""
    if provider != whatsapp.PROVIDER:
        raise NotFound("webhook_unknown_provider", provider=provider)
    return whatsapp.handshake(secrets, query)


def verify_docusign(
    secrets: SecretStore, headers: Mapping[str, str], raw: bytes
) -> tuple[Delivery, ...]:
    """Connect's HMAC over the raw bytes; while a key rotates, the secret holds both, by space."""
    if not connect.is_signed(secrets.get("docusign.hmac").split(), headers, raw):
        raise NotSignedIn("webhook_signature")
    try:
        message = connect.read(raw)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InvalidInput("invalid_input", errors={"data": "an event with its data"}) from None
    return (Delivery("docusign", message.delivery_id, message.references, raw),)


def read_mail(raw: bytes) -> ReceivedMail:
    """The mail in a delivery of `smtp`."""
    data = _data(raw)
    sender, subject, text, sent_at = (
        str(data.get(name) or "") for name in ("from", "subject", "text", "sent_at")
    )
    return ReceivedMail(sender, subject, text, sent_at, mail_files.read(data))


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
    except (ValueError, TypeError, KeyError, RecursionError):
        raise InvalidInput("invalid_input", errors={"data": "an event with its data"}) from None
    if not isinstance(data, dict):
        raise InvalidInput("invalid_input", errors={"data": "an object"})
    return data


def _answers(data: dict[str, Any]) -> tuple[str, ...]:
    """The Message-IDs that a mail refers to, the one it answers first, each once."""
    references = data.get("references")
    named = [data.get("in_reply_to"), *reversed(references if isinstance(references, list) else [])]
    texts = [each for each in named if isinstance(each, str) and _could_be_ours(each)]
    return tuple(dict.fromkeys(texts))[:MOST_REFERENCES]


WRITTEN = ("smtp", whatsapp.PROVIDER)
"""The providers whose deliveries people have written."""


def _could_be_ours(reference: str) -> bool:
    """A Message-ID of ours is printable; a stranger's may hold what no query can be asked."""
    return 0 < len(reference) <= LONGEST_REFERENCE and reference.isprintable()


VERIFIERS: Mapping[str, Verifier] = {
    "smtp": verify_smtp,
    "docusign": verify_docusign,
    whatsapp.PROVIDER: whatsapp.verify,
}

"""DocuSign Connect: whether a message is theirs, and which envelope it speaks of.

Source: "Validate HMAC" of Connect: base64(HMAC-SHA256(key, raw body)) in `X-DocuSign-Signature-N`,
one header a key of the account; any pair that fits is enough, so that keys can rotate. There is
no time in the scheme, so a replay is found by the message itself.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dealix.connectors.esign.envelopes import REFERENCE_FIELD

HEADER = re.compile(r"x-docusign-signature-\d{1,3}")
ENVELOPE = re.compile(r"[0-9A-Fa-f-]{8,64}")
EVENT = re.compile(r"[a-z-]{3,60}")
MOST_SIGNATURES = 100
BY_ID = "docusign:"


@dataclass(frozen=True)
class ConnectMessage:
    """What a message says; it is never believed, only the envelope is asked for."""

    envelope: str
    event: str
    generated: str
    references: tuple[str, ...]

    @property
    def delivery_id(self) -> str:
        """The same for every attempt at this message: `retryCount` is all that changes."""
        return f"{self.envelope}:{self.event}:{self.generated}"


def is_signed(keys: Iterable[str], headers: Mapping[str, str], raw: bytes) -> bool:
    """Whether any signature fits any of our keys; each is compared in constant time."""
    given = [value.encode() for name, value in headers.items() if HEADER.fullmatch(name.lower())]
    wanted = [signature(key, raw).encode() for key in keys]
    fits = [hmac.compare_digest(one, other) for one in given[:MOST_SIGNATURES] for other in wanted]
    return any(fits)


def signature(key: str, raw: bytes) -> str:
    """The signature of a body by a key, whose text is used as UTF-8."""
    digest = hmac.new(key.encode(), raw, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def read(raw: bytes) -> ConnectMessage:
    """The message in a signed body. Raises ValueError when it is none."""
    body = json.loads(raw)
    found = body.get("data") if isinstance(body, dict) else None
    data = found if isinstance(found, dict) else {}
    envelope, event = str(data.get("envelopeId") or ""), str((data and body.get("event")) or "")
    generated = str((data and body.get("generatedDateTime")) or "")
    if not ENVELOPE.fullmatch(envelope) or not EVENT.fullmatch(event) or not generated:
        raise ValueError("no envelope, event or time")
    if not generated.isprintable():
        raise ValueError("a time that no query can be asked for")
    return ConnectMessage(envelope, event, generated[:40], _references(envelope, data))


def of_envelope(envelope: str) -> str:
    """The reference under which an envelope's own ID is expected."""
    return BY_ID + envelope


def named_envelope(reference: str) -> str:
    """The envelope's own ID in such a reference; empty in any other."""
    return reference.removeprefix(BY_ID) if reference.startswith(BY_ID) else ""


def _references(envelope: str, data: Mapping[str, Any]) -> tuple[str, ...]:
    """What may name our effect: the custom field, the transaction, the envelope itself."""
    summary = data.get("envelopeSummary")
    summary = summary if isinstance(summary, dict) else {}
    fields = summary.get("customFields")
    texts = fields.get("textCustomFields") if isinstance(fields, dict) else None
    named = [
        each.get("value")
        for each in (texts if isinstance(texts, list) else [])
        if isinstance(each, dict) and each.get("name") == REFERENCE_FIELD
    ]
    found = [*named, summary.get("transactionId"), of_envelope(envelope)]
    kept = [
        each
        for each in found
        if isinstance(each, str) and 0 < len(each) <= 200 and each.isprintable()
    ]
    return tuple(dict.fromkeys(kept))

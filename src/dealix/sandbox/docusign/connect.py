"""Connect: what an envelope's own notification asks for, signed with every active key.

Sources: "Validate HMAC" of Connect, and the sample of its JSON messages (event, data,
envelopeSummary). `retryCount` grows with each attempt, everything else stays.
"""

import base64
import hashlib
import hmac
import json
import secrets

from dealix.sandbox import moments, webhooks
from dealix.sandbox.docusign import answers, views
from dealix.sandbox.rows import Delivery, Envelope, Json
from dealix.sandbox.webhooks import Signer, Signing
from dealix.sandbox.world import World


def signing(keys: str) -> Signing:
    """HMAC-SHA256 with each of `keys` (separated by spaces), one numbered header a key."""
    return Signing(_signer(keys.split()), _signer([secrets.token_urlsafe(16)]), _this_attempt)


def deliveries(world: World, envelope: Envelope, event: str) -> list[Delivery]:
    """The deliveries that an event of this envelope causes: one, or none if nobody asked for it."""
    wanted = envelope.notification
    if event not in wanted.get("events", ()):
        return []
    body = json.dumps(_message(envelope, event), ensure_ascii=False)
    return [webhooks.new_delivery(world, "docusign", wanted["url"], body, envelope.scope)]


def _message(envelope: Envelope, event: str) -> Json:
    summary: Json = views.envelope(envelope, set(envelope.notification["include"]))
    data = {
        "accountId": envelope.account,
        "userId": "",
        "envelopeId": envelope.id,
        "envelopeSummary": summary,
    }
    return {
        "event": event,
        "apiVersion": "v2.1",
        "uri": f"/restapi/v2.1/accounts/{envelope.account}/envelopes/{envelope.id}",
        "retryCount": 0,
        "configurationId": 0,
        "generatedDateTime": answers.written(moments.now()),
        "data": data,
    }


def _this_attempt(delivery: Delivery) -> str:
    message = json.loads(delivery.body)
    message["retryCount"] = len(delivery.attempts)
    return json.dumps(message, ensure_ascii=False)


def _signer(keys: list[str]) -> Signer:
    def sign(delivery: Delivery) -> dict[str, str]:
        return {
            f"X-DocuSign-Signature-{number}": _signature(key, delivery.body)
            for number, key in enumerate(keys, 1)
        }

    return sign


def _signature(key: str, body: str) -> str:
    digest = hmac.new(key.encode(), body.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()

"""A provider with the right secret sends nonsense: it is taken or refused, and breaks nothing."""

import copy
import hashlib
import hmac
import json
import secrets

import pytest
from standardwebhooks.webhooks import Webhook
from tests.api.conftest import door  # noqa: F401 (a fixture)

from dealix import clock
from dealix.connectors.esign import connect
from dealix.errors import Refused

MAIL = {
    "type": "mail",
    "data": {
        "from": "a@partner.example",
        "subject": "s",
        "text": "t",
        "in_reply_to": "<x@y.example>",
        "references": ["<a@b.example>"],
        "sent_at": "2027-01-01T00:00:00Z",
    },
}
WHATSAPP = {
    "object": "whatsapp_business_account",
    "entry": [{"changes": [{"field": "messages", "value": {
        "metadata": {"phone_number_id": "100000000000001"},
        "statuses": [{
            "id": "wamid.1",
            "status": "sent",
            "timestamp": "1800000000",
            "biz_opaque_callback_data": "k",
            "errors": [{"code": 1}],
        }],
        "messages": [{
            "id": "wamid.2",
            "from": "966501234567",
            "timestamp": "1800000000",
            "type": "text",
            "text": {"body": "hi"},
            "context": {"id": "wamid.1"},
        }],
    }}]}],
}  # fmt: skip
DOCUSIGN = {
    "event": "envelope-completed",
    "generatedDateTime": "2027-03-01T09:00:00Z",
    "data": {
        "envelopeId": "93be49ab-0000-0000-0000-f752070d71ec",
        "envelopeSummary": {
            "status": "completed",
            "transactionId": "t",
            "customFields": {"textCustomFields": [{"name": "dealix_ref", "value": "v"}]},
        },
    },
}
JUNK = [None, -1, 10**30, "", "x" * 5000, "a\x00b", "\ud800", "\u202e", [], {"a": None}, "²"]


def by_mail(secret, raw):
    delivery, now = secrets.token_hex(8), clock.real_now()
    return {
        "webhook-id": delivery,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(delivery, now, raw.decode()),
    }


def by_whatsapp(secret, raw):
    digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return {"x-hub-signature-256": f"sha256={digest}"}


def by_docusign(secret, raw):
    return {"x-docusign-signature-1": connect.signature(secret, raw)}


KINDS = {
    "smtp": (MAIL, by_mail, "smtp.webhook"),
    "whatsapp": (WHATSAPP, by_whatsapp, "whatsapp.app_secret"),
    "docusign": (DOCUSIGN, by_docusign, "docusign.hmac"),
}


def places(value, path=()):
    yield path
    if isinstance(value, (dict, list)):
        for name, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(each, (*path, name))


def changed(good, path, junk):
    made = copy.deepcopy(good)
    spot = made
    for name in path[:-1]:
        spot = spot[name]
    if not path:
        return junk
    spot[path[-1]] = junk
    return made


@pytest.mark.parametrize("provider", sorted(KINDS))
def test_whatever_a_provider_signs_has_an_answer(door, provider):  # noqa: F811
    good, sign, name = KINDS[provider]
    secret = door.services.secrets.get(name).split()[0]
    taken, refused = 0, set()
    for path in places(good):
        for junk in JUNK:
            raw = json.dumps(changed(good, path, junk)).encode()
            try:
                door.services.inbox.receive(provider, sign(secret, raw), raw)
                taken += 1
            except Refused as refusal:
                refused.add(refusal.code)
    assert taken
    assert refused <= {"invalid_input"}
    door.services.inbox.sweep()

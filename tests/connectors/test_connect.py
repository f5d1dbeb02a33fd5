"""A Connect message is taken from whoever holds one of the keys, and only for what it names."""

import json
from typing import Any

import pytest
from tests.connectors.signing import secrets_of

from dealix.connectors.esign import connect, reference_for
from dealix.connectors.inbound import verified
from dealix.errors import InvalidInput, NotSignedIn

ENVELOPE = "93be49ab-0000-0000-0000-f752070d71ec"
SECRETS = secrets_of(hmac_keys="first-key second-key")


def message(**more: Any) -> dict[str, Any]:
    fields = [{"name": "dealix_ref", "value": reference_for("k")}, {"name": "other", "value": "x"}]
    summary = {"status": "completed", "customFields": {"textCustomFields": fields}}
    body = {
        "event": "envelope-completed",
        "retryCount": 0,
        "generatedDateTime": "2027-03-01T09:00:00.0000000Z",
        "data": {"envelopeId": ENVELOPE, "envelopeSummary": summary},
    }
    return body | more


def raw_of(**more: Any) -> bytes:
    return json.dumps(message(**more)).encode()


def signed(raw: bytes, *keys: str) -> dict[str, str]:
    return {f"x-docusign-signature-{n}": connect.signature(k, raw) for n, k in enumerate(keys, 1)}


@pytest.mark.parametrize("keys", [("first-key",), ("second-key",), ("gone", "second-key")])
def test_any_active_key_will_do(keys: tuple[str, ...]) -> None:
    raw = raw_of()
    [delivery] = verified("docusign", SECRETS, signed(raw, *keys), raw)
    assert delivery.answers == (reference_for("k"), f"docusign:{ENVELOPE}")


def test_another_attempt_is_the_same_delivery_and_another_event_is_not() -> None:
    ids = []
    for change in ({}, {"retryCount": 3}, {"event": "envelope-voided"}):
        raw = raw_of(**change)
        [delivery] = verified("docusign", SECRETS, signed(raw, "first-key"), raw)
        ids.append(delivery.delivery_id)
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-docusign-signature-1": ""},
        {"x-docusign-signature-1": "é"},
        {"x-docusign-signature": connect.signature("first-key", raw_of())},
        {"x-docusign-signature-1": connect.signature("stranger", raw_of())},
        {"x-docusign-signature-1": connect.signature("first-key", raw_of(retryCount=1))},
    ],
)
def test_a_forged_message_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(NotSignedIn):
        verified("docusign", SECRETS, headers, raw_of())


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b"{}",
        b'{"data": 1}',
        raw_of(event="x' OR 1=1"),
        raw_of(generatedDateTime=None),
        raw_of(data={"envelopeId": "../../etc"}),
        b"[" * 100_000,
    ],
)
def test_a_signed_body_that_is_no_event_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidInput):
        verified("docusign", SECRETS, signed(raw, "first-key"), raw)


def test_a_message_without_our_field_names_the_envelope_alone() -> None:
    for summary in (None, 5, {}, {"customFields": []}, {"customFields": {"textCustomFields": "x"}}):
        raw = raw_of(data={"envelopeId": ENVELOPE, "envelopeSummary": summary})
        [found] = verified("docusign", SECRETS, signed(raw, "first-key"), raw)
        assert found.answers == (f"docusign:{ENVELOPE}",)
        assert connect.named_envelope(found.answers[0]) == ENVELOPE
    assert connect.named_envelope("dlx-0") == ""


@pytest.mark.parametrize("place", ["generatedDateTime", "transactionId", "dealix_ref"])
def test_a_signed_message_that_no_query_can_be_asked_for_breaks_nothing(place: str) -> None:
    nul = "a\x00b"
    body = message()
    if place == "generatedDateTime":
        body[place] = nul
    elif place == "transactionId":
        body["data"]["envelopeSummary"][place] = nul
    else:
        body["data"]["envelopeSummary"]["customFields"]["textCustomFields"][0]["value"] = nul
    raw = json.dumps(body).encode()
    if place == "generatedDateTime":
        with pytest.raises(InvalidInput):
            verified("docusign", SECRETS, signed(raw, "first-key"), raw)
        return
    [delivery] = verified("docusign", SECRETS, signed(raw, "first-key"), raw)
    assert nul not in delivery.answers

"""An envelope goes out once, is found again, taken back, and its end is told for what it is."""

import secrets
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from pydantic import ValidationError
from tests.connectors.signing import (
    ANCHORS,
    PDF,
    SIGNERS,
    act,
    client_at,
    client_of,
    held,
    request_for,
    secrets_of,
)
from tests.sandbox.conftest import Sandbox, free_port

from dealix import clock
from dealix.connectors.esign import DocuSign, Signatory, reference_for
from dealix.connectors.esign.account import AccountAddress
from dealix.connectors.esign.docusign import pause
from dealix.connectors.esign.envelopes import definition, read_state
from dealix.connectors.rehearsal import rehearsing
from dealix.connectors.secrets import LocalSecrets
from dealix.connectors.transport import Transport
from dealix.engines.secrets_file import rsa_key
from dealix.errors import NotConfigured, OutcomeUnknown, ProviderRefused, ProviderUnavailable
from dealix.settings import Settings


@pytest.fixture
def key() -> str:
    return f"run_{secrets.token_hex(5)}:send_envelope"


@pytest.fixture
def esign(sandbox: Sandbox) -> DocuSign:
    return client_of(sandbox)


def grants(sandbox: Sandbox) -> int:
    rows = sandbox.client.get("/_sandbox/requests", params={"provider": "docusign"}).json()
    return sum(row["path"] == "/oauth/token" for row in rows)


def test_what_is_sent_is_held_under_our_reference(
    sandbox: Sandbox, esign: DocuSign, key: str
) -> None:
    envelope = esign.send(request_for(key))
    [effect] = held(sandbox, key)
    assert (effect["kind"], effect["reference"]) == ("envelope", envelope)
    assert effect["idempotency_key"] == effect["body"]["transaction_id"] == reference_for(key)
    state = esign.get(envelope)
    assert (state.status, state.reference, state.ended) == ("sent", reference_for(key), False)
    assert [(each.recipient, each.order, each.status) for each in state.signers] == [
        ("1", 1, "sent"),
        ("2", 2, "sent"),
    ]


def test_they_sign_in_their_order_and_the_last_one_ends_it(
    sandbox: Sandbox, esign: DocuSign, key: str
) -> None:
    envelope = esign.send(request_for(key))
    assert act(sandbox, envelope, "sign", signer="2").status_code == 409
    assert act(sandbox, envelope, "sign", signer="noura@partner.example").status_code == 200
    assert (esign.get(envelope).status, esign.get(envelope).by) == ("delivered", None)
    act(sandbox, envelope, "sign")
    state = esign.get(envelope)
    assert (state.status, state.by, state.ended) == ("completed", "2", True)
    signed = esign.document(envelope)
    assert signed.startswith(PDF)
    assert b"completed" in signed
    assert act(sandbox, envelope, "sign").status_code == 409


def test_who_declines_is_known_and_the_reason_stays_there(
    sandbox: Sandbox, esign: DocuSign, key: str
) -> None:
    envelope = esign.send(request_for(key))
    act(sandbox, envelope, "decline", reason="لا نوافق على البند الثالث")
    state = esign.get(envelope)
    assert (state.status, state.by) == ("declined", "1")
    assert "البند" not in repr(state)


def test_voiding_takes_the_envelope_back_once(sandbox: Sandbox, esign: DocuSign, key: str) -> None:
    envelope = esign.send(request_for(key))
    esign.void(envelope, "Withdrawn")
    sent, void = held(sandbox, key)
    assert (sent["undone"], void["kind"]) == (void["reference"], "envelope.void")
    assert (esign.get(envelope).status, esign.get(envelope).by) == ("voided", None)
    with pytest.raises(ProviderRefused, match="ENVELOPE_CANNOT_VOID_INVALID_STATE"):
        esign.void(envelope, "Withdrawn")
    assert len(held(sandbox, key)) == 2


@pytest.mark.parametrize(
    ("fault", "happened"), [("error_500_after", 1), ("timeout_after", 1), ("timeout_before", 0)]
)
def test_silence_is_unknown_and_looked_up(
    sandbox: Sandbox, esign: DocuSign, key: str, fault: str, happened: int
) -> None:
    esign.look_up(reference_for(key))  # the token is there before the fault strikes
    sandbox.fault("docusign", fault, match=reference_for(key))
    with pytest.raises(OutcomeUnknown):
        esign.send(request_for(key))
    found = esign.look_up(reference_for(key))
    assert (found is not None) == bool(happened)
    assert len(held(sandbox, key)) == happened


def test_after_a_week_it_is_found_by_our_field(sandbox: Sandbox, esign: DocuSign, key: str) -> None:
    begun = clock.real_now()
    with rehearsing(sandbox.scope), clock.at(begun):
        envelope = esign.send(request_for(key))
    with rehearsing(sandbox.scope), clock.at(begun + timedelta(days=8)):
        found = esign.look_up(reference_for(key))
    assert found is not None
    assert found.envelope == envelope
    last = sandbox.rows("requests", provider="docusign")[-1]
    assert "custom_field=dealix_ref" in last["query"]


def test_nothing_is_found_where_nothing_is(esign: DocuSign, key: str) -> None:
    assert esign.look_up(reference_for(key)) is None


def test_one_token_serves_until_it_is_refused_and_is_renewed_once(
    sandbox: Sandbox, esign: DocuSign, key: str
) -> None:
    before = grants(sandbox)
    envelope = esign.send(request_for(key))
    esign.get(envelope)
    assert grants(sandbox) - before == 1
    sandbox.fault("docusign", "token_expired")
    assert esign.get(envelope).status == "sent"
    assert grants(sandbox) - before == 2
    sandbox.fault("docusign", "token_expired", count=2)
    with pytest.raises(ProviderRefused, match="AUTHORIZATION_INVALID_TOKEN"):
        esign.get(envelope)


@pytest.mark.parametrize("fault", ["rate_limited", "burst_limited", "error_500"])
def test_limits_are_read_from_the_code_whatever_the_status(
    sandbox: Sandbox, esign: DocuSign, key: str, fault: str
) -> None:
    esign.look_up(reference_for(key))
    sandbox.fault("docusign", fault, match=reference_for(key))
    with pytest.raises((ProviderUnavailable, OutcomeUnknown)) as caught:
        esign.send(request_for(key))
    limited = fault != "error_500"
    assert isinstance(caught.value, ProviderUnavailable) == limited
    assert held(sandbox, key) == []


def test_asking_too_often_may_be_asked_again_later(
    sandbox: Sandbox, esign: DocuSign, key: str
) -> None:
    envelope = esign.send(request_for(key))
    sandbox.fault("docusign", "polling_limit", match=envelope)
    with pytest.raises(ProviderUnavailable, match="too many requests"):
        esign.get(envelope)
    assert esign.get(envelope).status == "sent"


@pytest.mark.parametrize(
    ("code", "headers", "seconds"),
    [
        ("BURST_APIINVOCATION_LIMIT_EXCEEDED", {"X-RateLimit-Reset": "99"}, 30),
        ("HOURLY_APIINVOCATION_LIMIT_EXCEEDED", {"Retry-After": "7"}, 7),
        ("HOURLY_APIINVOCATION_LIMIT_EXCEEDED", {"X-RateLimit-Reset": "+600"}, 600),
        ("HOURLY_APIINVOCATION_LIMIT_EXCEEDED", {"X-RateLimit-Reset": "+90000"}, 3600),
        ("HOURLY_APIINVOCATION_LIMIT_EXCEEDED", {"X-RateLimit-Reset": "99"}, 0),
        ("HOURLY_APIINVOCATION_LIMIT_EXCEEDED", {"X-RateLimit-Reset": "soon"}, None),
        ("HOURLY_APIINVOCATION_LIMIT_EXCEEDED", {}, None),
        ("Hourly_Envelope_Polling_Limit_Exceeded", {"X-RateLimit-Reset": "+60"}, 60),
    ],
)
def test_a_limit_says_when_it_is_lifted(
    code: str, headers: dict[str, str], seconds: float | None
) -> None:
    now = int(clock.real_now().timestamp())
    at = {name: str(now + int(v)) if v[:1] == "+" else v for name, v in headers.items()}
    told = pause(httpx.Response(429, json={"errorCode": code}, headers=at))
    assert told == seconds if seconds is None else abs((told or 0) - seconds) < 3


def test_an_hour_that_is_used_up_is_waited_for(sandbox: Sandbox, esign: DocuSign, key: str) -> None:
    esign.look_up(reference_for(key))
    sandbox.fault("docusign", "rate_limited", match=reference_for(key))
    with pytest.raises(ProviderUnavailable) as caught:
        esign.send(request_for(key))
    assert 0 <= caught.value.params["retry_after"] <= 1


def test_a_list_shows_an_envelope_that_may_not_be_asked_for_again(
    sandbox: Sandbox, esign: DocuSign, key: str
) -> None:
    envelope = esign.send(request_for(key))
    sandbox.fault("docusign", "polling_limit", match=envelope, count=9)
    assert esign.listed(envelope).reference == reference_for(key)
    assert esign.look_up(reference_for(key)) == esign.listed(envelope)
    with pytest.raises(ProviderUnavailable, match="without the envelope"):
        esign.listed("00000000-0000-0000-0000-000000000000")


def test_where_the_account_lives_is_asked_once(sandbox: Sandbox, key: str) -> None:
    def asked() -> int:
        rows = sandbox.client.get("/_sandbox/requests", params={"provider": "docusign"}).json()
        return sum(row["path"] == "/oauth/userinfo" for row in rows)

    before, client = asked(), client_of(sandbox)
    client.get(client.send(request_for(key)))
    assert client.probe().ok
    assert asked() - before == 1
    known = client_of(sandbox, docusign_url=f"http://{sandbox.http_address}/restapi/")
    assert known.look_up(reference_for(key)) is not None
    assert asked() - before == 1, "a setting says it"


def test_an_account_that_is_not_the_users_sends_nothing(sandbox: Sandbox, key: str) -> None:
    with pytest.raises(ProviderRefused, match="not one of the user"):
        client_of(sandbox, docusign_account_id="another").send(request_for(key))
    sandbox.fault("docusign", "timeout_before", match="userinfo", until="2999-01-01T00:00:00Z")
    with pytest.raises(ProviderUnavailable) as caught:
        client_of(sandbox).send(request_for(key))
    assert "maybe_done" not in caught.value.params
    assert held(sandbox, key) == []


@pytest.mark.parametrize(
    ("base", "good"),
    [
        ("http://na3.docusign.net", False),
        ("https://docusign.net.evil.example", False),
        ("https://evildocusign.net", False),
        ("https://eu.docusign.net", True),
        ("https://na3.docusign.net/", True),
        ("nowhere", False),
    ],
)
def test_our_token_goes_to_docusign_only(base: str, good: bool) -> None:
    real = Transport(
        "docusign", "https://account.docusign.com", DocuSign.metadata.timeouts, sandbox=False
    )
    address = AccountAddress(real, "a", None)
    try:
        if good:
            assert address._api_at(base) == base.rstrip("/") + "/restapi"
        else:
            with pytest.raises(ProviderRefused, match="strange address"):
                address._api_at(base)
    finally:
        real.close()


def test_a_foreign_key_or_no_consent_grants_nothing_and_sends_nothing(
    sandbox: Sandbox, key: str
) -> None:
    stranger = client_of(sandbox, key=rsa_key())
    with pytest.raises(ProviderRefused, match="invalid_grant"):
        stranger.send(request_for(key))
    sandbox.fault("docusign", "consent_required")
    with pytest.raises(ProviderRefused, match="consent_required"):
        client_of(sandbox).send(request_for(key))
    assert held(sandbox, key) == []


def test_a_token_that_is_not_to_be_had_leaves_the_call_unmade(sandbox: Sandbox, key: str) -> None:
    sandbox.fault("docusign", "timeout_before", match="grant_type", until="2999-01-01T00:00:00Z")
    with pytest.raises(ProviderUnavailable) as caught:
        client_of(sandbox).send(request_for(key))
    assert "maybe_done" not in caught.value.params


def test_a_refusal_tells_its_code_and_not_its_text(
    sandbox: Sandbox, esign: DocuSign, key: str
) -> None:
    with pytest.raises(ProviderRefused, match="HTTP 400 UNSPECIFIED_ERROR"):
        esign.send(request_for(key, document=b"no pdf"))
    with pytest.raises(ProviderRefused, match="ENVELOPE_DOES_NOT_EXIST"):
        esign.get("00000000-0000-0000-0000-000000000000")


def test_nobody_listens_so_nothing_happened(key: str) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(ProviderUnavailable) as caught:
        client_at(sandbox_url=nobody).send(request_for(key))
    assert "maybe_done" not in caught.value.params


def test_what_a_signer_fills_in_stands_to_the_right_of_its_label(key: str) -> None:
    first, second = definition(request_for(key), None).recipients.signers
    tabs = first.model_dump(by_alias=True)["tabs"]
    kinds = {"signature": "signHere", "name": "fullName", "title": "title", "date": "dateSigned"}
    assert tabs.keys() == {f"{kind}Tabs" for kind in kinds.values()}
    for name, kind in kinds.items():
        [tab] = tabs[f"{kind}Tabs"]
        assert (tab["anchorString"], tab["anchorCaseSensitive"]) == (ANCHORS[name], "true")
        assert (tab["anchorXOffset"], tab["anchorYOffset"]) == ("58", "0")
        assert tab["anchorUnits"] == "mms"
    assert second.tabs is None, "who has no place signs where they like"


def test_names_and_references_have_their_form(key: str) -> None:
    for signers in ((), (Signatory("a\nb", "a@b.example"),), (Signatory("", "a@b.example"),)):
        with pytest.raises(ValidationError):
            definition(request_for(key, signers=signers), None)
    with pytest.raises(ValidationError):
        definition(request_for(key, reference="../x"), None)


def test_without_https_outside_nobody_is_told_and_we_ask() -> None:
    outside = {
        "docusign_url": "https://demo.docusign.net/restapi",
        "docusign_account_url": "https://account-d.docusign.com",
    }
    assert client_at(**outside)._webhook is None
    public = client_at(**outside, public_url="https://d.example/")
    assert public._webhook == "https://d.example/api/v1/webhooks/docusign"


def test_without_an_address_or_key_it_says_so(sandbox: Sandbox, key: str) -> None:
    with pytest.raises(NotConfigured, match="DEALIX_DOCUSIGN_ACCOUNT_URL"):
        DocuSign.of(Settings(), secrets_of())
    with pytest.raises(NotConfigured, match=r"docusign\.private_key"):
        DocuSign.of(Settings(sandbox_url="http://127.0.0.1:1"), LocalSecrets(environment={}))
    with pytest.raises(NotConfigured, match=r"docusign\.private_key"):
        client_of(sandbox, key="no key").send(request_for(key))


def test_probe(sandbox: Sandbox, esign: DocuSign) -> None:
    assert esign.probe().ok
    wrong = client_of(sandbox, key=rsa_key()).probe()
    assert (wrong.ok, "invalid_grant" in wrong.detail) == (False, True)


def test_the_last_to_sign_ended_it_whatever_their_number() -> None:
    signers = [
        {"recipientId": "1", "routingOrder": "1", "status": "completed"}
        | {"signedDateTime": "2027-03-02T10:00:00.0000000Z"},
        {"recipientId": "2", "routingOrder": "1", "status": "completed"}
        | {"signedDateTime": "2027-03-01T10:00:00.0000000Z"},
    ]
    body = {
        "envelopeId": "e",
        "status": "completed",
        "completedDateTime": "2027-03-02T10:00:01.0000000Z",
        "recipients": {"signers": signers},
    }
    assert read_state(body).by == "1"


def test_the_sandbox_takes_no_boolean_and_voids_with_a_reason_only(
    sandbox: Sandbox, esign: DocuSign, key: str
) -> None:
    envelope = esign.send(request_for(key))
    token = esign._transport._client.auth.token()  # type: ignore[attr-defined]
    path = urlsplit(esign._envelopes).path
    headers = {"authorization": f"Bearer {token}"}

    def code(answer: httpx.Response) -> str:
        assert answer.status_code == 400
        return str(answer.json()["errorCode"])

    post, put, get = sandbox.client.post, sandbox.client.put, sandbox.client.get
    assert code(post(path, json={"status": "sent", "x": True}, headers=headers)) == (
        "INVALID_REQUEST_BODY"
    )
    assert code(post(path, json={"status": "sent"}, headers=headers)) == "ENVELOPE_IS_INCOMPLETE"
    assert code(put(f"{path}/{envelope}", json={"status": "voided"}, headers=headers)) == (
        "VOID_REASON_REQUIRED"
    )
    assert code(get(path, headers=headers)) == "INVALID_REQUEST_PARAMETER"
    assert get(path, params={"from_date": "2020-01-01T00:00:00Z"}).status_code == 401
    assert len(SIGNERS) == 2

"""DocuSign as it is played: it survives a kill and signs with every key, in its own faults too."""

import json
import time

import pytest
from tests.connectors.signing import (
    act,
    client_of,
    clients_closed,  # noqa: F401 (an autouse fixture)
    held,
    request_for,
)
from tests.sandbox.conftest import HMAC_KEYS, wait_for

from dealix.connectors.esign import connect


def of_envelope(receiver, envelope):
    return [each for each in receiver.received if envelope.encode() in each[2]]


def test_a_message_carries_a_signature_for_each_key(sandbox, receiver):
    envelope = client_of(sandbox).send(request_for(sandbox.scope))
    act(sandbox, envelope, "sign")
    wait_for(lambda: of_envelope(receiver, envelope))
    path, headers, body, _ = of_envelope(receiver, envelope)[0]
    assert path == "/api/v1/webhooks/docusign"
    for number, key in enumerate(HMAC_KEYS, 1):
        assert headers[f"x-docusign-signature-{number}"] == connect.signature(key, body)
    message = json.loads(body)
    assert (message["event"], message["retryCount"]) == ("envelope-completed", 0)
    assert "noura" not in body.decode()


def test_a_killed_sandbox_keeps_the_envelope_and_tells_of_it_afterwards(own_sandbox, receiver):
    receiver.answers += [503] * 1000
    client = client_of(own_sandbox)
    envelope = client.send(request_for("killed"))
    act(own_sandbox, envelope, "decline", reason="no")
    wait_for(lambda: own_sandbox.client.get("/_sandbox/deliveries").json()[0]["attempts"])
    own_sandbox.kill()
    receiver.answers.clear()
    receiver.received.clear()
    own_sandbox.start()
    wait_for(lambda: of_envelope(receiver, envelope))
    assert json.loads(of_envelope(receiver, envelope)[0][2])["retryCount"] > 0
    state = client.get(envelope)  # its token was forgotten, and is asked for anew
    assert (state.status, state.by) == ("declined", "1")
    assert len(held(own_sandbox, "killed")) == 1


def test_a_late_message_comes_late(sandbox, receiver):
    sandbox.fault("docusign", "webhook_late", seconds=0.8)
    envelope = client_of(sandbox).send(request_for(sandbox.scope))
    begun = time.monotonic()
    act(sandbox, envelope, "sign")
    wait_for(lambda: of_envelope(receiver, envelope))
    assert of_envelope(receiver, envelope)[0][3] - begun >= 0.75


def test_who_plays_the_signers_sees_the_envelopes(sandbox):
    envelope = client_of(sandbox).send(request_for(sandbox.scope))
    rows = sandbox.client.get("/_sandbox/esign").json()
    [row] = [each for each in rows if each["envelopeId"] == envelope]
    assert [each["email"] for each in row["recipients"]["signers"]] == [
        "noura@partner.example",
        "omar@dealix.example",
    ]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("nobody/sign", "{}", 404),
        ("{}/sign", '{"signer": "9"}', 409),
        ("{}/sign", '{"surprise": "x"}', 422),
        ("{}/sign", '{"signer": 1}', 422),
        ("{}/sign", '{"at": "yesterday"}', 422),
        ("{}/decline", "[", 422),
        ("{}/decline", '{"signer": "2"}', 409),
    ],
)
def test_an_act_that_cannot_be_is_refused(sandbox, path, body, status):
    envelope = client_of(sandbox).send(request_for(sandbox.scope))
    answer = sandbox.client.post(f"/_sandbox/esign/{path.format(envelope)}", content=body)
    assert (answer.status_code, bool(answer.json()["error"])) == (status, True)
    assert client_of(sandbox).get(envelope).status == "sent"

"""Every request to DocuSign fits its official specification, and signatures fit its values."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.connectors.signing import act, client_of, request_for
from tests.official import SPECS, fits_docusign, misfits, needs_docusign
from tests.sandbox.conftest import Sandbox

from dealix import clock
from dealix.connectors.esign import connect, reference_for
from dealix.connectors.esign.envelopes import VoidRequest, definition
from dealix.connectors.rehearsal import rehearsing
from dealix.connectors.transport import Call

SAMPLE = SPECS / "docusign-connect.sample.json"
VECTORS = SPECS.parent / "signature_vectors.json"

needs_vectors = pytest.mark.skipif(not VECTORS.exists(), reason="the signature values are not here")
needs_sample = pytest.mark.skipif(not SAMPLE.exists(), reason="Connect's sample is not here")


def wire(model: Any) -> object:
    return json.loads(model.model_dump_json(by_alias=True, exclude_none=True))


@needs_docusign
def test_an_envelope_definition_fits_the_specification() -> None:
    body = wire(definition(request_for("k"), "https://dealix.example/api/v1/webhooks/docusign"))
    fits_docusign("envelopeDefinition", body)
    with pytest.raises(Exception, match="not of type 'string'"):
        fits_docusign("envelopeDefinition", {"eventNotification": {"includeHMAC": True}})
    with pytest.raises(Exception, match="surprise"):
        fits_docusign("envelopeDefinition", {"surprise": "x"})


@needs_docusign
def test_a_void_fits_the_specification() -> None:
    fits_docusign("envelope", wire(VoidRequest(reason="Withdrawn")))


@needs_docusign
def test_the_sandbox_answers_as_the_specification_says(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    envelope = client.send(request_for(f"spec-{sandbox.scope}"))
    act(sandbox, envelope, "decline", reason="no")
    answer = client._transport.send
    params = {"include": "recipients,custom_fields"}
    got = answer(Call("get", "GET", f"{client._envelopes}/{envelope}", params=params)).json
    fits_docusign("envelope", got)
    listed = {"transaction_ids": request_for(f"spec-{sandbox.scope}").reference}
    fits_docusign(
        "envelopesInformation",
        answer(Call("l", "GET", client._envelopes, params=listed)).json,
    )
    since = {"from_date": "2020-01-01T00:00:00Z"}
    fits_docusign(
        "envelopesInformation",
        answer(Call("l", "GET", client._envelopes, params=since)).json,
    )


@needs_vectors
def test_signatures_fit_the_documented_values() -> None:
    vectors = json.loads(VECTORS.read_text(encoding="utf-8"))
    rows: Iterator[dict[str, str]] = iter(
        vectors if isinstance(vectors, list) else vectors.values()
    )
    [vector] = [row for row in rows if row.get("provider") == "docusign"]
    raw = vector["body"].encode()
    assert connect.signature(vector["secret"], raw) == vector["signature"]
    headers = {vector["header"]: vector["signature"]}
    assert connect.is_signed([vector["secret"]], headers, raw)
    assert not connect.is_signed([vector["secret"]], headers, raw + b"\n")


@needs_sample
def test_the_sandbox_words_a_message_like_the_official_sample(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    envelope = client.send(request_for(f"sample-{sandbox.scope}"))
    act(sandbox, envelope, "sign")
    rows = sandbox.client.get("/_sandbox/deliveries", params={"provider": "docusign"}).json()
    [body] = [each["body"] for each in rows if envelope in each["body"]]
    message, sample = json.loads(body), json.loads(SAMPLE.read_text(encoding="utf-8"))
    assert message.keys() == sample.keys()
    assert message["data"].keys() <= sample["data"].keys()
    assert message["data"]["envelopeSummary"].keys() <= sample["data"]["envelopeSummary"].keys()


@needs_docusign
def test_every_call_that_we_know_fits_the_specification_as_it_was_sent(sandbox: Sandbox) -> None:
    client, key = client_of(sandbox), f"sent-{sandbox.scope}"
    with rehearsing(sandbox.scope), clock.at(clock.real_now()):
        envelope = client.send(request_for(key))
        client.get(envelope)
        client.listed(envelope)
        client.look_up(reference_for(key))
        client.look_up(reference_for("nobody's"))
        client.document(envelope)
        client.void(envelope, "Withdrawn")
        assert client.probe().ok
    sent = [
        row for row in sandbox.rows("requests", provider="docusign") if "oauth" not in row["path"]
    ]
    assert {row["method"] for row in sent} == {"GET", "POST", "PUT"}
    assert len(sent) >= 9
    assert {row["path"]: found for row in sent if (found := misfits(row))} == {}
    strange = sent[0] | {"body": sent[0]["body"].replace("emailSubject", "subject")}
    assert misfits(strange) != []
    assert misfits(sent[1] | {"query": "inclde=recipients"}) == ["no parameter inclde"]

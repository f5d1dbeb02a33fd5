"""Every request to DocuSign fits its official specification, and signatures fit its values."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator
from tests.connectors.signing import act, client_of, request_for
from tests.sandbox.conftest import Sandbox

from dealix.connectors.esign import connect
from dealix.connectors.esign.envelopes import VoidRequest, definition
from dealix.connectors.transport import Call

SHARED = Path(__file__).parents[3] / "shared"
SPEC = SHARED / "specs" / "docusign.openapi3.json"
SAMPLE = SHARED / "specs" / "docusign-connect.sample.json"
VECTORS = SHARED / "signature_vectors.json"

needs_spec = pytest.mark.skipif(not SPEC.exists(), reason="DocuSign's specification is not here")
needs_vectors = pytest.mark.skipif(not VECTORS.exists(), reason="the signature values are not here")
needs_sample = pytest.mark.skipif(not SAMPLE.exists(), reason="Connect's sample is not here")


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    """The schemas of the specification, closed: a field that it does not know is refused."""
    found: dict[str, Any] = json.loads(SPEC.read_text(encoding="utf-8"))["components"]["schemas"]
    return {name: {"additionalProperties": False} | schema for name, schema in found.items()}


def fits(schemas: dict[str, Any], name: str, body: object) -> None:
    root = {"allOf": [schemas[name]], "components": {"schemas": schemas}}
    OAS30Validator(root).validate(body)


def wire(model: Any) -> object:
    return json.loads(model.model_dump_json(by_alias=True, exclude_none=True))


@needs_spec
def test_an_envelope_definition_fits_the_specification(schemas: dict[str, Any]) -> None:
    body = wire(definition(request_for("k"), "https://dealix.example/api/v1/webhooks/docusign"))
    fits(schemas, "envelopeDefinition", body)
    with pytest.raises(Exception, match="not of type 'string'"):
        fits(schemas, "envelopeDefinition", {"eventNotification": {"includeHMAC": True}})
    with pytest.raises(Exception, match="surprise"):
        fits(schemas, "envelopeDefinition", {"surprise": "x"})


@needs_spec
def test_a_void_fits_the_specification(schemas: dict[str, Any]) -> None:
    fits(schemas, "envelope", wire(VoidRequest(reason="Withdrawn")))


@needs_spec
def test_the_sandbox_answers_as_the_specification_says(
    sandbox: Sandbox, schemas: dict[str, Any]
) -> None:
    client = client_of(sandbox)
    envelope = client.send(request_for(f"spec-{sandbox.scope}"))
    act(sandbox, envelope, "decline", reason="no")
    answer = client._transport.send
    params = {"include": "recipients,custom_fields"}
    got = answer(Call("get", "GET", f"{client._envelopes}/{envelope}", params=params)).json
    fits(schemas, "envelope", got)
    listed = {"transaction_ids": request_for(f"spec-{sandbox.scope}").reference}
    fits(
        schemas,
        "envelopesInformation",
        answer(Call("l", "GET", client._envelopes, params=listed)).json,
    )
    since = {"from_date": "2020-01-01T00:00:00Z"}
    fits(
        schemas,
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

"""What one payload looks like when it is encrypted, who may open it, and after which rotations."""

import asyncio
import base64
import json

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    NexusSerializationContext,
    SerializationContext,
    WorkflowSerializationContext,
)

from dealix.connectors.secrets import Keyring
from dealix.errors import (
    DealixError,
    InvalidInput,
    InvariantBroken,
    NotConfigured,
    NotEntitled,
)
from dealix.lanes import codec_server
from dealix.lanes.codec import TenantCodec, tenant_of_context
from dealix.lanes.tenant_keys import TenantKeys

OLD, NEW = b"o" * 32, b"n" * 32
TEXT = "شركة الروابي"
PAYLOAD = Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(TEXT).encode())


def keys(current: str | None = None, **ring: bytes) -> TenantKeys:
    return TenantKeys(Keyring("codec.keys", ring or {"k1": OLD}), current)


def of_workflow(workflow_id: str) -> WorkflowSerializationContext:
    return WorkflowSerializationContext("dealix", workflow_id)


def test_round_trip_by_workflow_id() -> None:
    codec = TenantCodec(keys()).with_context(of_workflow("rawabi-sa/partner_approval/p-1/again"))
    [sealed] = asyncio.run(codec.encode([PAYLOAD]))
    assert dict(sealed.metadata) == {
        "encoding": b"binary/encrypted",
        "encryption-key-id": b"k1",
        "encryption-tenant": b"rawabi-sa",
    }
    assert PAYLOAD.data not in sealed.data
    assert asyncio.run(TenantCodec(keys()).decode([sealed])) == [PAYLOAD]


def test_the_same_text_never_looks_the_same() -> None:
    codec = TenantCodec(keys(), "rawabi-sa")
    assert codec.seal(PAYLOAD).data != codec.seal(PAYLOAD).data


def test_an_encrypted_payload_is_not_encrypted_twice() -> None:
    sealed = TenantCodec(keys(), "rawabi-sa").seal(PAYLOAD)
    assert TenantCodec(keys(), "rawabi-sa").seal(sealed) == sealed


def test_rotation_encrypts_by_the_new_key_and_opens_the_old() -> None:
    old = TenantCodec(keys(k1=OLD), "t").seal(PAYLOAD)
    both = TenantCodec(keys(k1=OLD, k2=NEW), "t")
    assert both.seal(PAYLOAD).metadata["encryption-key-id"] == b"k2"
    assert both.open(old) == PAYLOAD
    held_back = TenantCodec(keys("k1", k1=OLD, k2=NEW), "t")
    assert held_back.seal(PAYLOAD).metadata["encryption-key-id"] == b"k1"


def test_a_retired_key_is_a_clear_error() -> None:
    old = TenantCodec(keys(k1=OLD), "t").seal(PAYLOAD)
    with pytest.raises(NotConfigured, match=r"key_unknown: .*codec\.keys.*k1"):
        TenantCodec(keys(k2=NEW), "t").open(old)


def test_a_current_key_that_is_not_in_the_ring_is_refused_at_start() -> None:
    with pytest.raises(NotConfigured, match="key_unknown"):
        keys("k9", k1=OLD)


@pytest.mark.parametrize("name", ["encryption-tenant", "encryption-key-id"])
def test_changed_metadata_does_not_open(name: str) -> None:
    ring = keys(k1=OLD, k2=OLD)
    sealed = TenantCodec(ring, "t").seal(PAYLOAD)
    sealed.metadata[name] = {"encryption-tenant": b"u", "encryption-key-id": b"k1"}[name]
    with pytest.raises(InvariantBroken, match="payload_broken"):
        TenantCodec(ring).open(sealed)


def test_changed_data_does_not_open() -> None:
    sealed = TenantCodec(keys(), "t").seal(PAYLOAD)
    for data in (sealed.data[:-1] + bytes([sealed.data[-1] ^ 1]), sealed.data[:5], b""):
        broken = Payload(metadata=sealed.metadata, data=data)
        with pytest.raises(InvariantBroken, match="payload_broken"):
            TenantCodec(keys(), "t").open(broken)


def test_another_tenants_payload_is_refused_inside_a_workflow() -> None:
    sealed = TenantCodec(keys(), "rawabi-ae").seal(PAYLOAD)
    with pytest.raises(NotEntitled, match="payload_foreign"):
        TenantCodec(keys()).with_context(of_workflow("rawabi-sa/w/k")).open(sealed)


def test_a_tenants_key_is_its_own_and_its_purpose_s() -> None:
    ring = keys()
    sealed = ring.seal("codec", "a", b"x")
    assert ring.open("codec", "k1", "a", sealed) == b"x"
    for purpose, tenant in (("codec", "b"), ("inbox", "a")):
        with pytest.raises(InvariantBroken):
            ring.open(purpose, "k1", tenant, sealed)


@pytest.mark.parametrize("workflow_id", ["", "alone", "a/b", "/b/c", "a//c", "a/b/"])
def test_nothing_is_encrypted_for_nobody(workflow_id: str) -> None:
    codec = TenantCodec(keys()).with_context(of_workflow(workflow_id))
    with pytest.raises(InvariantBroken, match="payload_unbound"):
        codec.seal(PAYLOAD)
    with pytest.raises(InvariantBroken, match="payload_unbound"):
        TenantCodec(keys()).seal(PAYLOAD)


def activity_of(workflow_id: str | None) -> ActivitySerializationContext:
    return ActivitySerializationContext(
        namespace="dealix",
        activity_id="1",
        activity_type="send_terms",
        activity_task_queue="q",
        workflow_id=workflow_id,
        workflow_type="partner_approval",
        is_local=False,
    )


@pytest.mark.parametrize(
    ("context", "tenant"),
    [
        (of_workflow("a/b/c"), "a"),
        (activity_of("a/b/c/d"), "a"),
        (activity_of(None), None),
        (NexusSerializationContext("e", "s", "o"), None),
    ],
)
def test_tenant_of_context(context: SerializationContext, tenant: str | None) -> None:
    assert tenant_of_context(context) == tenant


def request(*payloads: Payload) -> bytes:
    return codec_server.write(list(payloads)).encode()


def test_endpoint_speaks_the_protocol() -> None:
    sealed = TenantCodec(keys(), "t").seal(PAYLOAD)
    body = json.loads(request(sealed))
    assert base64.b64decode(body["payloads"][0]["metadata"]["encoding"]) == b"binary/encrypted"
    answer = codec_server.decode_for(keys(), "t", codec_server.read(request(sealed)))
    [shown] = json.loads(codec_server.write(answer))["payloads"]
    assert json.loads(base64.b64decode(shown["data"])) == TEXT


def test_endpoint_encodes_for_the_actors_tenant() -> None:
    [sealed] = codec_server.encode_for(keys(), "t", codec_server.read(request(PAYLOAD)))
    assert sealed.metadata["encryption-tenant"] == b"t"
    assert codec_server.decode_for(keys(), "t", [sealed]) == [PAYLOAD]


def test_endpoint_refuses_another_tenants_payloads_altogether() -> None:
    mine, theirs = (TenantCodec(keys(), tenant).seal(PAYLOAD) for tenant in ("t", "u"))
    for work in (codec_server.decode_for, codec_server.encode_for):
        with pytest.raises(NotEntitled, match="payload_foreign"):
            work(keys(), "t", [mine, theirs])


@pytest.mark.parametrize("body", [b"", b"{", b'{"payloads": 1}', b"\xff", b'{"x": 1}'])
def test_endpoint_refuses_what_is_not_the_protocol(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        codec_server.read(body)


@pytest.mark.parametrize(
    "changed",
    [
        {"encryption-key-id": b"\xff"},
        {"encryption-key-id": b"never made"},
        {"encryption-key-id": b""},
    ],
)
def test_endpoint_answers_garbage_with_a_code(changed: dict[str, bytes]) -> None:
    payload = TenantCodec(keys(), "t").seal(PAYLOAD)
    for name, value in changed.items():
        payload.metadata[name] = value
    for data in (payload.data, b"", b"\x00" * 100):
        payload.data = data
        with pytest.raises(DealixError):
            codec_server.decode_for(keys(), "t", [payload])

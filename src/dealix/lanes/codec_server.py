"""Temporal's remote codec protocol for the UI: a tenant's operator reads that tenant's payloads."""

from google.protobuf import json_format
from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload, Payloads

from dealix.errors import InvalidInput, NotEntitled
from dealix.lanes.codec import TenantCodec, is_sealed, tenant_of_payload
from dealix.lanes.tenant_keys import TenantKeys


def read(body: bytes) -> list[Payload]:
    """The payloads of a request: JSON `{"payloads": [{"metadata": {…}, "data": base64}]}`."""
    try:
        return list(json_format.Parse(body, Payloads()).payloads)
    except (json_format.ParseError, UnicodeDecodeError):
        raise InvalidInput("invalid_input", errors={"payloads": "remote codec JSON"}) from None


def write(payloads: list[Payload]) -> str:
    """The JSON of an answer."""
    return json_format.MessageToJson(Payloads(payloads=payloads), indent=None)


def decode_for(keys: TenantKeys, tenant: str, payloads: list[Payload]) -> list[Payload]:
    """The payloads in clear; one of another tenant among them refuses them all."""
    if any(is_sealed(each) and _named_tenant(each) != tenant for each in payloads):
        raise NotEntitled("payload_foreign")
    codec = TenantCodec(keys, tenant)
    try:
        return [codec.open(each) for each in payloads]
    except (UnicodeDecodeError, DecodeError):
        raise InvalidInput("invalid_input", errors={"payloads": "remote codec JSON"}) from None


def encode_for(keys: TenantKeys, tenant: str, payloads: list[Payload]) -> list[Payload]:
    """The payloads encrypted for the tenant; what is encrypted already must be the tenant's."""
    if any(is_sealed(each) and _named_tenant(each) != tenant for each in payloads):
        raise NotEntitled("payload_foreign")
    codec = TenantCodec(keys, tenant)
    return [codec.seal(each) for each in payloads]


def _named_tenant(payload: Payload) -> str:
    try:
        return tenant_of_payload(payload)
    except UnicodeDecodeError:
        return ""

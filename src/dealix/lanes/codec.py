"""Encrypts every payload before it reaches Temporal, under the key of the tenant that owns it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    ActivitySerializationContext,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from dealix.connectors.secrets import SecretStore
from dealix.errors import DealixError, InvariantBroken, NotEntitled
from dealix.lanes.tenant_keys import TenantKeys
from dealix.settings import Settings

ENCODING = b"binary/encrypted"
KEY_ID = "encryption-key-id"
TENANT = "encryption-tenant"
PURPOSE = "codec"
UNTRUSTED = Payload(metadata={"encoding": b"json/plain"}, data=b"null")
"""Stands for a payload that does not come from us: no model accepts it, where one is wanted.

It must still be readable: the server writes details of its own into failures, such as cancels.
"""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TenantCodec(PayloadCodec, WithSerializationContext):
    """AES-GCM payload codec of the Temporal SDK; the tenant is the first part of the workflow ID.

    Nothing is ever encrypted for nobody: without a workflow of a tenant, `encode` refuses. A
    payload that is not encrypted passes through `open` (the server and the SDK's core write a few
    of their own, such as patch markers, which an operator sees in the UI); flows and steps get by
    `decode` only what was encrypted for their tenant.
    """

    keys: TenantKeys
    tenant: str | None = None

    def with_context(self, context: SerializationContext) -> Self:
        """The same codec for the tenant of the workflow that the payloads belong to."""
        tenant = tenant_of_context(context)
        return self if tenant == self.tenant else type(self)(self.keys, tenant)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """See `PayloadCodec.encode`."""
        return [self.seal(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """See `PayloadCodec.decode`; what was not encrypted under the tenant's key means nothing.

        Whoever reaches Temporal can write payloads there. They are replaced by one that says
        nothing: an error here would fail the workflow's task again and again, so that one
        bad signal could stop a run for good.
        """
        return [self._trusted(payload) for payload in payloads]

    def _trusted(self, payload: Payload) -> Payload:
        if self.tenant and not is_sealed(payload):
            return UNTRUSTED
        try:
            return self.open(payload)
        except (DealixError, UnicodeDecodeError) as failure:
            log.warning("a payload is not ours: %s", failure)
            return UNTRUSTED

    def seal(self, payload: Payload) -> Payload:
        """One payload encrypted for this codec's tenant; an encrypted one is left as it is."""
        if is_sealed(payload):
            return payload
        if not self.tenant:
            raise InvariantBroken("payload_unbound")
        key_id = self.keys.current
        sealed = self.keys.seal(PURPOSE, self.tenant, payload.SerializeToString(), key_id)
        metadata = {
            "encoding": ENCODING,
            KEY_ID: key_id.encode(),
            TENANT: self.tenant.encode(),
        }
        return Payload(metadata=metadata, data=sealed)

    def open(self, payload: Payload) -> Payload:
        """One payload decrypted by what its metadata says; another tenant's is refused."""
        if not is_sealed(payload):
            return payload
        tenant = tenant_of_payload(payload)
        if self.tenant and tenant != self.tenant:
            raise NotEntitled("payload_foreign")
        key_id = payload.metadata[KEY_ID].decode()
        return Payload.FromString(self.keys.open(PURPOSE, key_id, tenant, payload.data))


def is_sealed(payload: Payload) -> bool:
    """Whether the payload is one of ours, encrypted."""
    return payload.metadata.get("encoding") == ENCODING


def tenant_of_payload(payload: Payload) -> str:
    """The tenant that an encrypted payload names; it is bound, so a changed name does not open."""
    return payload.metadata[TENANT].decode()


def tenant_of_context(context: SerializationContext) -> str | None:
    """The tenant of a serialization context: that of its workflow, if it has one."""
    if isinstance(context, WorkflowSerializationContext | ActivitySerializationContext):
        return tenant_of_workflow(context.workflow_id)
    return None


def tenant_of_workflow(workflow_id: str | None) -> str | None:
    """The tenant in a workflow ID `<tenant>/<workflow>/<key>`, or None when it names none."""
    parts = (workflow_id or "").split("/", 2)
    return parts[0] if len(parts) == 3 and all(parts) else None


def data_converter(secrets: SecretStore, settings: Settings) -> DataConverter:
    """The one data converter of clients, workers and replayers: encrypted, failures too."""
    return DataConverter(
        payload_converter_class=PydanticPayloadConverter,
        payload_codec=TenantCodec(TenantKeys.of(secrets, settings)),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )

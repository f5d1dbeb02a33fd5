"""Writes companies and deals to HubSpot by upsert, which makes a repeat harmless."""

from datetime import timedelta
from typing import Any, ClassVar, Literal, Protocol, Self

from dealix.connectors import outcomes
from dealix.connectors.crm.records import (
    EXT_REF,
    CompanyWrite,
    CrmReceipt,
    CrmRecord,
    DealWrite,
    UpsertBatch,
    UpsertInput,
)
from dealix.connectors.data_class import DataClass
from dealix.connectors.metadata import (
    ConnectorMetadata,
    Health,
    Idempotency,
    Retries,
    Timeouts,
)
from dealix.connectors.secrets import SecretStore
from dealix.connectors.transport import Call, Transport
from dealix.errors import NotConfigured, ProviderRefused
from dealix.settings import Settings

PROVIDER = "hubspot"
PARTIAL, NOT_FOUND = 207, 404
Kind = Literal["companies", "deals"]


class Crm(Protocol):
    """Whoever keeps the customer's records."""

    metadata: ClassVar[ConnectorMetadata]

    def upsert_company(self, company: CompanyWrite, trace: str) -> CrmReceipt:
        """Write a company under its reference. Raises `ProviderRefused`, `ProviderUnavailable`."""
        ...

    def upsert_deal(self, deal: DealWrite, trace: str) -> CrmReceipt:
        """Write a deal under its reference. Raises `ProviderRefused`, `ProviderUnavailable`."""
        ...

    def look_up(self, kind: Kind, ext_ref: str) -> CrmRecord | None:
        """What the CRM holds under our reference, or None."""
        ...

    def probe(self) -> Health:
        """Whether the CRM answers and accepts our token."""
        ...


class HubSpotCrm:
    """`Crm` over HubSpot's object API; the path prefix is a setting, since HubSpot dates it."""

    metadata: ClassVar = ConnectorMetadata(
        key="crm",
        name="CRM (HubSpot)",
        name_ar="إدارة علاقات العملاء",
        api_version="v3",
        timeouts=Timeouts(connect=timedelta(seconds=5), answer=timedelta(seconds=15)),
        retries=Retries(timedelta(seconds=1), 2.0, timedelta(minutes=10)),
        idempotency=Idempotency("upsert", "resend", "An upsert on ext_ref repeats harmlessly."),
        policy_class="B",
        data_class=DataClass.CONFIDENTIAL,
        actions=("crm.write", "crm.withdraw"),
        audit_events=("effect.done", "effect.failed"),
        sends=(CompanyWrite, DealWrite, UpsertInput, UpsertBatch),
    )

    def __init__(self, transport: Transport, prefix: str = "/crm/v3/objects") -> None:
        self._transport = transport
        self._prefix = prefix.rstrip("/")

    @classmethod
    def of(cls, settings: Settings, secrets: SecretStore) -> Self:
        """The CRM of this installation: `hubspot_url`, else the sandbox."""
        url = settings.hubspot_url or settings.sandbox_url
        if url is None:
            raise NotConfigured("setting_missing", setting="DEALIX_HUBSPOT_URL")
        token = secrets.get("hubspot.token")
        transport = Transport(
            PROVIDER, url, cls.metadata.timeouts, token=token, sandbox=settings.plays(url)
        )
        return cls(transport, settings.hubspot_prefix)

    def close(self) -> None:
        """Close the pooled connections."""
        self._transport.close()

    def upsert_company(self, company: CompanyWrite, trace: str) -> CrmReceipt:
        """See `Crm.upsert_company`."""
        return self._upsert("companies", company, trace)

    def upsert_deal(self, deal: DealWrite, trace: str) -> CrmReceipt:
        """See `Crm.upsert_deal`."""
        return self._upsert("deals", deal, trace)

    def look_up(self, kind: Kind, ext_ref: str) -> CrmRecord | None:
        """See `Crm.look_up`."""
        answer = self._transport.send(
            Call(
                f"{kind}.look_up",
                "GET",
                f"{self._prefix}/{kind}/{ext_ref}",
                params={"idProperty": EXT_REF, "properties": ",".join(names_of(kind))},
                accepts=frozenset({NOT_FOUND}),
            )
        )
        if answer.status == NOT_FOUND:
            return None
        if not isinstance(answer.json, dict) or "id" not in answer.json:
            raise outcomes.unavailable(PROVIDER, "an unreadable answer")
        return CrmRecord(str(answer.json["id"]), answer.json.get("properties") or {})

    def probe(self) -> Health:
        """See `Crm.probe`: asks for a company that does not exist."""

        def check() -> str:
            self.look_up("companies", "dealix-probe")
            return "answers"

        return outcomes.probed(check)

    def _upsert(self, kind: Kind, write: CompanyWrite | DealWrite, trace: str) -> CrmReceipt:
        properties = write.model_dump(mode="json", by_alias=True)
        one = UpsertInput(id=write.ext_ref, properties=properties, trace=trace)
        answer = self._transport.send(
            Call(
                f"{kind}.upsert",
                "POST",
                f"{self._prefix}/{kind}/batch/upsert",
                body=UpsertBatch(inputs=(one,)),
                dedups=True,
            )
        )
        return _receipt(kind, answer.status, answer.json)


def names_of(kind: Kind) -> list[str]:
    """The wire names of the properties that we write to this kind of object."""
    model = CompanyWrite if kind == "companies" else DealWrite
    return [field.serialization_alias or name for name, field in model.model_fields.items()]


def _receipt(kind: Kind, status: int, body: Any) -> CrmReceipt:
    """The one result of a batch of one. A 207 whose input is among the errors is a refusal."""
    content = body if isinstance(body, dict) else {}
    results = content.get("results") or []
    if status == PARTIAL and not results:
        raise _refusal(content)
    if not results or "id" not in results[0]:
        raise outcomes.unknown(PROVIDER, f"{kind}.upsert", "an answer without result", dedups=True)
    return CrmReceipt(str(results[0]["id"]), bool(results[0].get("new")))


def _refusal(content: dict[str, Any]) -> ProviderRefused:
    errors = content.get("errors") or [{}]
    return outcomes.refused(
        PROVIDER, f"HTTP 207 {outcomes.code_of(errors[0].get('category'), 'no category')}"
    )

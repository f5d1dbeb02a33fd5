"""Looks companies up among the legal entity identifiers that GLEIF publishes: open, without a key.

Source: GLEIF's API v1 (JSON:API) and independent clients of it. 60 calls a minute are allowed.
"""

from datetime import timedelta
from typing import Any, ClassVar, Self

from dealix.connectors import outcomes
from dealix.connectors.company_research.directories import MOST, DirectoryQuery, ListedCompany
from dealix.connectors.company_research.records import Status
from dealix.connectors.data_class import DataClass
from dealix.connectors.metadata import (
    ConnectorMetadata,
    Health,
    Idempotency,
    Retries,
    Timeouts,
)
from dealix.connectors.secrets import SecretStore
from dealix.connectors.transport import Answer, Call, Transport
from dealix.errors import NotConfigured
from dealix.settings import Settings

PROVIDER = "gleif"
RECORDS = "/api/v1/lei-records"
JSON_API = {"Accept": "application/vnd.api+json"}
STATES: dict[str, Status] = {"ACTIVE": "active", "INACTIVE": "deleted"}


class Gleif:
    """`Directory` over GLEIF's API."""

    metadata: ClassVar = ConnectorMetadata(
        key=PROVIDER,
        name="Legal entity identifiers (GLEIF)",
        name_ar="معرّفات الكيانات القانونية (GLEIF)",
        api_version="v1",
        timeouts=Timeouts(connect=timedelta(seconds=5), answer=timedelta(seconds=15)),
        retries=Retries(timedelta(seconds=2), 2.0, timedelta(minutes=2)),
        idempotency=Idempotency("content_hash", "resend", "It only reads; the answer is kept."),
        policy_class="A",
        data_class=DataClass.INTERNAL,
        actions=("directory.search",),
        audit_events=("registry.answered",),
        sends=(DirectoryQuery,),
    )

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @classmethod
    def of(cls, settings: Settings, _secrets: SecretStore) -> Self:
        """GLEIF of this installation: `gleif_url`, else the sandbox's; it knows no secret."""
        url = settings.gleif_url or settings.sandbox_url
        if url is None:
            raise NotConfigured("setting_missing", setting="DEALIX_GLEIF_URL")
        played = settings.plays(url)
        return cls(Transport(PROVIDER, url, cls.metadata.timeouts, sandbox=played))

    def close(self) -> None:
        """Close the pooled connections."""
        self._transport.close()

    def search(self, name: str, country: str) -> tuple[ListedCompany, ...]:
        """See `Directory.search`."""
        query = DirectoryQuery.of(name, country)
        answer = self._get(
            "search",
            {
                "filter[entity.legalName]": query.name,
                "filter[entity.legalAddress.country]": query.country,
                "page[size]": str(MOST),
            },
        )
        try:
            return tuple(_listed(each) for each in answer.json["data"][:MOST])
        except (KeyError, TypeError, ValueError, AttributeError):
            raise outcomes.unavailable(PROVIDER, "an unreadable answer") from None

    def probe(self) -> Health:
        """See `Directory.probe`."""

        def check() -> str:
            self._get("probe", {"page[size]": "1"})
            return "answers"

        return outcomes.probed(check)

    def _get(self, operation: str, params: dict[str, str]) -> Answer:
        call = Call(f"directory.{operation}", "GET", RECORDS, params=params, headers=JSON_API)
        return self._transport.send(call)


def _listed(record: dict[str, Any]) -> ListedCompany:
    attributes = record["attributes"]
    entity, registration = attributes["entity"], attributes.get("registration") or {}
    others = [*(entity.get("otherNames") or []), *(entity.get("transliteratedOtherNames") or [])]
    status = str(entity.get("status") or "")
    return ListedCompany(
        directory=PROVIDER,
        number=str(attributes["lei"]),
        registered_as=str(entity["registeredAs"]) if entity.get("registeredAs") else None,
        name=str(entity["legalName"]["name"]),
        other_names=tuple(str(each["name"]) for each in others),
        country=str(entity["legalAddress"]["country"]),
        status=STATES.get(status, "other"),
        status_text="/".join(filter(None, (status, str(registration.get("status") or "")))),
    )

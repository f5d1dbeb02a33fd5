"""Reads the Saudi company registry through Wathq; every answer is billed, so callers keep it.

Sources: developer.wathq.sa, and independent clients of the un-versioned API; there is no public
specification. The subscription decides which generation answers: `current` (by the unified
number, 7…) or `v5` (by the registration number; it tells neither confirmation nor way of work).
"""

from datetime import date, timedelta
from typing import Annotated, Any, ClassVar, Literal, Protocol, Self

from pydantic import Field

from dealix.connectors import outcomes
from dealix.connectors.company_research.records import Manager, Power, RegistryRecord, Status
from dealix.connectors.data_class import DataClass, Outgoing
from dealix.connectors.metadata import (
    ConnectorMetadata,
    Health,
    Idempotency,
    Retries,
    Timeouts,
)
from dealix.connectors.secrets import SecretStore
from dealix.connectors.transport import Answer, Call, KeyHeader, Transport
from dealix.errors import NotConfigured
from dealix.settings import Settings

PROVIDER = "wathq"
NOT_FOUND = 404
UNIFIED = "7"
STATES: dict[str, Status] = {
    "نشط": "active",
    "active": "active",
    "معلق": "suspended",
    "موقوف": "suspended",
    "suspended": "suspended",
    "منتهي": "expired",
    "expired": "expired",
    "مشطوب": "deleted",
    "ملغى": "deleted",
    "deleted": "deleted",
    "cancelled": "deleted",
}


class RegistryQuery(Outgoing):
    """All that we tell the registry: a company's number."""

    number: Annotated[str, Field(pattern=r"^[1-9]\d{9}$"), DataClass.PUBLIC]
    language: Annotated[Literal["ar", "en"], DataClass.PUBLIC] = "ar"


class RegistryReader(Protocol):
    """A company registry."""

    metadata: ClassVar[ConnectorMetadata]

    def look(self, number: str) -> RegistryRecord | None:
        """The company under this number, None when the registry knows none.

        Raises `ProviderRefused`, `ProviderUnavailable`.
        """
        ...

    def probe(self) -> Health:
        """Whether the registry answers and accepts our key; not billed."""
        ...


class Wathq:
    """`RegistryReader` over Wathq's commercial registration API."""

    metadata: ClassVar = ConnectorMetadata(
        key="company_research",
        name="Company registry (Wathq)",
        name_ar="السجل التجاري (واثق)",
        api_version="current",
        timeouts=Timeouts(connect=timedelta(seconds=5), answer=timedelta(seconds=20)),
        retries=Retries(timedelta(seconds=2), 2.0, timedelta(minutes=10)),
        idempotency=Idempotency("content_hash", "resend", "It only reads; the answer is kept."),
        policy_class="A",
        data_class=DataClass.PUBLIC,
        actions=("registry.read",),
        audit_events=("registry.answered",),
        sends=(RegistryQuery,),
    )

    def __init__(
        self, transport: Transport, generation: Literal["current", "v5"] = "current"
    ) -> None:
        self._transport = transport
        self._generation = generation

    @classmethod
    def of(cls, settings: Settings, secrets: SecretStore, timeouts: Timeouts | None = None) -> Self:
        """The registry of this installation: `wathq_url`, else the sandbox."""
        url = settings.wathq_url or settings.sandbox_url
        if url is None:
            raise NotConfigured("setting_missing", setting="DEALIX_WATHQ_URL")
        auth = KeyHeader("apiKey", secrets.get("wathq.key"))
        patience = timeouts or cls.metadata.timeouts
        transport = Transport(PROVIDER, url, patience, auth=auth, sandbox=settings.plays(url))
        return cls(transport, settings.wathq_generation)

    def close(self) -> None:
        """Close the pooled connections."""
        self._transport.close()

    def look(self, number: str) -> RegistryRecord | None:
        """See `RegistryReader.look`; two billed calls for a number that is not the unified one."""
        query = RegistryQuery(number=number)
        if self._generation == "v5":
            answer = self._get("fullinfo", f"/v5/commercialregistration/fullinfo/{query.number}")
            return None if answer.status == NOT_FOUND else _read(_old, answer)
        unified = number if number.startswith(UNIFIED) else self._unified(query)
        if unified is None:
            return None
        path = f"/commercial-registration/fullinfo/{unified}"
        answer = self._get("fullinfo", path, {"language": query.language})
        return None if answer.status == NOT_FOUND else _read(_current, answer)

    def probe(self) -> Health:
        """See `RegistryReader.probe`: reads a list of words."""

        def check() -> str:
            self._get("lookup", "/commercial-registration/lookup/status")
            return "answers"

        return outcomes.probed(check)

    def _unified(self, query: RegistryQuery) -> str | None:
        answer = self._get("unified", f"/commercial-registration/crNationalNumber/{query.number}")
        if answer.status == NOT_FOUND:
            return None
        found = answer.json.get("crNationalNumber") if isinstance(answer.json, dict) else None
        text = str(found or answer.json).strip()
        if not (text.isascii() and text.isdigit()):
            raise outcomes.unavailable(PROVIDER, "an unreadable answer")
        return text

    def _get(self, operation: str, path: str, params: dict[str, str] | None = None) -> Answer:
        accepts = frozenset({NOT_FOUND})
        call = Call(f"registry.{operation}", "GET", path, params=params or {}, accepts=accepts)
        return self._transport.send(call)


def _read(reader: Any, answer: Answer) -> RegistryRecord:
    try:
        record: RegistryRecord = reader(answer.json)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise outcomes.unavailable(PROVIDER, "an unreadable answer") from None
    return record


def _current(body: dict[str, Any]) -> RegistryRecord:
    status, management = body["status"], body.get("management") or {}
    managers = [
        Manager(name=str(each["name"]), position=_position(each))
        for each in management.get("managers") or []
    ]
    due = (status.get("confirmationDate") or {}).get("gregorian")
    kind = body.get("entityType") or {}
    return RegistryRecord(
        registry=PROVIDER,
        number=str(body["crNumber"]),
        national_number=str(body["crNationalNumber"]),
        name=str(body["name"]),
        status=state_of(status.get("name")),
        status_text=str(status.get("name") or ""),
        entity_type=str(kind.get("formName") or kind.get("name") or ""),
        confirmation_due=date.fromisoformat(str(due)[:10]) if due else None,
        activities=tuple(str(each["name"]) for each in body.get("activities") or []),
        parties=tuple(str(each["name"]) for each in body.get("parties") or []),
        managers=tuple(managers),
        signing=power(len(managers), str(management.get("wayOfWork") or "")),
    )


def _old(body: dict[str, Any]) -> RegistryRecord:
    people = body.get("parties") or []
    managers = [
        Manager(name=str(each["name"]), position=str(each["relation"].get("name") or ""))
        for each in people
        if (each.get("relation") or {}).get("id") == "manager"
    ]
    status, activities = body["status"], body.get("activities") or {}
    return RegistryRecord(
        registry=PROVIDER,
        number=str(body["crNumber"]),
        national_number=str(body.get("crEntityNumber") or ""),
        name=str(body["crName"]),
        status=state_of(status.get("id") or status.get("nameEn")),
        status_text=str(status.get("name") or ""),
        entity_type=str((body.get("businessType") or {}).get("name") or ""),
        confirmation_due=None,
        activities=tuple(str(each["name"]) for each in activities.get("isic") or []),
        parties=tuple(str(each["name"]) for each in people),
        managers=tuple(managers),
        signing=power(len(managers), ""),
    )


def state_of(word: object) -> Status:
    """A status in our words; one that we do not know is `other`, which is not active."""
    return STATES.get(str(word or "").strip().lower(), "other")


def power(managers: int, way_of_work: str) -> Power:
    """How managers sign: by what the registry says, and a single one alone."""
    if "مجتمع" in way_of_work or "joint" in way_of_work.lower():
        return "jointly"
    if managers == 1 or "منفرد" in way_of_work or "sever" in way_of_work.lower():
        return "alone"
    return "unclear"


def _position(manager: dict[str, Any]) -> str:
    names = [str(each.get("name") or "") for each in manager.get("positions") or []]
    return "، ".join(name for name in names if name)

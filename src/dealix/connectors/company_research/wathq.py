"""Reads the Saudi company registry through Wathq; every answer is billed, so callers keep it.

Sources: developer.wathq.sa, and independent clients of the un-versioned API; there is no public
specification. The subscription decides which generation answers: `current` (by the unified
number, 7…), `v5` (by the registration number; it tells neither confirmation nor way of work) or
`v4` (as `v5`, and it names no manager either). `wire` says what of each is read.
"""

from datetime import timedelta
from typing import Annotated, ClassVar, Literal, Protocol, Self, TypeVar

from pydantic import BaseModel, Field, ValidationError

from dealix.connectors import outcomes
from dealix.connectors.company_research.records import Manager, Power, RegistryRecord, Status
from dealix.connectors.company_research.wire import (
    CurrentCompany,
    Form,
    Management,
    OldCompany,
    UnifiedNumber,
)
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
Model = TypeVar("Model", bound=BaseModel)
Generation = Literal["current", "v5", "v4"]
VERSIONED: dict[Generation, str] = {"v5": "fullinfo", "v4": "info"}
"""The older generations, with the call that tells the most."""
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

    def __init__(self, transport: Transport, generation: Generation = "current") -> None:
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
        part = VERSIONED.get(self._generation)
        if part is not None:
            path = f"/{self._generation}/commercialregistration/{part}/{query.number}"
            answer = self._get(part, path)
            return None if answer.status == NOT_FOUND else _old(_fits(OldCompany, answer.json))
        unified = number if number.startswith(UNIFIED) else self._unified(query)
        if unified is None:
            return None
        path = f"/commercial-registration/fullinfo/{unified}"
        answer = self._get("fullinfo", path, {"language": query.language})
        return None if answer.status == NOT_FOUND else _current(_fits(CurrentCompany, answer.json))

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
        told = answer.json
        body = told if isinstance(told, dict) else {"crNationalNumber": told}
        return _fits(UnifiedNumber, body).cr_national_number

    def _get(self, operation: str, path: str, params: dict[str, str] | None = None) -> Answer:
        accepts = frozenset({NOT_FOUND})
        call = Call(f"registry.{operation}", "GET", path, params=params or {}, accepts=accepts)
        return self._transport.send(call)


def _fits(model: type[Model], body: object) -> Model:
    """An answer as its model reads it. Raises `ProviderUnavailable` when it does not fit."""
    try:
        return model.model_validate(body)
    except ValidationError:
        raise outcomes.unavailable(PROVIDER, "an unreadable answer") from None


def _current(company: CurrentCompany) -> RegistryRecord:
    management = company.management or Management()
    managers = [
        Manager(name=each.name, position="، ".join(one.name for one in each.positions or ()))
        for each in management.managers or ()
    ]
    kind, due = company.entity_type or Form(), company.status.confirmation_date
    return RegistryRecord(
        registry=PROVIDER,
        number=company.cr_number,
        national_number=company.cr_national_number,
        name=company.name,
        status=state_of(company.status.name),
        status_text=company.status.name,
        entity_type=kind.form_name or kind.name or "",
        confirmation_due=due.gregorian if due else None,
        activities=tuple(each.name for each in company.activities or ()),
        parties=tuple(each.name for each in company.parties or ()),
        managers=tuple(managers),
        signing=power(len(managers), management.way_of_work or ""),
    )


def _old(company: OldCompany) -> RegistryRecord:
    people, status, kind = company.parties or (), company.status, company.business_type
    managers = [
        Manager(name=each.name, position=each.relation.name or "")
        for each in people
        if each.relation is not None and each.relation.id == "manager"
    ]
    activities = company.activities.isic if company.activities else None
    return RegistryRecord(
        registry=PROVIDER,
        number=company.cr_number,
        national_number=company.cr_entity_number or "",
        name=company.cr_name,
        status=state_of(status.id or status.name_en),
        status_text=status.name or "",
        entity_type=(kind.name if kind else None) or "",
        confirmation_due=None,
        activities=tuple(each.name for each in activities or ()),
        parties=tuple(each.name for each in people),
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

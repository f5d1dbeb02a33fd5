"""Looks companies up at OpenCorporates, which gathers the registers of many countries.

Source: OpenCorporates' API reference 0.4 and independent clients of it. An account's allowance (by
day and by month) is small, so answers are kept; Saudi coverage is thin. The token goes in a header,
which the API takes as well as the parameter `api_token`: no address ever holds it.
"""

from datetime import timedelta
from typing import Any, ClassVar, Self

import httpx

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
from dealix.connectors.transport import Answer, Call, KeyHeader, Transport
from dealix.errors import NotConfigured, ProviderError
from dealix.settings import Settings

PROVIDER = "opencorporates"
SEARCH = "/v0.4/companies/search"
STATUS_OF_ACCOUNT = "/v0.4/account_status"
SPENT = "the allowance is used up"
ACTIVE = frozenset({"active", "in existence", "registered", "live", "good standing", "نشط"})


class OpenCorporates:
    """`Directory` over OpenCorporates' API."""

    metadata: ClassVar = ConnectorMetadata(
        key=PROVIDER,
        name="Company registers of the world (OpenCorporates)",
        name_ar="سجلات الشركات في العالم (OpenCorporates)",
        api_version="v0.4",
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
    def of(cls, settings: Settings, secrets: SecretStore) -> Self:
        """OpenCorporates of this installation: `opencorporates_url`, else the sandbox's."""
        url = settings.opencorporates_url or settings.sandbox_url
        if url is None:
            raise NotConfigured("setting_missing", setting="DEALIX_OPENCORPORATES_URL")
        auth = KeyHeader("X-API-TOKEN", secrets.get("opencorporates.token"))
        timeouts, played = cls.metadata.timeouts, settings.plays(url)
        return cls(Transport(PROVIDER, url, timeouts, auth=auth, sandbox=played))

    def close(self) -> None:
        """Close the pooled connections."""
        self._transport.close()

    def search(self, name: str, country: str) -> tuple[ListedCompany, ...]:
        """See `Directory.search`; an allowance that is used up is a refusal, asked in vain."""
        query = DirectoryQuery.of(name, country)
        answer = self._get(
            "search",
            SEARCH,
            {
                "q": query.name,
                "jurisdiction_code": query.country.lower(),
                "per_page": str(MOST),
            },
        )
        try:
            found = answer.json["results"]["companies"][:MOST]
            return tuple(_listed(each["company"]) for each in found)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise outcomes.unavailable(PROVIDER, "an unreadable answer") from None

    def probe(self) -> Health:
        """See `Directory.probe`: asks how the account stands, which costs nothing of it."""

        def check() -> str:
            self._get("probe", STATUS_OF_ACCOUNT, {})
            return "answers"

        return outcomes.probed(check)

    def _get(self, operation: str, path: str, params: dict[str, str]) -> Answer:
        call = Call(f"directory.{operation}", "GET", path, params=params, judge=_judged)
        return self._transport.send(call)


def _judged(response: httpx.Response) -> ProviderError | None:
    """A 403 that speaks of a limit says that the account's allowance is used up."""
    if response.status_code == httpx.codes.FORBIDDEN and "limit" in response.text[:2000].lower():
        return outcomes.refused(PROVIDER, SPENT)
    return None


def _listed(company: dict[str, Any]) -> ListedCompany:
    number, jurisdiction = str(company["company_number"]), str(company["jurisdiction_code"])
    text = str(company.get("current_status") or "")
    return ListedCompany(
        directory=PROVIDER,
        number=f"{jurisdiction}/{number}",
        registered_as=number,
        name=str(company["name"]),
        country=jurisdiction[:2].upper(),
        status=status_of(company.get("inactive"), text),
        status_text=text,
    )


def status_of(inactive: object, text: str) -> Status:
    """A standing in our words: by what is said of inactivity, else by the register's own word."""
    if inactive is True:
        return "deleted"
    if inactive is False or text.strip().lower() in ACTIVE:
        return "active"
    return "other"

"""Has documents signed through DocuSign; an unknown outcome is looked up by our reference.

Source: eSignature REST v2.1. `transactionId` is no idempotency key, it finds an envelope for
seven days; our custom field finds it for good. One envelope may be asked for once in 15 minutes
("Rules and resource limits"); lists are bound by the account's limits only.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar, Protocol, Self

import httpx

from dealix import clock
from dealix.connectors import outcomes
from dealix.connectors.data_class import DataClass
from dealix.connectors.esign.account import AccountAddress
from dealix.connectors.esign.envelopes import (
    REFERENCE_FIELD,
    CustomFields,
    Document,
    EnvelopeDefinition,
    EnvelopeRequest,
    EnvelopeState,
    EventData,
    Notification,
    Place,
    Recipients,
    Signer,
    Tabs,
    TextField,
    VoidRequest,
    definition,
    read_state,
)
from dealix.connectors.esign.grant import PRIVATE_KEY, Application, JwtGrant
from dealix.connectors.metadata import (
    ConnectorMetadata,
    Health,
    Idempotency,
    Retries,
    Timeouts,
)
from dealix.connectors.secrets import SecretStore
from dealix.connectors.transport import Call, Transport, error_code, retry_after
from dealix.errors import NotConfigured
from dealix.settings import Settings

PROVIDER = "docusign"
PARTS = "recipients,custom_fields"
LOOK_BACK = timedelta(days=180)
LEAST_BETWEEN = timedelta(minutes=15)
BURST_SECONDS, LONGEST_PAUSE = 30.0, 3600.0
LIMITS = frozenset(
    {
        "HOURLY_APIINVOCATION_LIMIT_EXCEEDED",
        "BURST_APIINVOCATION_LIMIT_EXCEEDED",
        "HOURLY_ENVELOPE_POLLING_LIMIT_EXCEEDED",
        "BURST_ENVELOPE_POLLING_LIMIT_EXCEEDED",
        "HOURLY_APIINVOCATION_ENVELOPE_LIMIT_EXCEEDED",
        "BURST_APIINVOCATION_ENVELOPE_LIMIT_EXCEEDED",
        "API_REQUEST_IS_THROTTLED",
    }
)


class ESign(Protocol):
    """Whoever has documents signed. All raise `ProviderRefused` and `ProviderUnavailable`.

    `least_between` is the least time between two calls of `get` for one envelope.
    """

    metadata: ClassVar[ConnectorMetadata]
    least_between: timedelta

    def send(self, request: EnvelopeRequest) -> str:
        """Send for signature; the envelope's ID. Raises `OutcomeUnknown` too: then look up."""
        ...

    def look_up(self, reference: str) -> EnvelopeState | None:
        """The envelope under our reference, or None when there is certainly none."""
        ...

    def get(self, envelope: str) -> EnvelopeState:
        """Where an envelope and its signers stand; not again within `least_between`."""
        ...

    def listed(self, envelope: str) -> EnvelopeState:
        """The same out of a list, which may be asked for at any time, and may lag behind."""
        ...

    def void(self, envelope: str, reason: str) -> None:
        """Take an envelope back that is out for signature. Raises `OutcomeUnknown` too."""
        ...

    def document(self, envelope: str) -> bytes:
        """The documents of an envelope in one PDF, as they stand now."""
        ...

    def probe(self) -> Health:
        """Whether the provider answers and grants us a token."""
        ...


class DocuSign:
    """`ESign` over DocuSign's REST v2.1. `webhook` is where Connect tells us; None: nowhere.

    The sandbox fails no review, so there an envelope may be asked for at any time.
    """

    metadata: ClassVar = ConnectorMetadata(
        key="esign",
        name="Electronic signature (DocuSign)",
        name_ar="التوقيع الإلكتروني (DocuSign)",
        api_version="v2.1",
        timeouts=Timeouts(connect=timedelta(seconds=5), answer=timedelta(seconds=60)),
        retries=Retries(timedelta(seconds=1), 2.0, timedelta(minutes=10)),
        idempotency=Idempotency(
            "request_id", "look_up", "An envelope is found by transactionId, then by our field."
        ),
        policy_class="B",
        data_class=DataClass.RESTRICTED,
        actions=("esign.send", "esign.void"),
        audit_events=("effect.done", "effect.failed", "run.event.signature"),
        sends=(
            EnvelopeDefinition,
            Document,
            Recipients,
            Signer,
            Tabs,
            Place,
            CustomFields,
            TextField,
            Notification,
            EventData,
            VoidRequest,
        ),
    )

    def __init__(
        self, transport: Transport, address: AccountAddress, account: str, webhook: str | None
    ) -> None:
        self._transport = transport
        self._address = address
        self._account = account
        self._webhook = webhook
        self._closes: list[Transport] = [transport]
        self.least_between = timedelta(0) if transport.sandbox else LEAST_BETWEEN

    @classmethod
    def of(cls, settings: Settings, secrets: SecretStore) -> Self:
        """DocuSign of this installation by its account server, else the sandbox's.

        Where the account lives is asked there, unless `docusign_url` says it.
        """
        accounts_url = settings.docusign_account_url or settings.sandbox_url
        if accounts_url is None:
            raise NotConfigured("setting_missing", setting="DEALIX_DOCUSIGN_ACCOUNT_URL")
        inside = cls.is_played(settings)
        application = Application(
            settings.docusign_integration_key,
            settings.docusign_user_id,
            secrets.get(PRIVATE_KEY),
            Application.audience_of(accounts_url),
        )
        timeouts = cls.metadata.timeouts
        accounts = Transport(PROVIDER, accounts_url, timeouts, sandbox=inside)
        grant = JwtGrant(accounts, application)
        transport = Transport(
            *(PROVIDER, accounts_url, timeouts),
            auth=grant,
            sandbox=inside,
            limits=LIMITS,
            pause=pause,
        )
        account = settings.docusign_account_id
        webhook = f"{settings.public_url.rstrip('/')}/api/v1/webhooks/{PROVIDER}"
        made = cls(
            transport,
            AccountAddress(transport, account, settings.docusign_url),
            account,
            webhook if inside or webhook.startswith("https://") else None,
        )
        made._closes.append(accounts)
        return made

    @staticmethod
    def is_played(settings: Settings) -> bool:
        """Whether the sandbox is the DocuSign of this installation."""
        given = (settings.docusign_account_url, settings.docusign_url)
        return settings.sandbox_url is not None and all(
            settings.plays(url) for url in given if url is not None
        )

    def close(self) -> None:
        """Close the pooled connections."""
        for each in self._closes:
            each.close()

    def send(self, request: EnvelopeRequest) -> str:
        """See `ESign.send`."""
        body = definition(request, self._webhook)
        call = Call("envelope.send", "POST", self._envelopes, body=body)
        answer = self._transport.send(call)
        found = answer.json.get("envelopeId") if isinstance(answer.json, dict) else None
        if not found:
            raise outcomes.unknown(
                PROVIDER, "envelope.send", "an answer without envelope", dedups=False
            )
        return str(found)

    def look_up(self, reference: str) -> EnvelopeState | None:
        """See `ESign.look_up`: by transaction ID, which lives a week, then by our field."""
        recent = self._list("by_transaction", {"transaction_ids": reference})
        for each in recent.get("envelopeTransactionStatuses") or recent.get("envelopes") or []:
            if each.get("transactionId") == reference and each.get("envelopeId"):
                return self.listed(str(each["envelopeId"]))
        since = (clock.now() - LOOK_BACK).isoformat()
        wanted = {"from_date": since, "custom_field": f"{REFERENCE_FIELD}={reference}"}
        kept = self._list("by_field", wanted | {"include": PARTS})
        states = [_state(each) for each in kept.get("envelopes") or []]
        return next((each for each in states if each.reference == reference), None)

    def get(self, envelope: str) -> EnvelopeState:
        """See `ESign.get`."""
        path = f"{self._envelopes}/{envelope}"
        answer = self._transport.send(Call("envelope.get", "GET", path, params={"include": PARTS}))
        return _state(answer.json)

    def listed(self, envelope: str) -> EnvelopeState:
        """See `ESign.listed`."""
        found = self._list("by_id", {"envelope_ids": envelope, "include": PARTS})
        for each in found.get("envelopes") or []:
            if isinstance(each, dict) and each.get("envelopeId") == envelope:
                return _state(each)
        raise outcomes.unavailable(PROVIDER, "a list without the envelope")

    def void(self, envelope: str, reason: str) -> None:
        """See `ESign.void`."""
        path, body = f"{self._envelopes}/{envelope}", VoidRequest(reason=reason)
        answer = self._transport.send(Call("envelope.void", "PUT", path, body=body))
        said = answer.json.get("errorDetails") if isinstance(answer.json, dict) else None
        code = said.get("errorCode") if isinstance(said, dict) else None
        if code and code != "SUCCESS":
            raise outcomes.refused(PROVIDER, outcomes.code_of(code, "errorDetails"))

    def document(self, envelope: str) -> bytes:
        """See `ESign.document`."""
        path = f"{self._envelopes}/{envelope}/documents/combined"
        return self._transport.send(Call("envelope.document", "GET", path, raw=True)).content

    def probe(self) -> Health:
        """See `ESign.probe`: asks for an envelope that does not exist."""

        def check() -> str:
            self._list("probe", {"transaction_ids": "dealix-probe"})
            return "answers"

        return outcomes.probed(check)

    @property
    def _envelopes(self) -> str:
        return f"{self._address.url()}/v2.1/accounts/{self._account}/envelopes"

    def _list(self, operation: str, params: Mapping[str, str]) -> dict[str, Any]:
        answer = self._transport.send(
            Call(f"envelopes.{operation}", "GET", self._envelopes, params=params)
        )
        if not isinstance(answer.json, dict):
            raise outcomes.unavailable(PROVIDER, "an unreadable answer")
        return answer.json


def pause(response: httpx.Response) -> float | None:
    """Seconds until a limit takes calls again: to the top of the hour, or a burst's half minute."""
    told = retry_after(response)
    if told is not None:
        return told
    if error_code(response).upper().startswith("BURST"):
        return BURST_SECONDS
    reset = response.headers.get("X-RateLimit-Reset", "").strip()
    if not (reset.isascii() and reset.isdigit() and len(reset) <= 12):
        return None
    return min(max(0.0, int(reset) - clock.real_now().timestamp()), LONGEST_PAUSE)


def _state(body: Any) -> EnvelopeState:
    try:
        return read_state(body)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise outcomes.unavailable(PROVIDER, "an unreadable answer") from None

"""Hands messages to Meta's Cloud API, which neither dedups them nor can be asked for one.

What became of a message whose answer was lost, only a status webhook tells: it brings back the
correlation ID that left with the message.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar, Protocol, Self

import httpx

from dealix.connectors import outcomes, phones
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
from dealix.connectors.whatsapp.messages import ACCEPTED, SENDS, Message, Sent
from dealix.errors import NotConfigured, ProviderError
from dealix.settings import Settings

PROVIDER = "whatsapp"
SEND = "send"
UNDOES_HEADER = "X-Sandbox-Undoes"

LATER = frozenset({1, 2, 4, 80007, 130429, 131000, 131016, 131048, 131056, 133016})
"""Codes that Meta documents as passing; everything else that it refuses with stays refused."""

NOT_DONE = frozenset({4, 80007, 130429, 131048, 131056, 133016})
"""Limits: the message was certainly not taken."""

OURS_TO_MEND = frozenset({190})
"""Our token has ended: no message was taken, and none is given up for that."""


class WhatsApp(Protocol):
    """Whoever takes a WhatsApp message from us."""

    metadata: ClassVar[ConnectorMetadata]
    number_id: str

    def send(self, message: Message, undoes: Sequence[str] = ()) -> Sent:
        """Hand over one message; `undoes` are the correlation IDs of those that it takes back.

        Raises `ProviderRefused`, `ProviderUnavailable`, `OutcomeUnknown`.
        """
        ...

    def probe(self) -> Health:
        """Whether the API answers for our number and accepts our token."""
        ...


class CloudWhatsApp:
    """`WhatsApp` over the Cloud API, of the version that the settings pin."""

    metadata: ClassVar = ConnectorMetadata(
        key="whatsapp",
        name="WhatsApp (Cloud API)",
        name_ar="واتساب",
        api_version="v23.0",
        timeouts=Timeouts(connect=timedelta(seconds=5), answer=timedelta(seconds=20)),
        retries=Retries(timedelta(seconds=1), 2.0, timedelta(minutes=10)),
        idempotency=Idempotency(
            "message_id",
            "look_up",
            "Meta does not dedup; a status brings our correlation ID back, else a person is asked.",
        ),
        policy_class="B",
        data_class=DataClass.RESTRICTED,
        actions=("whatsapp.send", "whatsapp.retract"),
        audit_events=("effect.done", "effect.failed", "effect.in_doubt", "receipt.kept"),
        sends=SENDS,
    )

    def __init__(self, transport: Transport, version: str, number_id: str, account_id: str) -> None:
        self._transport = transport
        self._version = f"/{version.strip('/')}"
        self._account_id = account_id
        self.number_id = number_id

    @classmethod
    def of(cls, settings: Settings, secrets: SecretStore) -> Self:
        """The WhatsApp of this installation: `whatsapp_url`, else the sandbox."""
        url = settings.whatsapp_url or settings.sandbox_url
        if url is None:
            raise NotConfigured("setting_missing", setting="DEALIX_WHATSAPP_URL")
        token = secrets.get("whatsapp.token")
        transport = Transport(
            PROVIDER, url, cls.metadata.timeouts, token=token, sandbox=settings.plays(url)
        )
        return cls(
            transport,
            settings.whatsapp_version,
            settings.whatsapp_phone_number_id,
            settings.whatsapp_business_account_id,
        )

    def close(self) -> None:
        """Close the pooled connections."""
        self._transport.close()

    def send(self, message: Message, undoes: Sequence[str] = ()) -> Sent:
        """See `WhatsApp.send`; what a message takes back is told to the sandbox alone."""
        marks = {UNDOES_HEADER: " ".join(undoes)} if undoes and self._transport.sandbox else {}
        answer = self._transport.send(
            Call(
                SEND,
                "POST",
                f"{self._version}/{self.number_id}/messages",
                body=message,
                headers=marks,
                judge=judged,
            )
        )
        return _sent(answer.json)

    def probe(self) -> Health:
        """See `WhatsApp.probe`: asks whether our number is one of our account's."""

        def check() -> str:
            path = f"{self._version}/{self._account_id}/phone_numbers"
            answer = self._transport.send(
                Call("numbers", "GET", path, params={"fields": "id"}, judge=judged)
            )
            if self.number_id not in _ids(answer.json):
                raise outcomes.refused(PROVIDER, "the number is not one of the account")
            return "answers"

        return outcomes.probed(check)


def judged(response: httpx.Response) -> ProviderError | None:
    """What an error of the Graph API means by its code; None leaves it to the HTTP status."""
    code = _code(response)
    if code in OURS_TO_MEND:
        return outcomes.unavailable(PROVIDER, f"HTTP {response.status_code} {code}")
    if code is None or code not in LATER:
        return None if code is None or response.is_server_error else _refused(response, code)
    if code in NOT_DONE:
        return outcomes.unavailable(PROVIDER, str(code))
    return outcomes.unknown(PROVIDER, SEND, str(code), dedups=False)


def _refused(response: httpx.Response, code: int) -> ProviderError:
    return outcomes.refused(PROVIDER, f"HTTP {response.status_code} {code}")


def _code(response: httpx.Response) -> int | None:
    try:
        body = response.json()
    except ValueError:
        return None
    error = body.get("error") if isinstance(body, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) else None


def _ids(body: Any) -> set[str]:
    rows = body.get("data") if isinstance(body, dict) else None
    return {str(row.get("id")) for row in rows or () if isinstance(row, dict)}


def _sent(body: Any) -> Sent:
    """The one message of an answer; an answer without one leaves its outcome open."""
    messages = body.get("messages") if isinstance(body, dict) else None
    first = messages[0] if isinstance(messages, list) and messages else None
    if not isinstance(first, dict) or not isinstance(first.get("id"), str) or not first["id"]:
        raise outcomes.unknown(PROVIDER, SEND, "an answer without message", dedups=False)
    contacts = body.get("contacts")
    person = contacts[0] if isinstance(contacts, list) and contacts else None
    number = str(person.get("wa_id") or "") if isinstance(person, dict) else ""
    told = first.get("message_status") or ACCEPTED
    standing = outcomes.code_of(told, "unknown")
    return Sent(first["id"], phones.from_provider(number), standing)

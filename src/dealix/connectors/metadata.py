"""What every connector says about itself; a contract test holds each one to it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Literal, Protocol

from dealix.connectors.data_class import DataClass, Outgoing


@dataclass(frozen=True)
class Timeouts:
    """How long a call waits for a connection and for an answer."""

    connect: timedelta
    answer: timedelta


@dataclass(frozen=True)
class Retries:
    """How a call that may be made again is repeated; no `attempts` means until the deadline."""

    first: timedelta
    factor: float
    longest: timedelta
    attempts: int | None = None


@dataclass(frozen=True)
class Idempotency:
    """How doing it twice is prevented, and what is done when the outcome is unknown.

    `resend`: the provider dedups by key. `look_up`: it can be asked by our key. `ask`: a person.
    """

    method: Literal["upsert", "idempotency_header", "message_id", "request_id", "content_hash"]
    on_started: Literal["resend", "look_up", "ask"]
    reason: str


@dataclass(frozen=True)
class ConnectorMetadata:
    """The card of one connector. `sends` are the models of everything that leaves by it."""

    key: str
    name: str
    name_ar: str
    api_version: str
    timeouts: Timeouts
    retries: Retries
    idempotency: Idempotency
    policy_class: Literal["A", "B"]
    data_class: DataClass
    actions: tuple[str, ...]
    audit_events: tuple[str, ...]
    sends: tuple[type[Outgoing], ...]


@dataclass(frozen=True)
class Health:
    """What a probe found; `detail` holds no secret and nothing personal."""

    ok: bool
    detail: str
    milliseconds: float


class Connector(Protocol):
    """A door to one outside system: it describes itself and can be probed without an effect."""

    metadata: ClassVar[ConnectorMetadata]

    def probe(self) -> Health:
        """Whether the system answers and accepts our credentials; never raises, has no effect."""
        ...

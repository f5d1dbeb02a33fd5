"""The words of the inventory, each defined once; the rules and the catalogue use no others."""

import ipaddress
import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from dealix.settings import Settings


class Lane(StrEnum):
    """How a workflow runs: within a request or task, as a pipeline, or as a durable flow."""

    SHORT = "short"
    MEDIUM = "medium"
    DURABLE = "durable"


class Engine(StrEnum):
    """What runs a workflow, in the words of the inventory."""

    SYNC = "Sync"
    CELERY_TASK = "Celery task"
    CELERY_CHAIN = "Celery chain"
    OPENCLAW_CELERY = "OpenClaw + Celery"
    OPENCLAW = "OpenClaw"
    SEQUENCE_ENGINE = "Sequence Engine"
    TEMPORAL = "Temporal"
    DURABLE_FLOW = "OpenClaw durable_flow"


class Method(StrEnum):
    """How a step that runs twice has its effect once."""

    UPSERT = "upsert"
    IDEMPOTENCY_HEADER = "idempotency_header"
    MESSAGE_ID = "message_id"
    REQUEST_ID = "request_id"
    CONTENT_HASH = "content_hash"


class Undo(StrEnum):
    """What a cancel does about a step: nothing to take back, taken back, or it stays for good."""

    NONE = "none"
    UNDOABLE = "undoable"
    FINAL = "final"


class Waits(StrEnum):
    """For what a step waits: a person of ours who decides, an outsider's answer, or time."""

    APPROVAL = "approval"
    OUTSIDER = "outsider"
    TIME = "time"


class StepKind(StrEnum):
    """A step acts, asks a person (gate), takes an event from outside, or lets time pass."""

    ACT = "step"
    GATE = "gate"
    EVENT = "event"
    TIMER = "timer"


class Owner(StrEnum):
    """Who runs a system: we, as part of an installation of Dealix, or somebody else."""

    OURS = "ours"
    SOMEONE_ELSE = "someone else"


class SystemKind(StrEnum):
    """What a system is to us."""

    DATABASE = "database"
    BROKER = "broker"
    ENGINE = "workflow engine"
    MODEL = "model"
    MODEL_PROVIDER = "model provider"
    REGISTRY = "registry"
    MESSAGING = "messaging"
    CRM = "customer records"
    ESIGN = "electronic signature"
    CALENDAR = "calendar"
    STORAGE = "object storage"
    FINANCIAL = "financial data"
    LEGAL = "legal counsel"
    ADVISOR = "financial advisor"
    AUTHORITY = "public authority"
    PARTNER = "local partner"
    INFRASTRUCTURE = "infrastructure"
    BUSINESS_SYSTEM = "business system"


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A system that steps call; `outside_when` names the setting that moves it to somebody else."""

    key: str
    name: str
    name_ar: str
    kind: SystemKind
    owner: Owner
    over_network: bool = True
    outside_when: str | None = None


@dataclass(frozen=True, slots=True)
class World:
    """What an installation changes about the facts: which endpoints its settings place outside."""

    outside: frozenset[str] = frozenset()

    @classmethod
    def of(cls, settings: Settings, systems: tuple[System, ...]) -> "World":
        """The world of these settings: an address that is not on our own machine or network."""
        names = {system.outside_when for system in systems if system.outside_when}
        return cls(frozenset(name for name in names if is_outside(getattr(settings, name))))

    @classmethod
    def everything_outside(cls, systems: tuple[System, ...]) -> "World":
        """The strictest world: every endpoint that can be configured outside is outside."""
        return cls(frozenset(system.outside_when for system in systems if system.outside_when))


def is_outside(address: str | None) -> bool:
    """Whether an address leads to somebody else: neither loopback nor a private network."""
    if not address:
        return False
    host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return host != "localhost" and "." in host and not host.endswith((".local", ".internal"))


def is_external(system: System, world: World) -> bool:
    """*External system*: run by someone else and reached over the network.

    A model provider, a registry and S3 are; our PostgreSQL, broker and workflow engine are not. A
    model inside our own process is not, until a setting sends its questions to an outside address.
    """
    if system.outside_when in world.outside:
        return True
    return system.owner is Owner.SOMEONE_ELSE and system.over_network


def is_service(system: System, world: World) -> bool:
    """*Service*: what answers over the network; our application and its database are the first one.

    So a workflow of a single service calls nothing but its own process and its own database.
    """
    if system.kind is SystemKind.DATABASE:
        return False
    return system.over_network or is_external(system, world)


# The shortest time of the medium class: the inventory leaves 30 to 60 seconds open, here it is
# medium, since "short" ends at 30 seconds.
SHORT_ENDS = timedelta(seconds=30)
# From one hour on it matters whether a workflow waits (durable) or computes (medium).
HOURS_BEGIN = timedelta(hours=1)
# A workflow "spans days" when it may still be running a day after its start.
DAYS_BEGIN = timedelta(days=1)

_UNITS = {
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=31),
}
_NUMBERED = re.compile(r"^(?P<low><|\d+-)?(?P<high>\d+)\s*(?P<unit>s|min|hour|day|week|month)s?$")
_NAMED = re.compile(r"^(?P<low>hour|day|week)s-(?P<high>hour|day|week|month)s$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Duration:
    """How long a workflow takes, as the inventory writes it and as a range."""

    text: str
    shortest: timedelta
    longest: timedelta

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """Read `<5s`, `5-15 min`, `1-14 days`, `Hours-days`; a month counts 31 days.

        A plural without a number is at least two of its unit.

        Raises:
            ValueError: the text is in no form that the inventory uses.
        """
        if match := _NUMBERED.match(text):
            unit, low = _UNITS[match["unit"]], match["low"]
            longest = int(match["high"]) * unit
            if low == "<":
                return cls(text, timedelta(0), longest)
            return cls(text, int(low.rstrip("-")) * unit if low else longest, longest)
        if match := _NAMED.match(text):
            return cls(text, _UNITS[match["low"].lower()], 2 * _UNITS[match["high"].lower()])
        message = f"a duration of the inventory cannot be read: {text!r}"
        raise ValueError(message)

    @property
    def iso(self) -> str:
        """The longest time in ISO 8601, as a budget."""
        return iso(self.longest)


def iso(span: timedelta) -> str:
    """A span of time in ISO 8601 (`P14D`, `PT5M`); whole seconds, never negative."""
    seconds = int(span.total_seconds())
    days, seconds = divmod(seconds, 86_400)
    hours, seconds = divmod(seconds, 3_600)
    minutes, seconds = divmod(seconds, 60)
    parts = ((hours, "H"), (minutes, "M"), (seconds, "S"))
    clock = "".join(f"{number}{letter}" for number, letter in parts if number)
    date = f"{days}D" if days else ""
    return f"P{date}{'T' + clock if clock else ''}" if date or clock else "PT0S"

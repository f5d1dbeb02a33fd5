"""The shapes of answers, for `/openapi.json`; a test holds real answers to them."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from dealix.lanes.provenance import Provenance

Lane = Literal["short", "medium", "durable"]
Status = Literal[
    "running", "waiting", "paused", "compensating", "completed", "compensated", "cancelled",
    "failed", "attention",
]  # fmt: skip
Method = Literal["upsert", "idempotency_header", "message_id", "request_id", "content_hash"]


class Shown(BaseModel):
    """An answer; later issues add fields."""

    model_config = ConfigDict(extra="allow")


class SignedInView(Shown):
    """A fresh bearer token; it is shown this once."""

    token: str
    expires_at: datetime
    user_id: str
    tenant: str
    roles: list[str]


class PersonView(Shown):
    """A person of the company; names and address are null once the person is erased."""

    id: str
    name: str | None
    name_ar: str | None
    email: str | None
    roles: list[str]
    manager_id: str | None
    active: bool


class AuthorityVersion(Shown):
    """A version of the authority table in a list."""

    version: int
    status: Literal["draft", "active", "retired"]
    proposed_by: str
    proposed_at: datetime
    activated_by: str | None
    activated_at: datetime | None


class AuthorityOverview(AuthorityVersion):
    """The version in force, and every other one."""

    rows: list[dict[str, Any]]
    versions: list[AuthorityVersion]


class AuthorityView(AuthorityVersion):
    """A version with its rows, and in what it differs from the one in force."""

    rows: list[dict[str, Any]]
    against: int
    differences: list[dict[str, Any]]


class HeldView(Shown):
    """What is held of a person; `held` is its hash."""

    person_id: str
    since: datetime
    erased_at: datetime | None
    fields: list[str]
    runs: list[str]
    open_runs: list[str]
    account: dict[str, Any] | None
    held: str


class RingView(Shown):
    """A ring of keys by their names; `days_old` is null where a name does not tell."""

    ring: str
    current: str
    days_old: int | None
    keys: list[dict[str, Any]]


class Violation(Shown):
    """A rule that a row breaks, and why."""

    rule: str
    reason: str


class Verdict(Shown):
    """The lane that the rules give, and what they find wrong."""

    lane: Lane
    violations: list[Violation]


class StepView(Shown):
    """A step of a workflow."""

    name: str
    name_ar: str
    idempotency: Method | None
    undo: Literal["none", "undoable", "final"] | None


class InventoryRow(Shown):
    """A workflow of the inventory."""

    key: str
    name: str
    name_ar: str
    declared: Lane
    lane: Lane
    engine: str
    budget: str
    steps: list[StepView]
    systems: list[str]
    pauses: list[str]
    priority: bool
    phase: int | str | None
    built: bool
    verdict_declared: Verdict
    verdict_built: Verdict | None
    ruling: dict[str, Any] | None


class InventoryDetail(InventoryRow):
    """A workflow with what is needed to start it; null while it is not built."""

    input_schema: dict[str, Any] | None
    example: dict[str, Any] | None
    gates: list[str] | None
    events: list[str] | None


class TimelineEntry(Shown):
    """Something that happened in a run, on its own clock."""

    at: datetime
    kind: Literal["step", "wait", "approval", "message", "undo", "case"]
    name: str
    status: str
    attempts: int
    key: str


class RunSummary(Shown):
    """A run in a list: all but its input and timeline."""

    id: str
    workflow: str
    lane: Lane
    status: Status
    outcome: str | None
    practice: bool
    started_at: datetime
    ended_at: datetime | None
    deadline: datetime | None
    result: dict[str, Any] | None
    error: dict[str, Any] | None
    evidence: list[str]


class RunView(RunSummary):
    """A run with its timeline."""

    timeline: list[TimelineEntry]


class UndoPreview(Shown):
    """What a cancel would take back, in order, and what is final."""

    undo: list[dict[str, Any]]
    final: list[dict[str, Any]]


class ApprovalSummary(Shown):
    """A request for approval in a list."""

    id: str
    run: str
    gate: str
    round: int
    packet_hash: str
    deadline: datetime | None
    escalation_level: int


class ApprovalView(ApprovalSummary):
    """A request with its packet."""

    packet: dict[str, Any]


class Decided(ApprovalView):
    """A request after a decision; `delivered` says whether its run has heard of it."""

    delivered: bool


class EffectView(Shown):
    """A row of the ledger."""

    key: str
    system: str | None
    kind: str
    method: Method
    status: Literal["started", "done", "failed", "in_doubt", "undone", "waived"]
    reference: str | None


class CaseView(Shown):
    """Something that only a person can settle; `run` is null where it belongs to none."""

    id: str
    run: str | None
    kind: str
    status: Literal["open", "resolved"]
    resolution: str | None


class Uploaded(Shown):
    """A document that was taken in."""

    id: str
    sha256: str


class Pack(Shown):
    """An evidence pack."""

    id: str
    sha256: str


class PackView(Pack):
    """A pack in a list; `days` of one that is about a time, `bytes` those of its items."""

    kind: str
    run: str
    assembled_by: str | None
    subject: dict[str, Any] | None
    days: dict[str, str] | None
    items: int
    bytes: int
    created_at: datetime


class Received(Shown):
    """A delivery is stored; what it says is acted on afterwards."""

    id: str
    repeated: bool


class OutsideMessageView(Shown):
    """A message to an outsider: the last verdict, every judgment, and what became of it."""

    key: str
    message_id: str
    run: str
    channel: Literal["email", "whatsapp", "sms"]
    purpose: Literal["partnership", "service", "marketing"]
    person_id: str
    verdict: Literal["allowed", "refused", "later"]
    code: str | None
    not_before: datetime | None
    at: datetime
    status: str | None
    reference: str | None
    judgments: list[dict[str, Any]]


class TagView(Shown):
    """What a message wants and in which dialect it is, each with how sure that is (0 to 1)."""

    intent: str
    intent_confidence: float
    follows: str
    dialect: str
    dialect_confidence: float


class DeliveryView(Shown):
    """Something that came in from outside with a right signature; a message has its tag.

    `stranger`: somebody whom we do not know has written it, and nobody has taken it up.
    """

    id: str
    provider: str
    delivery_id: str
    received_at: datetime
    run: str | None
    status: str
    stranger: bool
    tag: TagView | None = None


class ConsentView(Shown):
    """Where a person outside stands; the name is null once the person is erased."""

    person_id: str
    name: str | None
    opted_out: bool
    consents: list[dict[str, str]]


class ConsentHistory(ConsentView):
    """Where a person stands, with every event that led there."""

    events: list[dict[str, Any]]


class ContradictionView(Shown):
    """Two quotations that do not both hold; the newest of its events says how it stands.

    `provenance` is null where it was found before that was kept.
    """

    id: str
    run: str
    kind: Literal["factual", "temporal", "scope", "policy"]
    severity: Literal["high", "medium", "low"]
    rule: str
    status: Literal["detected", "reviewing", "resolved", "accepted"]
    at: datetime
    provenance: Provenance | None
    a: dict[str, Any]
    b: dict[str, Any]
    events: list[dict[str, Any]]


class CalendarDay(Shown):
    """A day of the company's calendar; `hours` is null when nobody works."""

    date: str
    hijri: str | None
    working: bool
    hours: dict[str, str] | None
    weekend: bool
    holiday: str | None
    holiday_ar: str | None
    ramadan: bool
    override: Literal["holiday", "working", "hours"] | None


class CalendarMonth(Shown):
    """A month of the company's calendar on its own clocks."""

    month: str
    country: str
    time_zone: str
    days: list[CalendarDay]
    settings: dict[str, Any]

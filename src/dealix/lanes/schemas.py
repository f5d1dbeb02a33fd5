"""What crosses between a flow and its steps: identifiers, hashes, times, nobody's data."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Outcome = Literal["activated", "rejected", "declined", "expired", "cancelled", "failed"]


class Message(BaseModel):
    """Base of everything that lies in a workflow's history."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FlowStart(Message):
    """The one argument of every durable workflow."""

    tenant_id: str
    run_id: str
    workflow: str
    rehearsal: bool = False
    deadline: datetime | None = None
    reason: str | None = None


class FlowEnd(Message):
    """The one result of every durable workflow."""

    status: str
    outcome: str


class StepCall(Message):
    """One step's call: which run, the how-manieth step, its key, and the run's time."""

    tenant_id: str
    run_id: str
    rehearsal: bool
    seq: int
    key: str
    at: datetime
    round: int = 1
    reason: str | None = None
    data: dict[str, Any] = Field(default_factory=dict)


class StepResult(Message):
    """How a step ended: `done`, `changed` (ask again), or `in_doubt` with the case that asks.

    `later`: nothing was done, and nothing may be before `data["not_before"]`. `blocked`: nothing
    was done, and a case asks a person to put right what stands in the way.
    """

    status: Literal["done", "changed", "in_doubt", "failed", "not_needed", "later", "blocked"] = (
        "done"
    )
    case_id: str | None = None
    reason: str | None = None
    data: dict[str, Any] = Field(default_factory=dict)


class GateOpened(Message):
    """A request that now waits for people."""

    approval_id: str
    packet_hash: str
    deadline: datetime | None = None
    state: "GateState"


class GateState(Message):
    """What the stored decisions of a request add up to, and when its SLA has its next word.

    `next_level` is 1 for the reminder, 2 for the breach, 3 for the last escalation, 0 for none.
    `took` are its decisions, each with when it took effect on the run's clock.
    """

    status: Literal["open", "approved", "rejected", "changes_requested", "closed"]
    next_level: int = 0
    next_at: datetime | None = None
    took: dict[str, datetime] = {}


class EventState(Message):
    """Whether an event has come; `data` are identifiers and hashes."""

    come: bool
    id: str | None = None
    data: dict[str, Any] = Field(default_factory=dict)


class Delivery(Message):
    """What an update tells a workflow: where to look, never what was decided."""

    id: str
    kind: Literal["decision", "resubmission", "case", "event", "extend", "pause"]
    reference: str
    gate: str | None = None
    hash: str | None = None


class UndoItem(Message):
    """A registered undo as the workflow needs it to call the right activity."""

    id: str
    step: str
    key: str
    action: str
    system: str | None
    status: str


class Ending(Message):
    """Why and how a run closes."""

    outcome: str
    good: bool = False
    reason: str | None = None
    undone: int = 0
    error: dict[str, Any] | None = None

"""What the ledger is told about an effect, and what it answers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from dealix.records.models import Effect


@dataclass(frozen=True)
class EffectSpec:
    """One effect as its step declares it; `key` makes it happen once, `at` is the run's time."""

    run_id: str
    seq: int
    step: str
    key: str
    system: str | None
    kind: str
    method: str
    on_started: str
    at: datetime
    chain: str = "main"
    final: bool = False
    payload_hash: str | None = None
    undo_action: str | None = None
    undo_system: str | None = None
    undoes: str | None = None


@dataclass(frozen=True)
class Begun:
    """What to do about an effect now.

    `go`: call the provider. `look_up`: an earlier call's outcome is unknown, ask the provider by
    our key first. `done`, `failed`, `in_doubt`: nothing is to be called.
    """

    verdict: Literal["go", "look_up", "done", "failed", "in_doubt"]
    effect: Effect
    case_id: str | None = None


@dataclass(frozen=True)
class Reply:
    """A provider's good answer: its reference, and what the flow needs of it (IDs and hashes)."""

    reference: str
    data: dict[str, Any] = field(default_factory=dict)

"""What governance is asked about a message, and what it answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from dealix.lanes.working_time.settings import CHANNELS, Channel

Purpose = Literal["partnership", "service", "marketing"]
Source = Literal["given_by_person", "given_by_starter", "web_form", "signed_contract", "reply"]
Basis = Source | Literal["model_reading", "read_by_person"]
"""A source as it is recorded; no door may claim a model's reading, or that somebody read it."""
Event = Literal["given", "withdrawn", "opted_out"]
Recorded = Event | Literal["lifted"]
"""What is recorded: `lifted` takes back opt-outs that a model has read, and no other."""
BY_MODEL: Basis = "model_reading"
Kind = Literal["allowed", "refused", "later"]

PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
DATA_SHARING = "data_sharing"
"""The purpose of no message: that personal data are shared with a partner (PDPL)."""
EVERYTHING = "*"
"""Every channel, or every purpose."""

OWN_WORD: frozenset[str] = frozenset({"given_by_person", "web_form", "signed_contract"})
"""Sources in which the person speaks: they lift an earlier opt-out, and marketing needs them."""

__all__ = ["CHANNELS", "Channel"]


@dataclass(frozen=True)
class OutsideMessage:
    """A message to one person outside, before it leaves; `text` and `address` are personal.

    `notice`: it takes back what a bad end leaves outside, so that no daily limit may hold it.
    `template`: its wording was approved by the channel beforehand. `is_first`: nobody has written
    to this person on this channel before; None: governance finds out.
    """

    channel: Channel
    person_id: str
    purpose: Purpose
    message_id: str
    effect_key: str
    run_id: str
    text: str
    address: str
    template: bool = False
    notice: bool = False
    is_first: bool | None = None


@dataclass(frozen=True)
class RuleVerdict:
    """What one rule said; `rule` is its sentence."""

    rule: str
    kind: Kind
    code: str | None = None
    not_before: datetime | None = None

    def as_stored(self) -> dict[str, Any]:
        """As JSON for the table of judgments."""
        until = self.not_before.isoformat() if self.not_before else None
        return {"rule": self.rule, "kind": self.kind, "code": self.code, "not_before": until}


@dataclass(frozen=True)
class Verdict:
    """What all rules together said: a refusal wins over a delay, the longest delay over others."""

    kind: Kind
    code: str | None = None
    not_before: datetime | None = None
    rules: tuple[RuleVerdict, ...] = ()


ALLOWED = Verdict("allowed")

"""The controls of a scan, as data, and what asking one of live data answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, Self

import yaml
from pydantic import BaseModel, ConfigDict, model_validator
from sqlalchemy import text
from sqlalchemy.orm import Session

from dealix.business.compliance.listed import rows
from dealix.business.compliance.processing import Activity
from dealix.connectors.secrets import SecretStore
from dealix.records.canonical import digest
from dealix.settings import Settings

FILE = Path(__file__).with_name("controls.yaml")
Framework = Literal["pdpl", "nca_ecc", "owasp_llm", "nist_ai_rmf"]
Severity = Literal["critical", "high", "medium", "low"]
Answer = Literal["pass", "fail", "not_applicable"]
Status = Literal["pass", "fail", "not_applicable", "manual"]
EXAMPLES = 10
"""How many identifiers of what is wrong an answer names."""


@dataclass(frozen=True)
class Charge:
    """The role that looks at a control, and the day until which."""

    owner: str
    due: date


class Control(BaseModel):
    """One control: asked of live data by its `check`, or by its `owner` until `due`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    framework: Framework
    severity: Severity
    name: str
    name_ar: str
    asks: str = ""
    asks_ar: str = ""
    reference: str | None = None
    check: str | None = None
    owner: str | None = None
    due: date | None = None

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        live, by_hand = self.check is not None, self.owner is not None and self.due is not None
        if live == by_hand or (live and (self.owner or self.due)):
            raise ValueError(f"{self.key}: either a check, or an owner with a due date")
        return self

    def charge(self, charges: Mapping[str, Charge]) -> Charge | None:
        """Who looks at it until when: as the company has set, else as ships; None for data."""
        if self.owner is None or self.due is None:
            return None
        return charges.get(self.key) or Charge(self.owner, self.due)


@dataclass(frozen=True)
class Live:
    """What a check may look at: one tenant's rows as of one moment, and this installation."""

    session: Session
    settings: Settings
    secrets: SecretStore
    register: Sequence[Activity]
    at: datetime
    charges: Mapping[str, Charge] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """What a check answers; the evidence holds numbers, identifiers and hashes, nobody's words."""

    status: Answer
    evidence: dict[str, Any] = field(default_factory=dict)


class Check(Protocol):
    """Asks live data whether a control holds."""

    key: ClassVar[str]

    def look(self, live: Live) -> Found:
        """Whether it holds now, with what was seen."""
        ...


class RowCheck:
    """A check of rows: `sql` answers for each looked at its `id` and whether it is `wrong`."""

    key: ClassVar[str]
    sql: ClassVar[str]

    def given(self, _live: Live) -> dict[str, Any]:
        """The values of the statement's parameters."""
        return {}

    def look(self, live: Live) -> Found:
        """See `Check.look`; where there is nothing to look at, the control does not apply."""
        counts = (
            "SELECT count(*), count(*) FILTER (WHERE wrong), "
            "(array_agg(id ORDER BY id) FILTER (WHERE wrong))[1:10]"
        )
        statement = text(f"{counts} FROM ({self.sql}) AS looked_at")
        checked, wrong, examples = live.session.execute(statement, self.given(live)).one()
        return judged(checked, wrong, examples or [])


def judged(checked: int, wrong: int, examples: Sequence[str], **more: Any) -> Found:
    """An answer by counts: nothing looked at, something wrong, or all as it should be."""
    evidence = {"checked": checked, "wrong": wrong, "examples": list(examples)[:EXAMPLES], **more}
    if wrong:
        return Found("fail", evidence)
    return Found("pass" if checked else "not_applicable", evidence)


@cache
def controls() -> tuple[Control, ...]:
    """Every control: those that say what they ask, then the rest of what the frameworks list."""
    told = [Control.model_validate(each) for each in _document()["controls"]]
    listed = rows({(each.framework, each.reference) for each in told})
    return (*told, *(Control.model_validate(each) for each in listed))


@cache
def control_of(key: str) -> Control | None:
    """The control of this key, while it exists."""
    return next((each for each in controls() if each.key == key), None)


@cache
def frameworks() -> dict[str, str]:
    """The frameworks with the edition that references are taken from."""
    return dict(_document()["frameworks"])


def version() -> str:
    """Changes with every word of the controls."""
    words = digest([each.model_dump(mode="json") for each in controls()])
    return words.removeprefix("sha256:")[:12]


@cache
def _document() -> Any:
    return yaml.safe_load(FILE.read_text("utf-8"))

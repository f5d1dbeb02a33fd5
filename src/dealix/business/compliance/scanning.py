"""What a scan reads, and which questions start one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.orm import Session

from dealix.actors import Actor
from dealix.business.compliance.claims import Claim, Document, claims_of
from dealix.business.compliance.conflicts import Conflict, conflicts_of
from dealix.i18n import N_
from dealix.lanes.kinds import Beginning, Prepared
from dealix.records.canonical import digest

ScanReference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/:#-]{0,59}$")]
DocumentId = Annotated[str, StringConstraints(pattern=r"^k?doc_[0-9A-Za-z_-]{1,60}$")]


class ContradictionScanInput(BaseModel):
    """What starts a scan."""

    model_config = ConfigDict(extra="forbid")

    documents: list[DocumentId] = Field(
        [],
        title=N_("Documents to read"),
        description=N_(
            "Left empty: every document that was brought in, those to search too. Clauses and what "
            "is in force always."
        ),
        max_length=200,
    )


class ComplianceScanInput(BaseModel):
    """What starts a scan of the controls: all of them, always."""

    model_config = ConfigDict(extra="forbid")

    reference: ScanReference | None = Field(
        None,
        title=N_("What this scan is for"),
        description=N_("Such as the number of an audit; no names of people."),
    )


@dataclass(frozen=True)
class Reading:
    """What lies before a scan: texts, under whose key each lies, and what could not be read."""

    documents: list[Document]
    person_of: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    live: list[Claim] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """The hash of everything that is read."""
        texts = [[each.name, each.text] for each in self.documents]
        return digest([*texts, *([each.source, each.quote] for each in self.live)])

    def claims(self) -> list[Claim]:
        """Every claim of the texts, then those of the installation."""
        return [*(claim for each in self.documents for claim in claims_of(each)), *self.live]

    def conflicts(self, claims: Sequence[Claim]) -> list[Conflict]:
        """What does not hold together."""
        return conflicts_of(claims)


Reader = Callable[[Session, Sequence[str]], Reading]


def prepare(
    _session: Session, _actor: Actor, asked: ContradictionScanInput, _start: Beginning
) -> Prepared:
    """What the run keeps of the question."""
    return Prepared(asked.model_dump(mode="json"))


def prepare_controls(
    _session: Session, _actor: Actor, asked: ComplianceScanInput, _start: Beginning
) -> Prepared:
    """What the run keeps of the question."""
    return Prepared(asked.model_dump(mode="json"))


def controls_example(number: int) -> dict[str, Any]:
    """The nth input that runs, counted from 0."""
    return {} if number == 0 else {"reference": f"review-{number}"}


def scan_example(number: int) -> dict[str, Any]:
    """The nth input that runs, counted from 0; a document that is not there is not read."""
    return {"documents": [] if number == 0 else [f"doc_example_{number}"]}

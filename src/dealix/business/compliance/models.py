"""Tables of compliance: answers of registries, contradictions, and what scans of controls found."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from dealix.store.base import Base, Tenanted


class RegistryAnswer(Tenanted, Base):
    """One answer that was paid for; `sealed` under the tenant's key, None where none is known.

    `world` is `real`, or the ID of the rehearsal that asked the sandbox. `fetched_at` is the
    asking run's time.
    """

    __tablename__ = "registry_answers"
    id: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]
    number: Mapped[str]
    world: Mapped[str]
    fetched_at: Mapped[datetime]
    known: Mapped[bool]
    sealed: Mapped[bytes | None]


class Contradiction(Tenanted, Base):
    """Two places that do not both hold; never changed, what people make of it are its events.

    A quotation of a document lies under that document's key (`person_a`, `person_b`), so that it
    goes when the document is erased; one of our clauses or settings lies as it is. `provenance` is
    None of those that were found before it was kept.
    """

    __tablename__ = "contradictions"
    id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    kind: Mapped[str]
    severity: Mapped[str]
    rule: Mapped[str]
    source_a: Mapped[str]
    line_a: Mapped[int]
    quote_a: Mapped[bytes]
    person_a: Mapped[str | None]
    source_b: Mapped[str]
    line_b: Mapped[int]
    quote_b: Mapped[bytes]
    person_b: Mapped[str | None]
    at: Mapped[datetime]
    provenance: Mapped[dict[str, Any] | None]


class ContradictionEvent(Tenanted, Base):
    """What became of a contradiction; the newest says how it stands."""

    __tablename__ = "contradiction_events"
    id: Mapped[str] = mapped_column(primary_key=True)
    contradiction_id: Mapped[str]
    status: Mapped[str]
    by_user: Mapped[str]
    at: Mapped[datetime]


class ComplianceResult(Tenanted, Base):
    """What one control answered in one scan; never changed.

    `change` says how that differs from the last scan that ended well before this one. `provenance`
    is None of answers from before it was kept.
    """

    __tablename__ = "compliance_results"
    run_id: Mapped[str] = mapped_column(primary_key=True)
    control: Mapped[str] = mapped_column(primary_key=True)
    framework: Mapped[str]
    severity: Mapped[str]
    status: Mapped[str]
    change: Mapped[str]
    evidence: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    provenance: Mapped[dict[str, Any] | None]


class ComplianceCharge(Tenanted, Base):
    """Which role looks at a control that no data can answer, and until when, where a company says.

    The next scan keeps it with its results; what earlier scans kept stays.
    """

    __tablename__ = "compliance_charges"
    control: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    due: Mapped[date]
    set_by: Mapped[str]
    set_at: Mapped[datetime]


class ComplianceReport(Tenanted, Base):
    """A scan's end: its counts and the hash over all its results; counts once its run ended well.

    `previous` is the scan that it was compared with; `controls_version` changes with their words.
    """

    __tablename__ = "compliance_reports"
    run_id: Mapped[str] = mapped_column(primary_key=True)
    previous: Mapped[str | None]
    controls_version: Mapped[str]
    counts: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    at: Mapped[datetime]

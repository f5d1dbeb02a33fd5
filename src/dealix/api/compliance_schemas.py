"""What the API answers about scans of controls."""

from datetime import date
from typing import Any

from pydantic import Field

from dealix.api.bodies import Body
from dealix.api.schemas import Shown
from dealix.business.compliance.checking import Change
from dealix.business.compliance.controls import Framework, Severity, Status
from dealix.lanes.provenance import Provenance


class ComplianceScanView(Shown):
    """One scan: its run, the scan that it was compared with, its counts and its hash."""

    run: str
    previous: str | None
    at: str
    controls_version: str
    counts: dict[str, dict[str, int]]
    sha256: str


class ComplianceResultView(Shown):
    """What one control answered; a `manual` one has an owner's role and a due date instead.

    `reference` is the framework's own number, null where none is stated; `provenance` is null where
    no scan has answered yet, or one from before it was kept.
    """

    control: str
    framework: Framework
    severity: Severity
    status: Status
    change: Change
    name: str
    name_ar: str
    reference: str | None = None
    evidence: dict[str, Any]
    provenance: Provenance | None
    owner: str | None
    due: str | None
    overdue: bool


class ComplianceView(Shown):
    """A scan with its results; `frameworks` names the edition of each."""

    scan: ComplianceScanView | None
    frameworks: dict[str, str]
    results: list[ComplianceResultView]


class ComplianceChargePut(Body):
    """Which role looks at a manual control, and until which day, that day included."""

    owner: str = Field(pattern=r"^[a-z][a-z_]{0,39}$")
    due: date

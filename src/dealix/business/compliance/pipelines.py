"""The pipelines of compliance: papers and settings compared, and controls asked of live data.

Steps hand one another hashes, identifiers and numbers only: words of documents stay where they are
sealed, and are read anew by each step that needs them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from dealix.business.compliance import controls, findings
from dealix.business.compliance.checking import Inspector, counted, inspect
from dealix.business.compliance.conflicts import Conflict
from dealix.business.compliance.contradictions import ContradictionBook
from dealix.business.compliance.scanning import Reader, Reading
from dealix.lanes.models import Run
from dealix.lanes.own_steps import own_step
from dealix.lanes.pipelines import Made, Pipeline, StageCall, pipeline, stage
from dealix.lanes.schemas import StepCall, StepResult
from dealix.store.session import Database

RULES_VERSION = "contradiction-rules-1"


@pipeline(name="contradiction_scan", outcome="scanned")
@dataclass(frozen=True)
class ContradictionScan(Pipeline):
    """Three steps over what `reader` finds; `book` keeps what does not hold together."""

    database: Database
    reader: Reader
    book: ContradictionBook

    @stage("load_documents", method="upsert")
    def load_documents(self, call: StageCall) -> Made:
        """Find what is to be read, and say what cannot be."""
        reading = self._read(call)
        names = [document.name for document in reading.documents]
        return Made({"documents": names, "unread": reading.unread, "hash": reading.digest})

    @stage("compare_claims", method="idempotency_header", system="llm")
    def compare_claims(self, call: StageCall, guard: Callable[[Session], None]) -> StepResult:
        """Compare every pair of claims by rules; no model is asked, and the result says so."""
        reading = self._read(call)
        claims = reading.claims()
        found = [self.book.name_of(one) for one in reading.conflicts(claims)]

        def kept(_session: Session, _run: Run, _call: StepCall) -> Mapping[str, Any]:
            return {
                "method": "rules",
                "rules_version": RULES_VERSION,
                "not_configured": ["model"],
                "inputs_hash": reading.digest,
                "claims": len(claims),
                "found": found,
            }

        return own_step(self.database, self.compare_claims, call, kept, guard)

    @stage("flag_conflicts", method="upsert")
    def flag_conflicts(self, call: StageCall) -> Made:
        """Keep each contradiction once, with both quotations; known ones are not found anew."""
        wanted = set(call.of("compare_claims")["found"])
        reading = self._read(call)
        named = {self.book.name_of(one): one for one in reading.conflicts(reading.claims())}
        found: dict[str, Conflict] = {key: one for key, one in named.items() if key in wanted}
        kinds = [one.kind for one in found.values()]
        counts = {kind: kinds.count(kind) for kind in sorted(set(kinds))}
        grave = sum(one.severity == "high" for one in found.values())
        data = {"contradictions": len(found), "by_kind": counts, "high": grave}

        def write(session: Session) -> None:
            self.book.keep(session, call.run_id, found, reading.person_of)

        return Made(data, write)

    def _read(self, call: StageCall) -> Reading:
        with self.database.snapshot(call.tenant_id) as session:
            return self.reader(session, call.input.get("documents", []))


@pipeline(name="compliance_scan", outcome="checked")
@dataclass(frozen=True)
class ComplianceScan(Pipeline):
    """Four steps over every control; rules alone decide what passes."""

    database: Database
    inspector: Inspector

    @stage("list_controls", method="upsert")
    def list_controls(self, _call: StageCall) -> Made:
        """Fix which controls this scan goes through, whatever a later version says."""
        keys = [each.key for each in controls.controls()]
        return Made({"controls": keys, "version": controls.version()})

    @stage("check_control", method="upsert", system="step_model")
    def check_control(self, call: StageCall, guard: Callable[[Session], None]) -> StepResult:
        """Ask each of live data as of one moment; no model explains, and the result says so."""
        known = {each.key for each in controls.controls()}
        asked = [key for key in call.of("list_controls")["controls"] if key in known]
        with self.database.snapshot(call.tenant_id) as session:
            answers = inspect(self.inspector.live(session), asked)

        def kept(_session: Session, _run: Run, _call: StepCall) -> Mapping[str, Any]:
            return {"method": "rules", "not_configured": ["model"], "answers": answers}

        return own_step(self.database, self.check_control, call, kept, guard)

    @stage("aggregate_findings", method="upsert")
    def aggregate_findings(self, call: StageCall) -> Made:
        """Keep every answer with how it differs from that of the last scan."""
        answers = call.of("check_control")["answers"]
        with self.database.snapshot(call.tenant_id) as session:
            seen = findings.compared(session, call.run_id, answers)
        data = {"previous": seen["previous"], "changes": counted(seen["changes"].values())}

        def write(session: Session) -> None:
            findings.keep(session, call.run_id, answers, seen["changes"])

        return Made(data, write)

    @stage("report_findings", method="content_hash")
    def report_findings(self, call: StageCall) -> Made:
        """Hash all results as they are kept, and count them."""
        previous = call.of("aggregate_findings")["previous"]
        version = call.of("list_controls")["version"]
        with self.database.snapshot(call.tenant_id) as session:
            report, said = findings.report_of(session, call.run_id, previous, version)
        return Made(said, lambda session: session.add(report))

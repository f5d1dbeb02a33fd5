"""The pipelines of compliance: papers and settings compared, and controls asked of live data.

Steps hand one another hashes, identifiers and numbers only: words of documents stay where they are
sealed, and are read anew by each step that needs them.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from dealix import clock
from dealix.business.compliance import controls, findings, judging
from dealix.business.compliance.checking import Inspector, counted, inspect
from dealix.business.compliance.conflicts import Conflict
from dealix.business.compliance.contradictions import ContradictionBook
from dealix.business.compliance.scanning import Reader, Reading
from dealix.lanes.models import Run
from dealix.lanes.own_steps import own_step
from dealix.lanes.pipelines import Made, Pipeline, StageCall, pipeline, stage
from dealix.lanes.provenance import Provenance
from dealix.lanes.schemas import StepCall, StepResult
from dealix.lanes.step_executor import StepContext, StepExecutor
from dealix.store.session import Database

RULES_VERSION = "contradiction-rules-2"


@pipeline(name="contradiction_scan", outcome="scanned")
@dataclass(frozen=True)
class ContradictionScan(Pipeline):
    """Three steps over what `reader` finds; `book` keeps what does not hold together.

    `models` judges the pairs that the rules leave open.
    """

    database: Database
    reader: Reader
    book: ContradictionBook
    models: StepExecutor

    @stage("load_documents", method="upsert")
    def load_documents(self, call: StageCall) -> Made:
        """Find what is to be read, and say what cannot be."""
        reading = self._read(call)
        names = dict.fromkeys(each.name.partition("#")[0] for each in reading.documents)
        return Made({"documents": list(names), "unread": reading.unread, "hash": reading.digest})

    @stage("compare_claims", method="idempotency_header", system="llm", on_started="resend")
    def compare_claims(self, call: StageCall, guard: Callable[[Session], None]) -> StepResult:
        """Compare every pair of claims by rules; where a model is chosen, also what they leave."""
        reading = self._read(call)
        claims = reading.claims()
        by_rules = reading.conflicts(claims)
        context = StepContext(call.tenant_id, call.key, ("documents", "settings"), call.rehearsal)
        judged = judging.judge(self.models, judging.open_pairs(claims, by_rules), context)
        told = judged.told()
        by_rules_alone = Provenance(
            generated_at=clock.now(),
            method="rules",
            rules_version=RULES_VERSION,
            inputs_hash=reading.digest,
            sources=list(context.sources),
            not_configured=told["not_configured"],
            executor="rules",
        )
        kept_pairs = [
            judging.kept(self.book.name_of(one), one, by)
            for one, by in zip(judged.conflicts, judged.told_by, strict=True)
        ]

        def kept(_session: Session, _run: Run, _call: StepCall) -> Mapping[str, Any]:
            return {
                **told,
                "provenance": by_rules_alone.model_dump(mode="json"),
                "rules_version": RULES_VERSION,
                "inputs_hash": reading.digest,
                "claims": len(claims),
                "found": [self.book.name_of(one) for one in by_rules],
                "judged": kept_pairs,
            }

        return own_step(self.database, self.compare_claims, call, kept, guard)

    @stage("flag_conflicts", method="upsert")
    def flag_conflicts(self, call: StageCall) -> Made:
        """Keep each contradiction once, with both quotations; known ones are not found anew."""
        compared, reading = call.of("compare_claims"), self._read(call)
        claims = reading.claims()
        by_rules = reading.conflicts(claims)
        wanted = set(compared["found"])
        named = {self.book.name_of(one): one for one in by_rules}
        found: dict[str, Conflict] = {key: one for key, one in named.items() if key in wanted}
        told = dict.fromkeys(found, compared.get("provenance"))
        judged = {one["id"]: one for one in compared.get("judged", [])}
        for pair in judging.open_pairs(claims, by_rules):
            key = self.book.name_of(judging.unjudged(pair))
            if key in judged:
                found[key] = judging.conflict_of(pair, judged[key])
                told[key] = compared["asked"][judged[key].get("told_by", 0)]
        data = _counted(found.values())

        def write(session: Session) -> None:
            self.book.keep(session, call.run_id, found, reading.person_of, told)

        return Made(data, write)

    def _read(self, call: StageCall) -> Reading:
        with self.database.snapshot(call.tenant_id) as session:
            return self.reader(session, call.input.get("documents", []))


def _counted(found: Collection[Conflict]) -> dict[str, Any]:
    """How many were found, of what kinds, how many are grave, and how many a model added."""
    kinds = [one.kind for one in found]
    by_model = sum(one.rule == judging.RULE for one in found)
    return {
        "contradictions": len(found),
        "by_kind": {kind: kinds.count(kind) for kind in sorted(set(kinds))},
        "high": sum(one.severity == "high" for one in found),
        **({"by_model": by_model} if by_model else {}),
    }


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

    @stage("check_control", method="upsert")
    def check_control(self, call: StageCall) -> Made:
        """Ask each of live data as of one moment."""
        known = {each.key for each in controls.controls()}
        asked = [key for key in call.of("list_controls")["controls"] if key in known]
        with self.database.snapshot(call.tenant_id) as session:
            answers = inspect(self.inspector.live(session), asked)
        return Made({"method": "rules", "answers": answers})

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

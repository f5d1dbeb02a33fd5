"""Contradiction scan: the pipeline that reads papers and settings and compares what they say.

Steps hand one another hashes only: words of documents stay where they are sealed, and are read anew
by each step that needs them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

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

"""Evidence pack assembly: the medium pipeline that gathers, sums up, seals and stores a pack."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from dealix import clock
from dealix.business.evidence import drafts
from dealix.business.evidence.asking import PackScope
from dealix.business.evidence.kinds import OfRun, PackOf, Persons, span, summary
from dealix.business.evidence.pack import Pack
from dealix.business.evidence.reading import manifest_of
from dealix.business.evidence.schemas import Manifest, RecordItem
from dealix.business.evidence.service import Evidence, pack_id_of
from dealix.business.evidence.sources import Item, TimeSlice
from dealix.business.evidence.verifying import verify_bytes
from dealix.errors import InvariantBroken
from dealix.lanes import run_book
from dealix.lanes.models import Run
from dealix.lanes.pipelines import Made, Pipeline, StageCall, pipeline, stage
from dealix.records import audit
from dealix.records.audit.schemas import moment
from dealix.store.session import Database

SOURCES, ITEMS = "sources", "items"


@pipeline(name="evidence_pack", outcome="assembled")
@dataclass(frozen=True)
class EvidencePackAssembly(Pipeline):
    """Four steps; what one has gathered lies among the drafts until the pack is stored.

    `kinds` says what each kind of pack is made of, `persons` whom a run is about.
    """

    database: Database
    packs: Evidence
    kinds: Mapping[str, PackOf]
    persons: Persons

    @stage("query_sources", method="upsert")
    def query_sources(self, call: StageCall) -> Made:
        """Read every table of the pack as of one moment."""
        scope = PackScope.model_validate(call.input)
        kind = self.kinds[scope.type]
        with self.database.snapshot(call.tenant_id) as session:
            if isinstance(kind, OfRun):
                run = run_book.get(session, scope.run or "")
                items = kind.items(session, run, self.persons(session, run))
            else:
                items = kind.items(session, scope, run_book.rehearsals(session))
        data = {"at": moment(clock.real_now()), "items": len(items)}
        return _drafted(call, SOURCES, items, data)

    @stage("aggregate_items", method="upsert")
    def aggregate_items(self, call: StageCall) -> Made:
        """Add the summary of the tables, the commitments, and the audit with its seals."""
        scope = PackScope.model_validate(call.input)
        with self.database.tenant(call.tenant_id) as session:
            about = run_book.get(session, scope.run or call.run_id)
        audit.settle(self.database, call.tenant_id, about.chain)
        with self.database.snapshot(call.tenant_id) as session:
            found = drafts.read(session, call.run_id, SOURCES)
            proven = self.packs.gathered(session, about.id, self._audited(scope), about.chain)
        source = f"/api/v1/runs/{call.run_id}"
        body = {**scope.model_dump(mode="json"), "assembled_by": call.run_id}
        body["requested_by"] = call.started_by
        asked = RecordItem(name="scope", kind="scope", source=source, body=body)
        items = [*found, asked, summary(found, source), *proven]
        return _drafted(call, ITEMS, items, {"items": len(items), "chain": about.chain})

    @stage("hash_items", method="content_hash")
    def hash_items(self, call: StageCall) -> Made:
        """Hash every item and the whole, print the reports, put the pack among the objects."""
        scope = PackScope.model_validate(call.input)
        head = Manifest(
            pack_id=pack_id_of(f"{call.run_id}:store_pack"),
            tenant_id=call.tenant_id,
            run_id=scope.run or call.run_id,
            kind=scope.type,
            chain=call.of("aggregate_items")["chain"],
            assembled_at=call.of("query_sources")["at"],
            items=[],
        )
        with self.database.snapshot(call.tenant_id) as session:
            items = drafts.read(session, call.run_id, ITEMS)
            pack = self.packs.sealed(session, head, items)
        sha256 = self.packs.objects.put(pack.content)
        listed = len(pack.manifest.items)
        return Made({"sha256": sha256, "manifest": pack.manifest.sha256, "items": listed})

    @stage("store_pack", method="content_hash", final=True)
    def store_pack(self, call: StageCall) -> Made:
        """Read back what was stored, verify it as anyone would, and let it count from now on."""
        hashed = call.of("hash_items")
        content = self.packs.objects.get(hashed["sha256"])
        report = verify_bytes(content)
        if not report.ok or report.sha256 != hashed["sha256"]:
            raise InvariantBroken("evidence_unverified", what=report.first_bad or "its hash")
        pack = Pack(manifest_of(content), content)

        def write(session: Session) -> None:
            self.packs.keep(session, call.started_by, pack, assembled_by=call.run_id)
            drafts.drop(session, call.run_id)

        return Made({"pack": pack.manifest.pack_id, "sha256": pack.sha256}, write)

    def supersede(self, session: Session, run: Run) -> None:
        """What was gathered is thrown away; a pack that does not count was never stored."""
        drafts.drop(session, run.id)

    def _audited(self, scope: PackScope) -> list[TimeSlice]:
        """The audit of a time, where the pack is about one and shows it."""
        kind = self.kinds[scope.type]
        shows = not isinstance(kind, OfRun) and kind.audit
        return [TimeSlice(*span(scope))] if shows else []


def _drafted(call: StageCall, name: str, items: list[Item], data: Mapping[str, object]) -> Made:
    return Made(data, lambda session: drafts.keep(session, call.run_id, name, items))

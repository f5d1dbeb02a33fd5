"""Evidence packs for the doors: with the reader's right, inside the reader's tenant."""

from collections.abc import Callable, Sequence
from typing import Any, Literal, get_args

from sqlalchemy.orm import Session

from dealix.actors import Actor
from dealix.business.evidence.asking import WIDE, WIDE_RIGHT, PackKind
from dealix.business.evidence.models import EvidencePack
from dealix.business.evidence.pack import MANIFEST
from dealix.business.evidence.report import pdf
from dealix.business.evidence.schemas import Manifest, PackFinding, Report
from dealix.business.evidence.service import Evidence
from dealix.business.evidence.told import REPORT, told_of
from dealix.business.evidence.verifying import verify_bytes
from dealix.errors import InvariantBroken, NotEntitled, NotFound
from dealix.i18n import N_, name_of
from dealix.lanes import run_book
from dealix.lanes.subjects import Subjects, shown
from dealix.records import audit
from dealix.records.canonical import stamp
from dealix.store.session import Database

KINDS: tuple[str, ...] = get_args(PackKind)


class EvidenceService:
    """Finding and fetching packs."""

    def __init__(
        self,
        database: Database,
        packs: Evidence,
        permit: Callable[[Actor, str], None],
        people: Callable[[Actor], list[dict[str, Any]]],
        subjects: Subjects,
    ) -> None:
        self.people = people
        self.subjects = subjects
        self.database = database
        self.packs = packs
        self.permit = permit

    def newest(
        self, actor: Actor, kind: str | None = None, *, limit: int = 100, before: str | None = None
    ) -> list[dict[str, Any]]:
        """The packs that the reader may fetch, the newest first, without their items."""
        self.permit(actor, "evidence.read")
        kinds = [each for each in self.readable(actor) if kind in (None, each)]
        with self.database.tenant(actor.tenant_id) as session:
            return self._shown(session, self.packs.newest(session, kinds, limit, before))

    def readable(self, actor: Actor) -> tuple[str, ...]:
        """The kinds of packs that the reader may fetch."""
        try:
            self.permit(actor, WIDE_RIGHT)
        except NotEntitled:
            return tuple(kind for kind in KINDS if kind not in WIDE)
        return KINDS

    def one(self, actor: Actor, pack_id: str) -> dict[str, Any]:
        """A pack as `newest` shows it, with its items."""
        self.permit(actor, "evidence.read")
        with self.database.tenant(actor.tenant_id) as session:
            row = self._readable(session, actor, pack_id)
            return {**self._shown(session, [row])[0], "listed": row.items}

    def verify(self, actor: Actor, pack_id: str) -> Report:
        """Check a pack as it lies here now, and against what the audit recorded when it was made.

        What is wrong is named in the report, nothing is raised for it.
        """
        self.permit(actor, "evidence.read")
        with self.database.tenant(actor.tenant_id) as session:
            row = self._readable(session, actor, pack_id)
            recorded = audit.said_of(session, "evidence.assembled", pack_id)
        try:
            report = verify_bytes(self.packs.objects.get(row.sha256))
        except (NotFound, InvariantBroken):
            detail = N_("its stored file is missing, or is not what was sealed")
            return Report(pack_id=pack_id, findings=[PackFinding(name="archive", detail=detail)])
        if recorded is None or recorded.get("sha256") != report.sha256:
            detail = N_("its hash is not the one that the audit recorded")
            report.findings.append(PackFinding(name="archive", detail=detail))
        return report

    def _shown(self, session: Session, rows: Sequence[EvidencePack]) -> list[dict[str, Any]]:
        runs = run_book.several(session, [row.run_id for row in rows])
        about = self.subjects.of(session, list(runs.values()))
        return [
            {
                "id": row.id,
                "kind": row.kind,
                "run": row.run_id,
                "assembled_by": row.assembled_by,
                "subject": shown(about.get(row.run_id)),
                "rehearsal": runs[row.run_id].rehearsal,
                "practice": runs[row.run_id].practice,
                "days": _days(runs[row.run_id].input) if row.run_id == row.assembled_by else None,
                "sha256": row.sha256,
                "items": len(row.items),
                "bytes": sum(item["size"] for item in row.items),
                "created_at": stamp(row.created_at),
            }
            for row in rows
        ]

    def get(self, actor: Actor, pack_id: str) -> dict[str, Any]:
        """A pack's manifest with its SHA-256."""
        self.permit(actor, "evidence.read")
        with self.database.tenant(actor.tenant_id) as session:
            row = self._readable(session, actor, pack_id)
            manifest = self.packs.manifest(session, pack_id).model_dump(mode="json")
            return {"id": row.id, "run": row.run_id, "sha256": row.sha256, "manifest": manifest}

    def pdf(
        self, actor: Actor, pack_id: str, locale: Literal["ar", "en"], *, reveal: bool = False
    ) -> bytes:
        """The pack as people read it: as it is sealed, or with `reveal` naming people (audited).

        A pack of before reports were sealed in is printed from its records.
        """
        self.permit(actor, "evidence.reveal" if reveal else "evidence.read")
        people = self._named(actor) if reveal else {}
        with self.database.tenant(actor.tenant_id) as session:
            self._readable(session, actor, pack_id)
            files = self.packs.files(session, pack_id)
            sealed = files.get(f"items/{REPORT}_{locale}.pdf")
            if sealed is not None and not reveal:
                return sealed
            manifest = Manifest.model_validate_json(files[MANIFEST])
            if reveal:
                self.packs.note_reveal(session, actor, pack_id, manifest.chain)
            told = told_of(session, manifest, files, people)
        return pdf(told, locale)

    def _readable(self, session: Session, actor: Actor, pack_id: str) -> EvidencePack:
        """The pack's row; one that shows more than a run that anybody may follow needs a right."""
        row = self.packs.find(session, pack_id)
        if row.kind in WIDE:
            self.permit(actor, WIDE_RIGHT)
        return row

    def _named(self, actor: Actor) -> dict[str, dict[str, str]]:
        return {
            person["id"]: {"ar": name_of(person, "ar"), "en": name_of(person, "en")}
            for person in self.people(actor)
        }

    def zip(self, actor: Actor, pack_id: str, *, reveal: bool = False) -> bytes:
        """The pack's bytes; with `reveal`, personal values that may still be read (audited)."""
        self.permit(actor, "evidence.reveal" if reveal else "evidence.read")
        with self.database.tenant(actor.tenant_id) as session:
            self._readable(session, actor, pack_id)
            return self.packs.download(session, actor, pack_id, reveal=reveal)


def _days(asked: dict[str, Any]) -> dict[str, str] | None:
    """The days that a pack about a time is about, as its own run keeps them."""
    if "begins" not in asked or "ends" not in asked:
        return None
    return {"begins": asked["begins"], "ends": asked["ends"]}

"""Evidence packs for the doors: with the reader's right, inside the reader's tenant."""

from collections.abc import Callable
from typing import Any, Literal

from sqlalchemy.orm import Session

from dealix.actors import Actor
from dealix.business.evidence.asking import WIDE, WIDE_RIGHT
from dealix.business.evidence.models import EvidencePack
from dealix.business.evidence.pack import MANIFEST
from dealix.business.evidence.report import pdf
from dealix.business.evidence.schemas import Manifest
from dealix.business.evidence.service import Evidence
from dealix.business.evidence.told import REPORT, told_of
from dealix.i18n import name_of
from dealix.store.session import Database


class EvidenceService:
    """Finding and fetching packs."""

    def __init__(
        self,
        database: Database,
        packs: Evidence,
        permit: Callable[[Actor, str], None],
        people: Callable[[Actor], list[dict[str, Any]]],
    ) -> None:
        self.people = people
        self.database = database
        self.packs = packs
        self.permit = permit

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

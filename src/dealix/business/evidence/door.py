"""Evidence packs for the doors: with the reader's right, inside the reader's tenant."""

from collections.abc import Callable
from typing import Any

from dealix.actors import Actor
from dealix.business.evidence.service import Evidence
from dealix.store.session import Database


class EvidenceService:
    """Finding and fetching packs."""

    def __init__(
        self, database: Database, packs: Evidence, permit: Callable[[Actor, str], None]
    ) -> None:
        self.database = database
        self.packs = packs
        self.permit = permit

    def get(self, actor: Actor, pack_id: str) -> dict[str, Any]:
        """A pack's manifest with its SHA-256."""
        self.permit(actor, "evidence.read")
        with self.database.tenant(actor.tenant_id) as session:
            row = self.packs.find(session, pack_id)
            manifest = self.packs.manifest(session, pack_id).model_dump(mode="json")
            return {"id": row.id, "run": row.run_id, "sha256": row.sha256, "manifest": manifest}

    def zip(self, actor: Actor, pack_id: str, *, reveal: bool = False) -> bytes:
        """The pack's bytes; with `reveal`, personal values that may still be read (audited)."""
        self.permit(actor, "evidence.reveal" if reveal else "evidence.read")
        with self.database.tenant(actor.tenant_id) as session:
            return self.packs.download(session, actor, pack_id, reveal=reveal)

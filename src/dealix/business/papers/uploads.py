"""Files that people bring in: checked by what they are, kept once by content, sealed."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from dealix import clock
from dealix.actors import Actor
from dealix.business.papers import repository
from dealix.business.papers.models import Upload
from dealix.business.papers.opening import kind_of
from dealix.errors import NotFound
from dealix.records import audit
from dealix.store.ids import new_id
from dealix.store.locks import lock_named
from dealix.store.objects import Objects
from dealix.store.session import Database, tenant_of
from dealix.trust.privacy import Vault


@dataclass(frozen=True)
class Fetched:
    """An upload in clear."""

    id: str
    sha256: str
    media_type: str
    content: bytes


class UploadService:
    """Uploads of every tenant."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        objects: Objects,
        permit: Callable[[Actor, str], None],
    ) -> None:
        self.database = database
        self.vault = vault
        self.objects = objects
        self.permit = permit

    def receive(self, actor: Actor, content: bytes) -> dict[str, Any]:
        """Check and keep a file; the same content again is the same upload.

        Raises:
            InvalidInput: `not_a_pdf`, `not_a_docx`, or why such a file is not taken.
            TooLarge: more than 20 MB.
        """
        self.permit(actor, "document.upload")
        media_type = kind_of(content)
        with self.database.tenant(actor.tenant_id) as session:
            row = self.keep(session, actor.user_id, content, media_type)
            return {"id": row.id, "sha256": row.sha256}

    def keep(
        self,
        session: Session,
        user_id: str,
        content: bytes,
        media_type: str,
        person_id: str | None = None,
    ) -> Upload:
        """Seal a checked file, unless it lies here already and still opens.

        It is sealed for the person whom it is about; without one, under a key of its own.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        lock_named(session, "upload", sha256)
        known = repository.upload_of(session, sha256, person_id)
        if known is not None and not self.vault.is_erased(session, known.person_id):
            return known
        if person_id is None:
            person_id = new_id("person")
            self.vault.add(session, person_id, {"upload": sha256})
        row = Upload(
            tenant_id=tenant_of(session),
            id=new_id("doc"),
            sha256=sha256,
            media_type=media_type,
            size=len(content),
            person_id=person_id,
            object_sha256=self.objects.put(self.vault.seal(session, person_id, content)),
            uploaded_by=user_id,
            created_at=clock.now(),
        )
        session.add(row)
        session.flush()
        data = {"sha256": sha256, "media_type": media_type, "size": row.size}
        audit.append(session, user_id, "document.uploaded", row.id, data)
        return row

    def fetch(self, actor: Actor, upload_id: str) -> Fetched:
        """An upload in clear; `NotFound` also once it is erased."""
        self.permit(actor, "document.read")
        with self.database.tenant(actor.tenant_id) as session:
            return self.opened(session, upload_id)

    def opened(self, session: Session, upload_id: str) -> Fetched:
        """`fetch` inside a transaction, for what works on the content."""
        row = repository.upload(session, upload_id)
        if row is None:
            raise NotFound("not_found")
        content = self.vault.open(session, row.person_id, self.objects.get(row.object_sha256))
        if content is None:
            raise NotFound("not_found")
        return Fetched(row.id, row.sha256, row.media_type, content)

    def take_up(self, session: Session, run_id: str, upload_id: str, kind: str) -> str:
        """Tie an upload to a run, so that its evidence holds it. Answers the commitment to it."""
        row = repository.upload(session, upload_id)
        if row is None:
            raise NotFound("not_found")
        made = self.vault.commit(
            session, row.person_id, f"{run_id}:upload", {f"{kind}_{row.id}": row.sha256}
        )
        digest = next(iter(made.values()))
        repository.use_upload(session, run_id, row, kind, digest)
        return digest

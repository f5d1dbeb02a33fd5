"""What papers put into a run's evidence pack: every version that was drafted, every upload."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from dealix.business.evidence.schemas import RecordItem, SealedItem
from dealix.business.papers import repository
from dealix.business.papers.schemas import PDF
from dealix.store.objects import Objects

Item = RecordItem | SealedItem


@dataclass(frozen=True)
class PaperSource:
    """Drafted papers and uploads of the run, sealed, with the clauses that went out in clear."""

    objects: Objects

    def items(self, session: Session, run_id: str) -> Iterable[Item]:
        """For each paper its two files and its clauses; each upload as one file."""
        for number, row in enumerate(repository.papers(session, run_id), start=1):
            name, source = f"{row.kind}_v{row.version}_{number}", f"/api/v1/runs/{run_id}"
            yield RecordItem(
                name=f"{name}_clauses",
                kind="clauses",
                source="/api/v1/clauses",
                body={
                    "paper": row.id,
                    "version": row.version,
                    "template": row.template_version,
                    "docx": row.docx_digest,
                    "pdf": row.pdf_digest,
                    "clauses": row.clauses,
                },
            )
            for form, digest, place in (
                ("docx", row.docx_digest, row.docx_object),
                ("pdf", row.pdf_digest, row.pdf_object),
            ):
                yield SealedItem(
                    name=f"{name}_{form}",
                    kind=row.kind,
                    source=source,
                    person_id=row.person_id,
                    ciphertext=self.objects.get(place),
                    commitment=digest,
                    suffix=f".{form}",
                    hashed=True,
                )
        for use, file in repository.uploads_of_run(session, run_id):
            yield SealedItem(
                name=f"{use.kind}_{file.id}",
                kind=use.kind,
                source=f"/api/v1/documents/{file.id}",
                person_id=file.person_id,
                ciphertext=self.objects.get(file.object_sha256),
                commitment=use.digest,
                suffix=".pdf" if file.media_type == PDF else ".docx",
                hashed=True,
            )

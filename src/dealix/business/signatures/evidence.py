"""What a signature puts into a run's evidence pack: how it ended, and the signed document."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from dealix.business.evidence.schemas import RecordItem, SealedItem
from dealix.business.signatures import repository
from dealix.business.signatures.models import Envelope
from dealix.store.objects import Objects

Item = RecordItem | SealedItem


@dataclass(frozen=True)
class SignatureSource:
    """Every envelope of the run; signers by their IDs, the signed document sealed."""

    objects: Objects

    def items(self, session: Session, run_id: str) -> Iterable[Item]:
        """One record an envelope, and the document where all have signed."""
        source = f"/api/v1/runs/{run_id}"
        for number, row in enumerate(repository.of_run(session, run_id), start=1):
            name, body = f"signature_{number}", _facts(session, row)
            yield RecordItem(name=name, kind="signature", source=source, body=body)
            if row.signed_object is None or row.person_id is None:
                continue
            yield SealedItem(
                name=f"signed_document_{number}",
                kind="signed_document",
                source=source,
                person_id=row.person_id,
                ciphertext=self.objects.get(row.signed_object),
                commitment=row.signed_digest,
                suffix=".pdf",
                hashed=True,
            )


def _facts(session: Session, row: Envelope) -> dict[str, object]:
    event = repository.event_of(session, row.envelope)
    return {
        "envelope": row.envelope,
        "reference": row.reference,
        "status": row.status,
        "payload_hash": row.payload_hash,
        "document": row.document_digest,
        "signed": row.signed_digest,
        "signers": row.signers,
        "ended_at": event.at.isoformat() if event else None,
        "ended_by": event.by_person if event else None,
    }

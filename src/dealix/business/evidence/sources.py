"""Where items come from: a flow names its own sources; what every pack holds stands here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from dealix.business.evidence.schemas import CommitmentEntry, RecordItem, SealedItem
from dealix.business.evidence.verifying import AUDIT, COMMITMENTS
from dealix.errors import InvalidInput
from dealix.records import audit
from dealix.records.audit.reading import lines_of
from dealix.trust.privacy import Vault

Item = RecordItem | SealedItem
MOST = 50_000
"""Rows of one table in one pack."""


class EvidenceSource(Protocol):
    """A part of the system that has something to say about a run."""

    def items(self, session: Session, run_id: str) -> Iterable[Item]:
        """What belongs into the run's pack, each with a name of its own and its source."""
        ...


@dataclass(frozen=True)
class AuditSlice:
    """The run's audit records with their seals: neighbours link, gaps show the hash before."""

    chain: str

    def items(self, session: Session, run_id: str) -> Iterable[Item]:
        """The slice as lines of JSON."""
        entries = audit.slice_of_run(session, run_id, self.chain)
        source = f"/api/v1/audit?run={run_id}"
        yield RecordItem(name=AUDIT, kind=AUDIT, source=source, body=lines_of(entries))


@dataclass(frozen=True)
class CommitmentList:
    """What the run committed to: digests that prove a value while its person is not erased."""

    vault: Vault

    def items(self, session: Session, run_id: str) -> Iterable[Item]:
        """The commitments without salts and values."""
        body = [
            CommitmentEntry(
                id=one.id,
                person_id=one.person_id,
                subject=one.subject,
                field=one.field,
                digest=one.digest,
            ).model_dump()
            for one in self.vault.commitments(session, run_id)
        ]
        source = f"/api/v1/runs/{run_id}"
        yield RecordItem(name=COMMITMENTS, kind=COMMITMENTS, source=source, body=body)


@dataclass(frozen=True)
class TimeSlice:
    """Every audit record of a time with its seal, beside the slice of the run that asks for it."""

    begin: datetime
    end: datetime

    def items(self, session: Session, run_id: str) -> Iterable[Item]:  # noqa: ARG002 (a source's shape)
        """The slice as lines of JSON, verified as a run's slice is."""
        entries = audit.slice_of_time(session, self.begin, self.end, MOST + 1)
        if len(entries) > MOST:
            raise InvalidInput("pack_too_large", table="audit", limit=MOST)
        body = lines_of(entries)
        yield RecordItem(name="audit_of_the_time", kind=AUDIT, source="/api/v1/audit", body=body)

"""What a partner approval puts into its evidence pack."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from dealix.business.evidence.run_sources import DecisionSource, EffectSource, RunSource
from dealix.business.evidence.schemas import RecordItem
from dealix.business.evidence.sources import EvidenceSource
from dealix.business.partners import repository, returned_files
from dealix.business.partners.answering import answers
from dealix.business.partners.terms import COMMERCIAL
from dealix.records.canonical import stamp


def sources(outcome: str) -> Sequence[EvidenceSource]:
    """The run, its outputs, decisions with what was seen, its ledger, answers and mailed files."""
    return (
        RunSource(outcome),
        OutputSource(),
        DecisionSource(),
        EffectSource(),
        AnswerSource(),
        ReturnedFileSource(),
    )


@dataclass(frozen=True)
class OutputSource:
    """Typed outputs on which people decided."""

    def items(self, session: Session, run_id: str) -> Iterable[RecordItem]:
        """One record a schema."""
        for name, body in sorted(repository.outputs(session, run_id).items()):
            yield RecordItem(
                name=f"output_{name.lower()}",
                kind=name,
                source=f"/api/v1/runs/{run_id}",
                body=body,
            )


@dataclass(frozen=True)
class AnswerSource:
    """What the partner answered to each version; their words and files are sealed elsewhere."""

    def items(self, session: Session, run_id: str) -> Iterable[RecordItem]:
        """One record an answer."""
        for row in answers(session, run_id):
            proposed = {name: row.proposals[name] for name in COMMERCIAL if name in row.proposals}
            yield RecordItem(
                name=f"partner_answer_{row.version}",
                kind="partner_answer",
                source=f"/api/v1/runs/{run_id}",
                body={
                    "version": row.version,
                    "answer": row.answer,
                    "proposals": proposed,
                    "clauses": sorted(row.proposals.get("clauses") or {}),
                    "document": row.upload_id,
                    "document_changes": row.changed,
                    "entered_by": row.entered_by,
                    "at": stamp(row.at),
                },
            )


@dataclass(frozen=True)
class ReturnedFileSource:
    """What came with the partner's mails and what became of it; names and files are sealed."""

    def items(self, session: Session, run_id: str) -> Iterable[RecordItem]:
        """One record a file."""
        for place, row in enumerate(returned_files.of_run(session, run_id), start=1):
            yield RecordItem(
                name=f"returned_file_{place}",
                kind="returned_file",
                source=f"/api/v1/runs/{run_id}",
                body={
                    "message": row.event_id,
                    "number": row.number,
                    "version": row.version,
                    "size": row.size,
                    "document": row.upload_id,
                    "document_changes": row.changed,
                    "refused": row.refused,
                    "taken_at": stamp(row.taken_at),
                },
            )

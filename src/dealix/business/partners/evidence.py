"""What a partner approval puts into its evidence pack."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from dealix.business.evidence.schemas import RecordItem, SealedItem
from dealix.business.evidence.sources import EvidenceSource
from dealix.business.partners import repository
from dealix.lanes import run_book, run_views
from dealix.records.effects import list_effects
from dealix.trust.approvals.reading import requests_of_run
from dealix.trust.approvals.views import approval, clock

Item = RecordItem | SealedItem


def sources(outcome: str) -> Sequence[EvidenceSource]:
    """The run, its typed outputs, its decisions with what was seen, its ledger, its drafts."""
    return (RunSource(outcome), OutputSource(), DecisionSource(), EffectSource(), DraftSource())


@dataclass(frozen=True)
class RunSource:
    """The run itself, with the outcome that it is closing with."""

    outcome: str

    def items(self, session: Session, run_id: str) -> Iterable[Item]:
        """One record."""
        run = run_book.get(session, run_id)
        shown = run_views.summary(run)
        kept = (
            "id",
            "workflow",
            "key",
            "rehearsal",
            "practice",
            "started_by",
            "started_at",
            "deadline",
        )
        body = {name: shown[name] for name in kept}
        yield RecordItem(
            name="run",
            kind="run",
            source=f"/api/v1/runs/{run_id}",
            body={**body, "outcome": self.outcome, "input": run.input},
        )


@dataclass(frozen=True)
class OutputSource:
    """Typed outputs on which people decided."""

    def items(self, session: Session, run_id: str) -> Iterable[Item]:
        """One record a schema."""
        for name, body in sorted(repository.outputs(session, run_id).items()):
            yield RecordItem(
                name=f"output_{name.lower()}",
                kind=name,
                source=f"/api/v1/runs/{run_id}",
                body=body,
            )


@dataclass(frozen=True)
class DecisionSource:
    """Requests with their packets and decisions."""

    def items(self, session: Session, run_id: str) -> Iterable[Item]:
        """One record a request."""
        for row, made in requests_of_run(session, run_id):
            body = {
                **approval(row, [], made),
                **clock(session, row),
                "packet": row.packet,
                "slots": row.slots,
            }
            yield RecordItem(
                name=f"approval_{row.gate}_{row.round}",
                kind="approval",
                source=f"/api/v1/approvals/{row.id}",
                body=body,
            )


@dataclass(frozen=True)
class EffectSource:
    """The ledger with the providers' references."""

    def items(self, session: Session, run_id: str) -> Iterable[Item]:
        """One record."""
        yield RecordItem(
            name="effects",
            kind="effects",
            source=f"/api/v1/effects?run={run_id}",
            body=list_effects(session, run_id),
        )


@dataclass(frozen=True)
class DraftSource:
    """Drafts, sealed under their contact's key and bound to their commitment."""

    def items(self, session: Session, run_id: str) -> Iterable[Item]:
        """One sealed file a draft."""
        for number, row in enumerate(repository.documents(session, run_id), start=1):
            yield SealedItem(
                name=f"{row.kind}_{number}",
                kind=row.kind,
                source=f"/api/v1/runs/{run_id}",
                person_id=row.person_id,
                ciphertext=row.sealed,
                commitment=row.digest,
            )

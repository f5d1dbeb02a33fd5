"""What every run has to say in a pack: itself, its decisions with what was seen, its ledger."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from dealix.business.evidence.schemas import RecordItem
from dealix.lanes import run_book, run_views
from dealix.records.effects import list_effects
from dealix.store.listing import Listing
from dealix.trust.approvals.reading import requests_of_run
from dealix.trust.approvals.views import approval, clock


@dataclass(frozen=True)
class RunSource:
    """The run itself, with the outcome that it is closing with."""

    outcome: str

    def items(self, session: Session, run_id: str) -> Iterable[RecordItem]:
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
class DecisionSource:
    """Requests with their packets and decisions."""

    def items(self, session: Session, run_id: str) -> Iterable[RecordItem]:
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

    def items(self, session: Session, run_id: str) -> Iterable[RecordItem]:
        """One record."""
        yield RecordItem(
            name="effects",
            kind="effects",
            source=f"/api/v1/effects?run={run_id}",
            body=list_effects(session, run_id),
        )


@dataclass(frozen=True)
class RowSource:
    """The rows of a table that belong to a run."""

    listing: Listing

    def items(self, session: Session, run_id: str) -> Iterable[RecordItem]:
        """One record, also where there are no rows: that there are none is evidence."""
        yield RecordItem(
            name=self.listing.name,
            kind=self.listing.name,
            source=self.listing.source,
            body=self.listing.of_run(session, run_id),
        )

"""What a run's page shows of approvals and evidence, which lie above the lanes."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from dealix.business.evidence.service import Evidence
from dealix.trust.approvals.reading import timeline


@dataclass(frozen=True)
class RunWindows:
    """See `lanes.runs.Windows`."""

    packs: Evidence

    def approvals(self, session: Session, run_id: str) -> list[dict[str, Any]]:
        """Timeline entries of the run's approvals."""
        return timeline(session, run_id)

    def evidence(self, session: Session, run_ids: Collection[str]) -> dict[str, list[str]]:
        """IDs of each run's evidence packs."""
        return self.packs.of_runs(session, run_ids)

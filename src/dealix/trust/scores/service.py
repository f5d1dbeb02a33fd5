"""Trust scores for the doors: asked of a worker, and the last one as it was kept."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from dealix.actors import Actor
from dealix.errors import NotFound
from dealix.lanes.short_jobs import ShortJobs, Write
from dealix.records import audit
from dealix.store.session import Database
from dealix.trust.scores.models import TrustScore
from dealix.trust.scores.schemas import EntityType
from dealix.trust.scores.tasks import ScoreTrust, newest

WORKFLOW = "trust_score"
PATIENCE = 4.0
"""Seconds of the task's five that a caller waits for a worker."""


@dataclass
class TrustScores:
    """Scores of a company's leads, affiliates, companies and connectors."""

    database: Database
    jobs: ShortJobs
    permit: Callable[[Actor, str], None]
    scoring: ScoreTrust

    def score(
        self, actor: Actor, kind: EntityType, entity_id: str, patience: float = PATIENCE
    ) -> dict[str, Any]:
        """Ask a worker and wait for it; `queued` where none came within `patience` seconds.

        Raises:
            NotFound: there is no such thing.
        """
        self.permit(actor, "trust.score")
        began = time.perf_counter()
        with self.database.tenant(actor.tenant_id) as session:
            self.scoring.sources[kind](session, entity_id)  # raises where there is none
            job_id = self.jobs.ask(session, WORKFLOW, f"{kind}:{entity_id}", actor.user_id)
        job = self.jobs.wait(actor.tenant_id, job_id, patience)
        if job["error"] == "not_found":
            raise NotFound("not_found")
        card = self._card(actor, kind, entity_id, job["answer"]) if job["answer"] else None
        return {
            "entity_type": kind,
            "entity_id": entity_id,
            "status": card["status"] if card else job["status"],
            "job": job_id,
            "error": job["error"],
            "ms": round((time.perf_counter() - began) * 1000, 1),
            "card": card,
        }

    def last(self, actor: Actor, kind: EntityType, entity_id: str) -> dict[str, Any] | None:
        """The newest card of something; None when it was never scored."""
        self.permit(actor, "trust.read")
        with self.database.tenant(actor.tenant_id) as session:
            found = newest(session, kind, entity_id)
        return found.body if found is not None else None

    def perform(self, _tenant_id: str, subject: str, by: str) -> Write:
        """The task as a worker does it: all of it in the one transaction that keeps the card."""
        kind, _, entity_id = subject.partition(":")

        def write(session: Session) -> str:
            key = self.scoring.run(session, kind, entity_id, by)  # type: ignore[arg-type]
            told = {"entity_type": kind, "card": key}
            audit.append(session, by, "trust.scored", entity_id, told)
            return key

        return write

    def _card(self, actor: Actor, kind: str, entity_id: str, key: str) -> dict[str, Any] | None:
        with self.database.tenant(actor.tenant_id) as session:
            found = session.get(TrustScore, (actor.tenant_id, kind, entity_id, key))
        return found.body if found is not None else None

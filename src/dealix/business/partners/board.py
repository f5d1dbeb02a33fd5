"""The partner board: every partner approval, where it stands, who holds it up and for how long."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealix.actors import Actor
from dealix.business.partners import repository, terms, waits
from dealix.lanes.models import Run
from dealix.records.canonical import stamp
from dealix.store.session import Database

WORKFLOW = "partner_approval"
MOST = 200


class PartnerBoard:
    """Partner approvals side by side, for the doors."""

    def __init__(self, database: Database, permit: Callable[[Actor, str], None]) -> None:
        self.database = database
        self.permit = permit

    def rows(self, actor: Actor, *, ended: bool = False) -> list[dict[str, Any]]:
        """The approvals that live, or with `ended` those that are over, the oldest wait first.

        `waited`, `ours` and `theirs` are lengths of working time.
        """
        self.permit(actor, "run.read")
        over = Run.ended_at.is_not(None) if ended else Run.ended_at.is_(None)
        query = select(Run).where(Run.workflow == WORKFLOW, over)
        query = query.order_by(Run.requested_at.desc()).limit(MOST)
        with self.database.tenant(actor.tenant_id) as session:
            runs = list(session.execute(query).scalars())
            return sorted(_rows(session, runs), key=lambda row: row["waited"], reverse=True)


def _rows(session: Session, runs: list[Run]) -> list[dict[str, Any]]:
    partners = {run.id: str(run.input.get("partner_id", "")) for run in runs}
    known = {one.id: one for one in repository.partners(session, partners.values())}
    versions = terms.latest_of(session, partners)
    stands = waits.of_runs(session, runs)
    found = []
    for run in runs:
        if partners[run.id] not in known or run.id not in versions:
            continue  # it was stored without its business: there is nothing to show
        partner, (version, offered) = known[partners[run.id]], versions[run.id]
        found.append(
            {
                "run": run.id,
                "name": partner.name,
                "name_ar": partner.name_ar,
                "partner_type": partner.partner_type,
                "country": partner.country,
                "amount": offered.expected_revenue,
                "currency": offered.currency,
                "version": version,
                "rehearsal": run.rehearsal,
                "practice": run.practice,
                "status": run.status,
                "outcome": run.outcome,
                "started_by": run.started_by,
                "waiting_for": run.waiting_for,
                "deadline": stamp(run.deadline) if run.deadline else None,
                "now": stamp(run.now()),
                **asdict(stands[run.id]),
            }
        )
    return found

"""The partner board: every partner approval, where it stands, who holds it up and for how long."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dealix.actors import Actor
from dealix.business.partners import activation, repository, terms, waits
from dealix.business.partners.course import Picture, picture
from dealix.lanes import run_book
from dealix.lanes.models import Run
from dealix.records.canonical import stamp
from dealix.store.paging import newest_first
from dealix.store.session import Database

WORKFLOW = "partner_approval"
Rows = list[dict[str, Any]]
MOST = 200


class PartnerBoard:
    """Partner approvals side by side, for the doors."""

    def __init__(
        self,
        database: Database,
        permit: Callable[[Actor, str], None],
        missing: Callable[[Session, Run], list[str]],
    ) -> None:
        """`missing` says which facts of its activation a run lacks."""
        self.database = database
        self.permit = permit
        self.missing = missing

    def rows(
        self,
        actor: Actor,
        *,
        ended: bool = False,
        started_by: str | None = None,
        before: str | None = None,
        limit: int = MOST,
    ) -> list[dict[str, Any]]:
        """The approvals that live, or with `ended` those that are over, the newest first.

        `started_by` are only those of one person; `before` a run goes on where a list ended.
        `waited`, `ours` and `theirs` are lengths of working time; `lacks` are the facts without
        which a run that waits for them does not go on.
        """
        self.permit(actor, "run.read")
        over = Run.ended_at.is_not(None) if ended else Run.ended_at.is_(None)
        query = newest_first(select(Run), Run.id, before, Run.requested_at, Run.id)
        query = query.where(Run.workflow == WORKFLOW, over).limit(limit)
        if started_by is not None:
            query = query.where(Run.started_by == started_by)
        with self.database.tenant(actor.tenant_id) as session:
            runs = list(session.execute(query).scalars())
            return self._rows(session, runs)

    def course(self, actor: Actor, run_id: str) -> Picture:
        """What a drawing of one approval shows."""
        self.permit(actor, "run.read")
        with self.database.tenant(actor.tenant_id) as session:
            return picture(session, run_book.get(session, run_id))

    def _lacks(self, session: Session, run: Run) -> list[str]:
        return self.missing(session, run) if run.waiting_for == activation.EVENT else []

    def _rows(self, session: Session, runs: list[Run]) -> list[dict[str, Any]]:
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
                    "lacks": self._lacks(session, run),
                    **asdict(stands[run.id]),
                }
            )
        return found

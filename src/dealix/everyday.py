"""Builds the services of the everyday lanes: leads, and the short tasks that workers answer."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from dealix.actors import Actor
from dealix.business.leads.service import LeadService
from dealix.business.leads.tasks import ScoreLead
from dealix.lanes.short_jobs import Bell, Performer, ShortJobs
from dealix.providers import Providers
from dealix.trust.access.rights import permit
from dealix.trust.outbound.governance import ConsentBook


@dataclass
class Everyday(Providers):
    """What the everyday lanes of one process hold."""

    @cached_property
    def consents(self) -> ConsentBook:
        """What people outside agreed to."""
        return ConsentBook(self.vault)

    @cached_property
    def short_jobs(self) -> ShortJobs:
        """Short tasks that a worker answers."""
        return ShortJobs(self.database, Bell(self.settings), self._performers)

    def short_job(self, actor: Actor, job_id: str) -> dict[str, Any]:
        """One of them as it stands."""
        permit(actor, "run.read")
        return self.short_jobs.job(actor.tenant_id, job_id)

    @cached_property
    def leads(self) -> LeadService:
        """Leads and their scores."""
        return LeadService(
            self.database, self.vault, self.consents, self.short_jobs, permit, ScoreLead()
        )

    @cached_property
    def _performers(self) -> dict[str, Performer]:
        return {"lead_scoring": self._score_lead}

    def _score_lead(self, session: Session, lead_id: str, by: str) -> str:
        return self.leads.perform(session, lead_id, by)  # made when first asked: both hold jobs

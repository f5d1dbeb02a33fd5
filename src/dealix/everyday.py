"""Builds the services of the everyday lanes: health, leads, scores, what workers answer."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from dealix.actors import Actor
from dealix.business.compliance.directories import CompanyDirectories
from dealix.business.compliance.findings import Compliance
from dealix.business.compliance.service import CompanyRegistry, Finding
from dealix.business.dashboard.service import DashboardService
from dealix.business.dashboard.tasks import AggregateDashboard
from dealix.business.deals.service import DealService
from dealix.business.leads.matching import Matcher
from dealix.business.leads.qualifying import Qualifications
from dealix.business.leads.service import LeadService
from dealix.business.leads.tasks import ScoreLead
from dealix.business.leads.trusting import LeadFacts
from dealix.business.messages.service import MessageService
from dealix.business.proposals.books import PriceBooks
from dealix.lanes.bridge import Bridge
from dealix.lanes.codec import data_converter
from dealix.lanes.short_jobs import Performer, ShortBell, ShortJobs, Write
from dealix.lanes.temporal import Engines, connect
from dealix.lanes.tenant_keys import TenantKeys
from dealix.lanes.working_time.service import CalendarService
from dealix.observability.health import Watch
from dealix.observability.tasks import HealthCheck
from dealix.observability.temporal import measured
from dealix.providers import Providers
from dealix.trust.access.rights import permit
from dealix.trust.outbound.governance import ConsentBook
from dealix.trust.outbound.governance.doubting import Doubts
from dealix.trust.scores.connectors import ConnectorFacts
from dealix.trust.scores.schemas import EntityType
from dealix.trust.scores.service import TrustScores
from dealix.trust.scores.tasks import ScoreTrust, Source
from dealix.trust.scores.uptime import Uptime
from dealix.watching import connectors_of, engines_of, lanes_of


@dataclass
class Everyday(Providers):
    """What the everyday lanes of one process hold."""

    @cached_property
    def bridge(self) -> Bridge:
        """Temporal's client, from synchronous code."""
        converter = data_converter(self.secrets, self.settings)

        async def connected() -> Engines:
            return await connect(self.settings, converter, measured(self.settings))

        return Bridge(connected, self.settings.temporal_task_queue)

    @cached_property
    def companies(self) -> CompanyRegistry:
        """What the registry says of companies, kept with the date on which it said so."""
        keys = TenantKeys.of(self.secrets, self.settings)
        return CompanyRegistry(self.database, keys, self.company_registry)

    @cached_property
    def companies_at_door(self) -> CompanyRegistry:
        """The same registry and the same answers, for a start that must not wait."""
        keys = TenantKeys.of(self.secrets, self.settings)
        return CompanyRegistry(self.database, keys, self.company_registry_at_door)

    @cached_property
    def messages(self) -> MessageService:
        """What messages want, and their dialects."""
        return MessageService(permit, self.model_use)

    @cached_property
    def doubts(self) -> Doubts:
        """Who, by the model's reading, asked us to stop."""
        return Doubts(self.consents)

    @cached_property
    def uptime(self) -> Uptime:
        """How often each connector answers."""
        return Uptime(self.database, connectors_of(self))

    @cached_property
    def directories(self) -> CompanyDirectories:
        """What directories list under companies' names, kept with the date on which they did."""
        keys = TenantKeys.of(self.secrets, self.settings)
        return CompanyDirectories(self.database, keys, self.directory)

    @cached_property
    def health(self) -> Watch:
        """How everything stands that this installation needs."""
        return Watch(HealthCheck(engines_of(self), lanes_of(self), connectors_of(self)))

    @cached_property
    def consents(self) -> ConsentBook:
        """What people outside agreed to."""
        return ConsentBook(self.vault)

    @cached_property
    def short_jobs(self) -> ShortJobs:
        """Short tasks that a worker answers."""
        return ShortJobs(self.database, ShortBell(self.settings), self._performers)

    def short_job(self, actor: Actor, job_id: str) -> dict[str, Any]:
        """One of them as it stands."""
        permit(actor, "run.read")
        return self.short_jobs.job(actor.tenant_id, job_id)

    @cached_property
    def leads(self) -> LeadService:
        """Leads and their scores."""
        return LeadService(
            self.database,
            self.vault,
            self.consents,
            self.short_jobs,
            permit,
            ScoreLead(self.model_use),
            Matcher(self.vault, self.companies.numbers),
        )

    @cached_property
    def qualifications(self) -> Qualifications:
        """Memos of leads, and whose they are."""
        return Qualifications(self.database, self.vault, permit)

    @cached_property
    def _performers(self) -> dict[str, Performer]:
        return {"lead_scoring": self._score_lead, "trust_score": self._score_trust}

    def _score_lead(self, tenant_id: str, lead_id: str, by: str) -> Write:
        return self.leads.perform(tenant_id, lead_id, by)  # made when first asked: both hold jobs

    def _score_trust(self, tenant_id: str, subject: str, by: str) -> Write:
        return self.trust_scores.perform(tenant_id, subject, by)

    @cached_property
    def trust_scores(self) -> TrustScores:
        """How far things are to be trusted."""
        facts = LeadFacts(self.vault, self.consents, self._registry_said)
        sources: dict[EntityType, Source] = {
            "lead": facts.of_lead,
            "company": facts.of_company,
            "connector": ConnectorFacts(self.health.look),
            "affiliate": lambda _session, _affiliate: {},  # no workflow records any yet
        }
        return TrustScores(self.database, self.short_jobs, permit, ScoreTrust(sources))

    def _registry_said(self, session: Session, number: str) -> Finding | None:
        return self.companies.last(session, number)

    @cached_property
    def deals(self) -> DealService:
        """Deals and what became of them."""
        return DealService(self.database, self.leads, permit)

    @cached_property
    def calendar(self) -> CalendarService:
        """The working clock of each tenant, for the doors."""
        return CalendarService(self.database, permit)

    @cached_property
    def compliance(self) -> Compliance:
        """What scans of the controls found."""
        return Compliance(self.database, permit)

    @cached_property
    def price_books(self) -> PriceBooks:
        """What we sell, for how much."""
        return PriceBooks(self.database, permit)

    @cached_property
    def dashboard(self) -> DashboardService:
        """The figures of a company."""
        return DashboardService(AggregateDashboard(self.database, self._connectors), permit)

    def _connectors(self) -> tuple[int, int]:
        """How many connectors answer, of those that are set up."""
        probes = [one for one in self.health.look().probes if one.kind == "connector"]
        set_up = [one for one in probes if one.detail != "setting_missing"]
        return sum(one.ok for one in set_up), len(set_up)

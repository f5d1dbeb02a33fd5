"""Builds everything once, by name: settings, connections, services, flows and their steps."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from temporalio.worker import Worker

from dealix import catalog
from dealix.business.compliance.contradictions import ContradictionBook, Contradictions
from dealix.business.evidence.door import EvidenceService
from dealix.business.evidence.report import reports
from dealix.business.evidence.service import Evidence
from dealix.business.evidence.windows import RunWindows
from dealix.business.knowledge.service import KnowledgeService
from dealix.business.leads.from_messages import LeadMessages
from dealix.business.leads.importing import LeadLists
from dealix.business.messages.tagging import Tagger
from dealix.business.papers.library import ClauseLibrary
from dealix.business.papers.service import PapersService
from dealix.business.papers.templates import TemplateDesk
from dealix.business.papers.uploads import UploadService
from dealix.business.partners.answering import Answers
from dealix.business.partners.board import PartnerBoard
from dealix.business.partners.negotiation import PartnerDoor
from dealix.business.partners.reading import RequestedPapers
from dealix.business.partners.rounds import NegotiationDesk
from dealix.business.partners.service import PartnerService
from dealix.business.proposals.approving import PriceApprovals
from dealix.business.proposals.service import Proposals
from dealix.business.signatures.service import Signatures
from dealix.everyday import Everyday
from dealix.flows import FLOWS, kinds_of, pipelines_of, steps_of
from dealix.lanes.cases import CaseService
from dealix.lanes.codec import data_converter
from dealix.lanes.delivery import Courier
from dealix.lanes.inbox import Inbox
from dealix.lanes.kinds import WorkflowKind
from dealix.lanes.medium import Bell
from dealix.lanes.pipeline_worker import PipelineWorker
from dealix.lanes.receipts import ReceiptBook
from dealix.lanes.runs import RunService
from dealix.lanes.subjects import Subjects
from dealix.lanes.temporal import connect
from dealix.lanes.tenant_keys import TenantKeys
from dealix.lanes.worker import THREADS, durable_worker
from dealix.observability.temporal import measured
from dealix.printing.pictures import Gallery
from dealix.scans import withheld
from dealix.settings import Settings
from dealix.store.objects import Objects
from dealix.trust.access import directory
from dealix.trust.access.accounts import Accounts
from dealix.trust.access.own_account import OwnAccount
from dealix.trust.access.rights import ROLES, can_activate, may, permit
from dealix.trust.access.second_person import SecondPerson
from dealix.trust.approvals import links
from dealix.trust.approvals.outbox import Outbox
from dealix.trust.approvals.seating import Seating
from dealix.trust.approvals.service import ApprovalService
from dealix.trust.approvals.workload import waiting_for
from dealix.trust.outbound.anchoring import Anchors
from dealix.trust.outbound.effects import Post
from dealix.trust.outbound.envelopes import Envelopes
from dealix.trust.outbound.gatekeeping import PolicyGatekeeper
from dealix.trust.outbound.governance import Governance
from dealix.trust.outbound.governance.desk import OutboundDesk
from dealix.trust.outbound.governance.doubting import UNSURE
from dealix.trust.outbound.governance.listening import Listener
from dealix.trust.outbound.notices import Herald
from dealix.trust.outbound.service import Outbound
from dealix.trust.policy.authority_book import AuthorityBook
from dealix.trust.policy.authority_desk import AuthorityDesk
from dealix.trust.privacy.register import Register
from dealix.trust.privacy.rotation import Rotation


@dataclass
class Services(Everyday):
    """What every door and worker of one process holds; each part is made when first asked for."""

    @cached_property
    def seating(self) -> Seating:
        """Who approves what, by each tenant's active table."""
        return Seating(AuthorityBook(directory), self.policy)

    @cached_property
    def courier(self) -> Courier:
        """Delivery of stored signals to workflows."""
        return Courier(self.database, self.bridge, self.bell.ring)

    @cached_property
    def bell(self) -> Bell:
        """Wakes the workers of the medium lane."""
        return Bell(self.settings, self.database)

    @cached_property
    def pipeline_worker(self) -> PipelineWorker:
        """Works on the runs of the medium lane."""
        return PipelineWorker(self.database, pipelines_of(self))

    @cached_property
    def inbox(self) -> Inbox:
        """What comes in from outside."""
        keys = TenantKeys.of(self.secrets, self.settings)
        return Inbox(
            self.database,
            keys,
            self.vault,
            self.secrets,
            hearing=Listener(self.consents),
            takers={"docusign": self.signatures.heard},
            operating_tenant=self.settings.operating_tenant,
            inbound_tenant=self.settings.inbound_tenant,
        )

    @cached_property
    def post(self) -> Post:
        """Makes outside effects of letters, companies and papers."""
        return Post(
            self.mailer,
            self.crm,
            self.settings.smtp_from,
            self.messenger,
            ReceiptBook(self.database),
            self.vault.blind_index,
            Envelopes(self.esign),
            timedelta(seconds=self.settings.status_patience),
        )

    @cached_property
    def signatures(self) -> Signatures:
        """Documents sent for signature, and how that ended."""
        return Signatures(self.database, self.post, self.courier.deliver, self.vault, self.objects)

    @cached_property
    def objects(self) -> Objects:
        """Files by their content."""
        return Objects(self.settings.home / "objects")

    @cached_property
    def proposals(self) -> Proposals:
        """What is offered on deals, and at which price."""
        prices = PriceApprovals(self.seating)
        return Proposals(self.database, self.deals, prices, self.objects, permit)

    @cached_property
    def packs(self) -> Evidence:
        """Assembling and reading evidence packs."""
        return Evidence(self.vault, self.objects, reports)

    @cached_property
    def evidence(self) -> EvidenceService:
        """Evidence packs for the doors."""
        people = self.access.people
        return EvidenceService(self.database, self.packs, permit, people, self.subjects)

    @cached_property
    def papers(self) -> PapersService:
        """Drafting, keeping and comparing term sheets."""
        return PapersService(self.vault, self.objects)

    @cached_property
    def gallery(self) -> Gallery:
        """Pictures of the papers' pages."""
        return Gallery()

    @cached_property
    def clauses(self) -> ClauseLibrary:
        """The clause library."""
        return ClauseLibrary(self.database, permit)

    @cached_property
    def uploads(self) -> UploadService:
        """Documents that people bring in."""
        return UploadService(self.database, self.vault, self.objects, permit)

    @cached_property
    def templates(self) -> TemplateDesk:
        """The templates of term sheets."""
        return TemplateDesk(self.database, self.uploads, permit)

    @cached_property
    def approvals(self) -> ApprovalService:
        """The one door for decisions."""
        return ApprovalService(
            self.database,
            self.seating,
            self.vault,
            permit,
            self.courier.deliver,
            Outbox(),
            revisions={"partner_approval": self.partners.revise},
            subjects=self.subjects,
        )

    @cached_property
    def cases(self) -> CaseService:
        """What only a person can settle."""
        settlers = {UNSURE: self.doubts.settle}
        deliver = self.courier.deliver
        return CaseService(self.database, permit, deliver, self.subjects, settlers)

    @cached_property
    def partners(self) -> PartnerService:
        """Facts, texts and hashes of partner approvals."""
        return PartnerService(self.vault, self.seating, self.papers, self.settings.public_url)

    @cached_property
    def answers(self) -> Answers:
        """What partners answer to terms."""
        return Answers(self.vault, self.partners.sheets, lambda: self.uploads)

    @cached_property
    def partner_door(self) -> PartnerDoor:
        """The page on which partners answer."""
        return PartnerDoor(self.database, self.answers, self.courier.deliver)

    @cached_property
    def requested_papers(self) -> RequestedPapers:
        """The papers of requests, for who may see their packets."""
        return RequestedPapers(self.database, permit, self.partners.sheets)

    @cached_property
    def negotiations(self) -> NegotiationDesk:
        """Negotiations as our own people read them."""
        sheets = self.partners.sheets
        url = self.settings.public_url
        return NegotiationDesk(self.database, self.vault, self.inbox, permit, url, sheets)

    @cached_property
    def partner_board(self) -> PartnerBoard:
        """Every partner approval, side by side."""
        return PartnerBoard(self.database, permit, self.partners.book.missing)

    @cached_property
    def outbound(self) -> Outbound:
        """The only way to the outside."""
        governance = Governance(self.consents)
        return Outbound(self.database, PolicyGatekeeper(self.policy), governance)

    @cached_property
    def desk(self) -> OutboundDesk:
        """Messages to outsiders and the consents behind them, for the doors."""
        return OutboundDesk(self.database, self.consents, permit, self.inbox.refusals)

    @cached_property
    def tagger(self) -> Tagger:
        """Says of each message that came in what it wants."""
        return Tagger(self.database, self.inbox, self.doubts)

    @cached_property
    def knowledge(self) -> KnowledgeService:
        """The company's documents, to be searched."""
        return KnowledgeService(
            self.database, self.vault, self.objects, permit, may, ROLES, self.embedders
        )

    @cached_property
    def herald(self) -> Herald:
        """Notices to our own people."""
        return Herald(
            self.database,
            self.vault,
            self.seating,
            PolicyGatekeeper(self.policy),
            self.mailer,
            self.settings.smtp_from,
            self.settings.public_url,
        )

    @cached_property
    def anchors(self) -> Anchors:
        """The audit's heads on their daily way to a second owner."""
        given = self.settings
        return Anchors(
            self.database,
            given.audit_anchor,
            lambda: self.mailer(rehearsal=False),
            given.smtp_from,
            self.policy,
        )

    @cached_property
    def accounts(self) -> Accounts:
        """Accounts, as administrators keep them."""
        return Accounts(
            self.database,
            self.vault,
            lambda session, user_id: waiting_for(session, self.seating, user_id),
            links.end_of_person,
        )

    @cached_property
    def second_person(self) -> SecondPerson:
        """Who confirms what administrators give."""
        return SecondPerson(self.database)

    @cached_property
    def own_account(self) -> OwnAccount:
        """One's own password and sessions."""
        return OwnAccount(self.database, self.vault, self.access.limits)

    @cached_property
    def register(self) -> Register:
        """Whose personal data are held, and their erasing."""
        forgetting = [self.knowledge.forget, self.leads.matcher.forget]
        return Register(self.database, self.vault, permit, self.accounts, forgetting)

    @cached_property
    def rotation(self) -> Rotation:
        """The installation's keys and their rotation."""
        pinned = self.settings.codec_current
        return Rotation(self.database, self.secrets, self.vault, permit, pinned)

    @cached_property
    def authority(self) -> AuthorityDesk:
        """The authority table, for the doors."""
        return AuthorityDesk(self.database, AuthorityBook(directory), permit, can_activate)

    @cached_property
    def kinds(self) -> dict[str, WorkflowKind]:
        """Every built workflow that a person starts, by its key."""
        return kinds_of(self)

    @cached_property
    def subjects(self) -> Subjects:
        """Whom runs are about, for lists that show it."""
        return Subjects(self.kinds)

    @cached_property
    def runs(self) -> RunService:
        """Runs as people start, follow and end them."""
        return RunService(
            self.database,
            self.kinds,
            frozenset(row.key for row in catalog.rows()),
            self.courier,
            self.bridge,
            permit,
            RunWindows(self.packs),
            self.vault.blind_index,
        )

    @cached_property
    def lead_lists(self) -> LeadLists:
        """Lists of leads that people bring in."""
        return LeadLists(self.database, lambda: self.runs, self.vault.blind_index, permit)

    @cached_property
    def lead_messages(self) -> LeadMessages:
        """What strangers write, as leads that somebody may make of it."""
        told = self.qualifications
        return LeadMessages(self.database, self.inbox, told, lambda: self.runs, permit)

    @cached_property
    def contradictions(self) -> Contradictions:
        """What papers and settings say against one another."""
        return Contradictions(self.database, ContradictionBook(self.vault), permit, withheld)

    async def workers(self, threads: ThreadPoolExecutor) -> list[Worker]:
        """A worker for real runs and, where an engine can skip time, one for rehearsals."""
        converter = data_converter(self.secrets, self.settings)
        engines = await connect(self.settings, converter, measured(self.settings))
        clients = [client for client in (engines.runs, engines.rehearsals) if client is not None]
        queue = self.settings.temporal_task_queue
        return [
            durable_worker(client, queue, flows=FLOWS, steps=steps_of(self), threads=threads)
            for client in clients
        ]

    def close(self) -> None:
        """Close what was opened."""
        for name in ("bridge", "database"):
            if name in self.__dict__:
                getattr(self, name).close()
        self.close_clients()


def services(settings: Settings | None = None) -> Services:
    """The services of this process."""
    return Services(settings or Settings())


def thread_pool() -> ThreadPoolExecutor:
    """Threads for the steps of one worker process."""
    return ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="step")

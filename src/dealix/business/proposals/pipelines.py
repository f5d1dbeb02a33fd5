"""Proposal generation: the deal, its words, its price, the papers, and the owner is told.

A price above the limits ends the run behind its price; a run that goes on from there takes the
words and the price as they are, once the tokens of its approval let it.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pypdf import PdfReader
from sqlalchemy.orm import Session

from dealix import clock
from dealix.business.deals.schemas import CLOSED
from dealix.business.knowledge.service import KnowledgeService
from dealix.business.proposals import reading, repository
from dealix.business.proposals.approving import standing
from dealix.business.proposals.asking import ProposalLine
from dealix.business.proposals.drafting import (
    DRAFT,
    TEMPLATE,
    DraftFacts,
    Offered,
    ProposalProse,
    sections,
)
from dealix.business.proposals.models import PriceRecord, ProposalVersion
from dealix.business.proposals.pricing import RULES_VERSION
from dealix.business.proposals.rendering import LOCALES, Offer, pdf
from dealix.business.proposals.schemas import ProposalDocument, ProposalPack
from dealix.business.proposals.service import Proposals, proposal_of
from dealix.errors import Conflict
from dealix.lanes.models import Run
from dealix.lanes.own_steps import own_step
from dealix.lanes.pipelines import Made, Pipeline, StageCall, pipeline, stage
from dealix.lanes.provenance import Provenance
from dealix.lanes.schemas import StepCall, StepResult
from dealix.lanes.step_executor import StepContext, StepExecutor
from dealix.records import audit
from dealix.records.canonical import digest
from dealix.store.session import Database
from dealix.trust.access.directory import company_names, company_zone

SYSTEM = "system"
AWAITING = "awaiting_price_approval"


@pipeline(name="proposal_generation", outcome="proposed")
@dataclass(frozen=True)
class ProposalGeneration(Pipeline):
    """Five steps; the row of the run's proposal holds what they have come to."""

    database: Database
    proposals: Proposals
    executor: StepExecutor
    knowledge: KnowledgeService

    @stage("collect_deal", method="upsert")
    def collect_deal(self, call: StageCall) -> Made:
        """Read the deal, and take the number of the version; one that goes on has it already."""
        with self.database.tenant(call.tenant_id) as session:
            deal = self.proposals.deals.of(session, call.input["deal_id"])
        if deal["status"] in CLOSED:
            raise Conflict("deal_closed")
        data = {"deal": deal["id"], "inputs": digest([deal, call.input["lines"]])}

        def write(session: Session) -> None:
            row = repository.run_of(session, call.run_id, lock=True)
            if row.version is None:
                row.version = repository.next_version(session, row.deal_id)

        return Made(data, write)

    @stage("draft_proposal", method="idempotency_header", system="llm", on_started="resend")
    def draft_proposal(self, call: StageCall, guard: Callable[[Session], None]) -> StepResult:
        """Have the two free sections written, by rules or a model; the row keeps them."""
        with self.database.tenant(call.tenant_id) as session:
            prose = repository.run_of(session, call.run_id).prose
            facts = None if prose else self._facts(session, call)
        if facts is not None:
            prose = self._drafted(call, facts).model_dump(mode="json")
        found = ProposalProse.model_validate(prose).provenance
        told = found.model_dump(
            mode="json", include={"method", "executor", "prompt_version", "rules_version", "reads"}
        )
        back = found.fall_back.because if found.fall_back else None

        def kept(session: Session, _run: Run, _call: StepCall) -> Mapping[str, Any]:
            repository.run_of(session, call.run_id, lock=True).prose = prose
            return {**told, "fall_back": back, "prose": digest(prose)}

        return own_step(self.database, self.draft_proposal, call, kept, guard)

    @stage("price_proposal", method="upsert")
    def price_proposal(self, call: StageCall) -> Made:
        """Price by the book in force, or take the price that was approved; keep the record.

        Above the limits the approval of the price begins with the same commit, so exactly once.
        One that asks about an earlier price of the deal ends: nobody is left to agree to it.
        """
        approved = call.input.get("approved")
        if approved is not None:
            return self._approved(call, approved)
        lines = [ProposalLine.model_validate(line) for line in call.input["lines"]]
        record_id = f"prc_{call.run_id.removeprefix('run_')}"
        with self.database.tenant(call.tenant_id) as session:
            deal = self.proposals.deals.of(session, call.input["deal_id"])
            record = self.proposals.priced(session, deal, lines, record_id)
        sha256 = record.digest()

        def write(session: Session) -> None:
            row = repository.run_of(session, call.run_id, lock=True)
            price = PriceRecord(
                tenant_id=row.tenant_id,
                id=record.record_id,
                run_id=row.run_id,
                deal_id=row.deal_id,
                version=row.version or 1,
                body=record.model_dump(mode="json"),
                sha256=sha256,
                needs_approval=record.needs_approval,
                at=record.provenance.generated_at,
            )
            session.add(price)
            session.flush()
            row.record_id = price.id
            told = {"run_id": row.run_id, "deal": row.deal_id, "sha256": sha256}
            audit.append(session, SYSTEM, "price.decided", price.id, told)
            for earlier in repository.asked_before(session, price):
                self.proposals.approvals.withdraw(session, earlier)
            if record.needs_approval:
                begin = self.proposals.approvals.begin
                row.price_run = begin(session, row, price, call.started_by)
                row.state = AWAITING

        return Made({**_told(record.record_id, sha256), "approval": record.needs_approval}, write)

    @stage("render_proposal", method="content_hash")
    def render_proposal(self, call: StageCall) -> Made:
        """Print the proposal in both languages, and keep it as one pack by its content."""
        with self.database.tenant(call.tenant_id) as session:
            offer, prose = self._offer(session, call)
            before = repository.last_pack(session, offer.proposal_id, offer.version)
        documents = [self._printed(offer, locale) for locale in LOCALES]
        pack = _pack(offer, prose, documents, before)
        body = pack.model_dump(mode="json")
        sha256 = digest(body)

        def write(session: Session) -> None:
            session.add(
                ProposalVersion(
                    tenant_id=call.tenant_id,
                    proposal_id=pack.proposal_id,
                    version=pack.version,
                    run_id=call.run_id,
                    deal_id=pack.deal_id,
                    body=body,
                    sha256=sha256,
                    at=pack.provenance.generated_at,
                )
            )
            told = {"run_id": call.run_id, "version": pack.version, "sha256": sha256}
            audit.append(session, SYSTEM, "proposal.made", pack.proposal_id, told)

        files = {one.language: one.sha256 for one in documents}
        return Made({"proposal": pack.proposal_id, "sha256": sha256, "files": files}, write)

    @stage("notify_author", method="message_id")
    def notify_author(self, call: StageCall) -> Made:
        """Lay the proposal on the page of the deal's owner; nothing goes outside."""
        made = call.of("render_proposal")

        def write(session: Session) -> None:
            row = repository.run_of(session, call.run_id, lock=True)
            row.state = "ready"
            first = repository.origin(session, row, lock=True)
            first.state, first.told_to, first.told_at = "ready", row.owner_id, clock.real_now()
            first.seen_at = None
            told = {"run_id": call.run_id, "owner": row.owner_id, "version": row.version}
            audit.append(session, SYSTEM, "proposal.ready", made["proposal"], told)

        return Made({**made, "price": call.of("price_proposal")["record"]}, write)

    def ends_early(self, results: Mapping[str, Mapping[str, Any]]) -> str | None:
        """Behind a price that somebody must agree to; a run of its own goes on from there."""
        return AWAITING if results.get("price_proposal", {}).get("approval") else None

    def supersede(self, session: Session, run: Run) -> None:
        """What the run wrote does not count, and nobody is asked about its price any more."""
        row = repository.run_of(session, run.id, lock=True)
        row.superseded_at, row.state = clock.real_now(), "failed"
        if run.cancel_requested_at is not None:
            row.state = "cancelled"
        first = repository.origin(session, row, lock=True)
        first.state = row.state
        if row.price_run is not None and row.goes_on_from is None:
            self.proposals.approvals.withdraw(session, row.price_run)

    def _approved(self, call: StageCall, approved: Mapping[str, str]) -> Made:
        """The price as it was approved: unchanged, in force, and let out by its tokens."""
        with self.database.tenant(call.tenant_id) as session:
            price = repository.price_row(session, approved["record"])
            why = standing(session, price, approved["sha256"])
        if why is not None:
            raise Conflict(why)
        record = repository.record_of(price)

        def write(session: Session) -> None:
            redeem = self.proposals.approvals.redeem
            redeem(session, record, approved["price_run"], "main")

        return Made({**_told(record.record_id, approved["sha256"]), "approval": False}, write)

    def _facts(self, session: Session, call: StageCall) -> DraftFacts:
        deal = self.proposals.deals.of(session, call.input["deal_id"])
        lines = [ProposalLine.model_validate(line) for line in call.input["lines"]]
        record = self.proposals.priced(session, deal, lines, "draft")
        seller, seller_ar = company_names(session)
        company = deal["company"]
        return DraftFacts(
            seller=seller,
            seller_ar=seller_ar,
            customer=company["name"],
            customer_ar=company["name_ar"] or company["name"],
            title=deal["title"],
            currency=deal["currency"],
            products=[
                Offered(name=line.name, name_ar=line.name_ar, quantity=line.quantity)
                for line in record.lines
            ],
        )

    def _drafted(self, call: StageCall, facts: DraftFacts) -> ProposalProse:
        """The two free sections; a model may read on the way to them."""
        tools = reading.tools(self.knowledge, call.tenant_id, facts.currency)
        context = StepContext(call.tenant_id, call.key, ("deal", "price book"), run_id=call.run_id)
        return self.executor.execute(replace(DRAFT, tools=tools), facts, context).output

    def _offer(self, session: Session, call: StageCall) -> tuple[Offer, ProposalProse]:
        row = repository.run_of(session, call.run_id)
        prose = ProposalProse.model_validate(row.prose)
        price = repository.price_row(session, call.of("price_proposal")["record"])
        deal = self.proposals.deals.of(session, row.deal_id)
        company = deal["company"]
        offer = Offer(
            proposal_id=proposal_of(row.deal_id),
            version=row.version or 1,
            seller=company_names(session),
            customer=(company["name"], company["name_ar"] or company["name"]),
            title=(deal["title"], deal["title_ar"] or deal["title"]),
            sections=tuple(sections(prose)),
            price=repository.record_of(price),
            at=price.at,
            zone=company_zone(session),
        )
        return offer, prose

    def _printed(self, offer: Offer, locale: Any) -> ProposalDocument:
        content = pdf(offer, locale)
        return ProposalDocument(
            language=locale,
            document_id=f"{offer.proposal_id}:{offer.version}:{locale}",
            sha256=self.proposals.objects.put(content),
            pages=len(PdfReader(io.BytesIO(content)).pages),
        )


def _told(record_id: str, sha256: str) -> dict[str, Any]:
    return {"record": record_id, "sha256": sha256}


def _pack(
    offer: Offer, prose: ProposalProse, documents: list[ProposalDocument], before: int | None
) -> ProposalPack:
    drafted, price = prose.provenance, offer.price
    return ProposalPack(
        proposal_id=offer.proposal_id,
        deal_id=price.deal_id,
        version=offer.version,
        supersedes=f"{offer.proposal_id}:{before}" if before else None,
        recipient_person_id=None,
        title_ar=offer.title[1],
        title_en=offer.title[0],
        sections=list(offer.sections),
        pricing_record_id=price.record_id,
        pricing_hash=price.digest(),
        total=price.gross,
        currency=price.currency,
        documents=documents,
        valid_until=price.valid_until,
        provenance=Provenance(
            generated_at=clock.now(),
            method=drafted.method,
            model=drafted.model,
            prompt_version=drafted.prompt_version,
            rules_version=f"{TEMPLATE}, {RULES_VERSION}",
            inputs_hash=digest([drafted.inputs_hash, price.digest()]),
            sources=["deal", price.record_id, *drafted.sources],
            not_configured=drafted.not_configured,
            executor=drafted.executor,
            fall_back=drafted.fall_back,
            repaired=drafted.repaired,
            reads=drafted.reads,
        ),
    )

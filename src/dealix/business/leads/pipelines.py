"""Lead qualification: capture, find doubles, look the company up, score, route, tell the owner.

Steps hand one another identifiers, words and dates; personal values stay in the vault.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from dealix import clock
from dealix.business.compliance.directories import CompanyDirectories
from dealix.business.compliance.service import CompanyRegistry, Finding
from dealix.business.leads import memos, reading, repository, routing, spelling
from dealix.business.leads.elsewhere import DIRECTORIES, DirectoryName, Elsewhere, search
from dealix.business.leads.memos import Owner, QualificationMemo, Reading, Research, SameAs
from dealix.business.leads.models import Company, Lead, Qualification
from dealix.business.leads.schemas import LeadInput, LeadScoreCard
from dealix.business.leads.service import LeadService, LookedAt
from dealix.errors import Conflict
from dealix.lanes.models import Run
from dealix.lanes.own_steps import own_step
from dealix.lanes.pipelines import Made, Pipeline, StageCall, pipeline, stage
from dealix.lanes.schemas import StepCall, StepResult
from dealix.lanes.step_executor import StepContext, StepExecutor
from dealix.records import audit
from dealix.records.canonical import digest
from dealix.store.locks import lock_named
from dealix.store.session import Database, tenant_of

SYSTEM = "system"
COVERED = "SA"


@pipeline(name="lead_qualification", outcome="qualified")
@dataclass(frozen=True)
class LeadQualification(Pipeline):
    """Eight steps; the row of the run's qualification holds what they have come to."""

    database: Database
    leads: LeadService
    registry: CompanyRegistry
    directories: CompanyDirectories
    models: StepExecutor

    @stage("capture_lead", method="upsert")
    def capture_lead(self, call: StageCall) -> Made:
        """Make what was entered a lead, once by its key; from here on it lies in the vault."""
        with self.database.tenant(call.tenant_id) as session:
            row = of_run(session, call.run_id)
            clear = row.sealed and self.leads.vault.open(session, row.person_id, row.sealed)
        if not clear:
            raise Conflict("person_erased")
        given = LeadInput.model_validate_json(clear)

        def write(session: Session) -> None:
            # So that of two at once one comes first, and is the earlier for the other.
            lock_named(session, "leads", "capture")
            row = of_run(session, call.run_id)
            entered = self.leads.keep(session, call.started_by, given, row.person_id)
            row.captured_id = row.lead_id = entered.id
            row.sealed = None

        return Made({"source": given.source}, write)

    @stage("match_lead", method="upsert")
    def match_lead(self, call: StageCall) -> Made:
        """Find the earlier lead that is the same person; the run then goes on about that one."""
        with self.database.tenant(call.tenant_id) as session:
            captured = self._captured(session, call)
            known = captured.duplicate_of is not None
            match = None if known else self.leads.matcher.find(session, captured)
            same = SameAs(lead=match.lead_id, what=match.what, why=[*match.why]) if match else None
            about = captured.duplicate_of or captured.id
            if known:
                same = SameAs(lead=about, what="person", why=["found_before"])
            if same is not None and same.what == "person":
                about = same.lead
            data = {"lead": about, "same_as": same.model_dump() if same else None}

        def write(session: Session) -> None:
            of_run(session, call.run_id).lead_id = about
            row = self._captured(session, call)
            if same is not None and same.what == "person":
                row.duplicate_of, row.status, row.updated_at = about, "duplicate", clock.now()
                told = {"of": about, "why": same.why}
                audit.append(session, SYSTEM, "lead.duplicate_found", row.id, told)

        return Made(data, write)

    @stage("research_company", method="idempotency_header", system="wathq", on_started="resend")
    def research_company(self, call: StageCall, guard: Callable[[Session], None]) -> StepResult:
        """Ask the registry about a Saudi registration; an answer of today is used again."""
        with self.database.tenant(call.tenant_id) as session:
            company = self._company(session, call)
        research = self._researched(call.tenant_id, company)

        def told(session: Session) -> Mapping[str, Any]:
            if research.result == "found":  # its other number finds the lead from now on too
                lead = repository.lead(session, call.of("match_lead")["lead"])
                self.leads.matcher.keep(session, lead)
            return research.model_dump(mode="json")

        return self._kept(self.research_company, call, guard, told)

    @stage("search_gleif", method="idempotency_header", system="gleif", on_started="resend")
    def search_gleif(self, call: StageCall, guard: Callable[[Session], None]) -> StepResult:
        """Look for the company among legal entity identifiers; away for long, the memo says so."""
        found = self._elsewhere(call, "gleif")
        return self._kept(self.search_gleif, call, guard, lambda _session: found)

    @stage(
        "search_opencorporates",
        method="idempotency_header",
        system="opencorporates",
        on_started="resend",
    )
    def search_opencorporates(
        self, call: StageCall, guard: Callable[[Session], None]
    ) -> StepResult:
        """Look for the company in the registers of the world; away for long, the memo says so."""
        found = self._elsewhere(call, "opencorporates")
        return self._kept(self.search_opencorporates, call, guard, lambda _session: found)

    @stage("score_qualification", method="upsert", system="step_model", on_started="resend")
    def score_qualification(self, call: StageCall, guard: Callable[[Session], None]) -> StepResult:
        """Score by the scorecard; where a model is chosen, it adjusts and sums up within bounds."""
        lead = call.of("match_lead")["lead"]
        looked = self.leads.looked_at(call.tenant_id, lead, call.started_by)
        read = self._read(call, looked)

        def scored(session: Session) -> Mapping[str, Any]:
            of_run(session, call.run_id).reading = read.model_dump(mode="json")
            return {"card": looked.keep(session)}

        return self._kept(self.score_qualification, call, guard, scored)

    @stage("route_lead", method="upsert")
    def route_lead(self, call: StageCall) -> Made:
        """Choose the owner by the rules, and write the memo."""
        with self.database.tenant(call.tenant_id) as session:
            memo = self._memo(session, call)

        def write(session: Session) -> None:
            row = of_run(session, call.run_id)
            lead = repository.lead(session, memo.lead_id, lock=True)
            row.was_owned_by, row.was = lead.owner_id, lead.status
            row.owner_id = lead.owner_id = memo.owner.user
            lead.status, lead.updated_at = memos.BECOMES[memo.verdict], clock.now()
            row.memo, row.reading = memo.model_dump(mode="json"), None

        return Made({"owner": memo.owner.user, "verdict": memo.verdict}, write)

    @stage("notify_owner", method="message_id")
    def notify_owner(self, call: StageCall) -> Made:
        """Lay the lead on its owner's page: a notice to our own person, nothing goes outside."""
        routed, lead = call.of("route_lead"), call.of("match_lead")["lead"]

        def write(session: Session) -> None:
            of_run(session, call.run_id).told_at = clock.real_now()
            told = {"owner": routed["owner"], "run": call.run_id}
            audit.append(session, SYSTEM, "lead.assigned", lead, told)

        return Made({"lead": lead, **routed}, write)

    def supersede(self, session: Session, run: Run) -> None:
        """The memo does not count, and the lead is whose it was; what was entered stays a lead."""
        row = session.get(Qualification, (tenant_of(session), run.id), with_for_update=True)
        if row is None:
            return
        row.superseded_at, row.sealed, row.reading = clock.real_now(), None, None
        if row.captured_id is not None and row.lead_id != row.captured_id:
            captured = repository.lead(session, row.captured_id, lock=True)
            if captured.duplicate_of == row.lead_id:
                captured.duplicate_of, captured.status = None, "new"
        if row.lead_id is None or row.owner_id is None:
            return
        lead = repository.lead(session, row.lead_id, lock=True)
        if lead.owner_id == row.owner_id and row.was_owned_by is not None and row.was is not None:
            lead.owner_id, lead.status = row.was_owned_by, row.was

    def _read(self, call: StageCall, looked: LookedAt) -> Reading:
        """What a model says of the findings; asked with no transaction open."""
        research = _research(call)
        facts = reading.found(looked.facts, looked.card, research, _same(call))
        sources = ("lead", "company", "lead activities", "registry", "score card")
        context = StepContext(call.tenant_id, f"{call.key}:reading", sources, call.rehearsal)
        return self.models.execute(reading.READ_QUALIFICATION, facts, context).output

    def _captured(self, session: Session, call: StageCall) -> Lead:
        return repository.lead(session, of_run(session, call.run_id).captured_id or "")

    def _kept(
        self,
        step: Callable[..., Any],
        call: StageCall,
        guard: Callable[[Session], None],
        work: Callable[[Session], Mapping[str, Any]],
    ) -> StepResult:
        def kept(session: Session, _run: Run, _call: StepCall) -> Mapping[str, Any]:
            return work(session)

        return own_step(self.database, step, call, kept, guard)

    def _researched(self, tenant_id: str, company: Company) -> Research:
        """What the registry says; why it was not asked, where it was not."""
        missing = [*memos.NOT_OURS]
        number = company.registration_number if company.country == COVERED else None
        if not self.registry.is_configured(rehearsal=False):
            missing.append("wathq")
            return Research(result="not_asked", because="not_configured", not_configured=missing)
        if number is None:
            because = "no_registration" if company.country == COVERED else "country_not_covered"
            return Research(result="not_asked", because=because, not_configured=missing)
        return _said(self.registry.find(tenant_id, number), company, missing)

    def _elsewhere(self, call: StageCall, source: DirectoryName) -> dict[str, Any]:
        """What a directory says of the company, beside every number that is known of it."""
        with self.database.tenant(call.tenant_id) as session:
            company = self._company(session, call)
            number = company.registration_number
            numbers = self.registry.numbers(session, [number] if number else [])
        known = numbers.get(number or "", frozenset())
        said = search(self.directories, call.tenant_id, source, company, known, call.tries)
        return said.model_dump(mode="json")

    def _company(self, session: Session, call: StageCall) -> Company:
        lead = repository.lead(session, call.of("match_lead")["lead"])
        return repository.companies(session, [lead.company_id])[lead.company_id]

    def _memo(self, session: Session, call: StageCall) -> QualificationMemo:
        matched, key = call.of("match_lead"), call.of("score_qualification")["card"]
        lead = repository.lead(session, matched["lead"])
        body = repository.card(session, lead.id, key)
        card = LeadScoreCard.model_validate(body)
        research = _research(call)
        same, row = _same(call), of_run(session, call.run_id)
        owner = self._owner(session, lead, same, call.started_by)
        about = {"same_as": matched["same_as"], "card": key}
        inputs = digest({**about, "research": research.model_dump(mode="json")})
        return QualificationMemo(
            run_id=call.run_id,
            lead_id=lead.id,
            captured_id=row.captured_id or lead.id,
            verdict=memos.verdict(research, card),
            same_as=same,
            research=research,
            score=card.score,
            grade=card.grade,
            score_card=key,
            known_weight=card.known_weight,
            owner=owner,
            reading=Reading.model_validate(row.reading) if row.reading else None,
            provenance=memos.provenance(clock.now(), research, card, owner.rules, inputs),
        )

    def _owner(self, session: Session, lead: Lead, same: SameAs | None, started_by: str) -> Owner:
        company = repository.companies(session, [lead.company_id])[lead.company_id]
        language = self.leads.vault.reveal(session, lead.person_id).get("locale", "ar")
        account = repository.lead(session, same.lead).owner_id if same else None
        need = routing.Need(company.country, language, account)
        routed = routing.route(routing.sellers(session, but=lead.id), need)
        return Owner(
            user=routed.owner or started_by,
            because=[*routed.because],
            considered=routed.considered,
            rules=routing.VERSION,
        )


def of_run(session: Session, run_id: str) -> Qualification:
    """The qualification that a run does."""
    return session.get_one(Qualification, (tenant_of(session), run_id))


def _same(call: StageCall) -> SameAs | None:
    found = call.of("match_lead")["same_as"]
    return SameAs.model_validate(found) if found else None


def _research(call: StageCall) -> Research:
    """What the registry and each directory said, side by side."""
    said = [Elsewhere.model_validate(call.of(f"search_{each}")) for each in DIRECTORIES]
    return Research.model_validate(call.of("research_company")).beside(said)


def _said(found: Finding, company: Company, missing: list[str]) -> Research:
    record = found.record
    about = {"answer": found.id, "asked_at": found.fetched_at, "not_configured": missing}
    if record is None:
        return Research(result="unknown_there", **about)
    names = [name for name in (company.name, company.name_ar) if name]
    return Research(
        result="found",
        registration=record.status,
        overdue=record.confirmation_overdue(clock.now().date()),
        name_agrees=any(spelling.same(record.name, name) for name in names),
        **about,
    )

"""The steps of the partner approval: each acts once, by its declared method."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from dealix import clock
from dealix.business.evidence.service import Evidence
from dealix.business.papers.evidence import PaperSource
from dealix.business.papers.schemas import KeptPaper
from dealix.business.partners import gates, negotiation, repository, standing
from dealix.business.partners.evidence import sources
from dealix.business.partners.service import PartnerService
from dealix.business.signatures.evidence import SignatureSource
from dealix.errors import InvariantBroken, Refused
from dealix.lanes import run_book
from dealix.lanes.blocking import blocked
from dealix.lanes.crash_points import reach
from dealix.lanes.models import Run
from dealix.lanes.own_steps import Work, own_step
from dealix.lanes.schemas import GateOpened, StepCall, StepResult
from dealix.lanes.step_specs import chain_of
from dealix.lanes.steps import ask, facts_of, step, undo
from dealix.records import audit, effects
from dealix.store.session import Database
from dealix.trust.approvals.gates import open_gate
from dealix.trust.approvals.schemas import Opening
from dealix.trust.approvals.service import ApprovalService
from dealix.trust.outbound.effects import Post
from dealix.trust.outbound.service import Outbound, OutsideEffect, covered
from dealix.trust.outbound.undoing import undo_outside, undo_own, undone_together

REPAIRABLE = frozenset(
    {
        "clause_stale",
        "clause_not_confirmed",
        "clause_library_empty",
        "clause_one_language",
        "template_unusable",
    }
)
"""Refusals of a draft that somebody can put right in the clause library or the template."""


class PartnerActivities:
    """Steps, gates and undo actions of `partner_approval`."""

    def __init__(
        self,
        database: Database,
        partners: PartnerService,
        approvals: ApprovalService,
        outbound: Outbound,
        post: Post,
        evidence: Evidence,
    ) -> None:
        self.database = database
        self.partners = partners
        self.approvals = approvals
        self.outbound = outbound
        self.post = post
        self.evidence = evidence

    # -- steps -------------------------------------------------------------------------------

    @step("identify_partner", method="upsert")
    def identify_partner(self, call: StepCall) -> StepResult:
        """Write the PartnerDossier."""
        return self._own(PartnerActivities.identify_partner, call, self._keep_dossier)

    @step("score_fit", method="upsert")
    def score_fit(self, call: StepCall) -> StepResult:
        """Write the EconomicsModel with its fit score."""
        return self._own(PartnerActivities.score_fit, call, self._keep_economics)

    @ask("ask_manager", gate="manager_approval")
    def ask_manager(self, call: StepCall) -> GateOpened:
        """Open the manager's gate: whether to go on with this partner; a yes lets nothing out."""
        return self._open(PartnerActivities.ask_manager, call, gates.manager)

    @step("draft_term_sheet", method="content_hash")
    def draft_term_sheet(self, call: StepCall) -> StepResult:
        """Draft the version in force as DOCX and PDF, kept by content, sealed for its contact.

        What the clause library refuses waits for somebody who puts it right there.
        """
        facts = facts_of(PartnerActivities.draft_term_sheet)
        try:
            return self._own(PartnerActivities.draft_term_sheet, call, self._keep_draft)
        except Refused as refusal:
            if refusal.code not in REPAIRABLE:
                raise
            return blocked(self.database, facts, call, refusal)

    @ask("ask_commercial_owner", gate="term_review")
    def ask_commercial_owner(self, call: StepCall) -> GateOpened:
        """Open the commercial owner's review of the version in force."""
        return self._open(PartnerActivities.ask_commercial_owner, call, gates.commercial_owner)

    @ask("ask_legal", gate="legal_review")
    def ask_legal(self, call: StepCall) -> GateOpened:
        """Open counsel's review: a yes covers exactly the version that goes out."""
        return self._open(PartnerActivities.ask_legal, call, gates.legal)

    @step("send_terms", system="email", method="message_id", undo="retract_terms", on_started="ask")
    def send_terms(self, call: StepCall) -> StepResult:
        """Send the reviewed version; one that no approval covers goes back to the review."""
        with self.database.tenant(call.tenant_id) as session:
            run = run_book.get(session, call.run_id)
            paper = self._to_send(session, run, call)
            if paper is None:
                return StepResult(status="changed")
            mail = self.partners.offer(session, run, paper)
            effect = self.post.letter(call, mail, "email.send", "send_terms")
            if not covered(session, call, effect):
                return StepResult(status="changed")

        def open_page(session: Session) -> None:
            negotiation.open_page(session, self.partners.vault, run_book.get(session, call.run_id))

        facts = facts_of(PartnerActivities.send_terms)
        return self.outbound.perform(facts, call, effect.also(begun=open_page))

    @step(
        "send_terms_whatsapp",
        system="whatsapp",
        method="message_id",
        undo="retract_terms_whatsapp",
        on_started="look_up",
    )
    def send_terms_whatsapp(self, call: StepCall) -> StepResult:
        """Say by WhatsApp where the terms are; without a number, or refused, the mail stands."""
        with self.database.tenant(call.tenant_id) as session:
            spoken = self.partners.offer_whatsapp(session, run_book.get(session, call.run_id))
        if spoken is None:
            return StepResult(status="not_needed")
        effect = self.post.whatsapp(call, spoken, "whatsapp.send", "send_terms_whatsapp")
        facts = facts_of(PartnerActivities.send_terms_whatsapp)
        result = self.outbound.perform(facts, call, effect)
        return result if result.status != "failed" else StepResult(status="not_needed")

    @ask("ask_executive", gate="executive_approval")
    def ask_executive(self, call: StepCall) -> GateOpened:
        """Open the executive's gate, at the level of the authority table."""
        return self._open(PartnerActivities.ask_executive, call, gates.executive)

    @step("activate_partner", method="upsert", undo="deactivate_partner")
    def activate_partner(self, call: StepCall) -> StepResult:
        """Make the partner active in our own stores."""
        return self._own(PartnerActivities.activate_partner, call, _status("active"))

    @step("notify_activation", system="email", method="message_id", final=True, on_started="ask")
    def notify_activation(self, call: StepCall) -> StepResult:
        """Tell the partner that the partnership is in effect."""
        with self.database.tenant(call.tenant_id) as session:
            run = run_book.get(session, call.run_id)
            mail = self.partners.activation(session, run)
        effect = self.post.letter(call, mail, "email.send", "notify_activation")
        return self.outbound.perform(facts_of(PartnerActivities.notify_activation), call, effect)

    @step("record_outcome", method="upsert")
    def record_outcome(self, call: StepCall) -> StepResult:
        """Say on the partner's own record how the approval ended."""
        outcome = str(call.data["outcome"])
        status = "active" if outcome == "activated" else outcome
        return self._own(PartnerActivities.record_outcome, call, _status(status))

    @step("assemble_evidence", method="content_hash")
    def assemble_evidence(self, call: StepCall) -> StepResult:
        """Seal the run's pack: decisions with what was seen, effects, outputs, audit slice."""
        audit.settle(self.database, call.tenant_id, chain_of(call))
        return self._own(PartnerActivities.assemble_evidence, call, self._seal_pack)

    # -- undo --------------------------------------------------------------------------------

    @undo("retract_terms", system="email", method="message_id", on_started="ask")
    def retract_terms(self, call: StepCall) -> StepResult:
        """Withdraw every version that went out and say that it ends here, in one mail."""

        def letter() -> OutsideEffect:
            with self.database.tenant(call.tenant_id) as session:
                run = run_book.get(session, call.run_id)
                mail = self.partners.retraction(session, run)
                others = undone_together(session, call, "send_terms")
            return self.post.letter(call, mail, "email.retract", "retract_terms", others)

        facts = facts_of(PartnerActivities.retract_terms)
        return undo_outside(self.outbound, facts, call, letter, together=True)

    @undo("retract_terms_whatsapp", system="whatsapp", method="message_id", on_started="look_up")
    def retract_terms_whatsapp(self, call: StepCall) -> StepResult:
        """Say by WhatsApp that the terms are withdrawn."""

        def letter() -> OutsideEffect:
            with self.database.tenant(call.tenant_id) as session:
                run = run_book.get(session, call.run_id)
                spoken = self.partners.retraction_whatsapp(session, run)
                others = undone_together(session, call, "send_terms_whatsapp")
            if spoken is None:
                raise InvariantBroken("invariant_broken", what="a message was sent to no number")
            name = "retract_terms_whatsapp"
            return self.post.whatsapp(call, spoken, "whatsapp.retract", name, others)

        facts = facts_of(PartnerActivities.retract_terms_whatsapp)
        return undo_outside(self.outbound, facts, call, letter, together=True)

    @undo("deactivate_partner", method="upsert")
    def deactivate_partner(self, call: StepCall) -> StepResult:
        """Take the activation back in our own stores."""
        facts = facts_of(PartnerActivities.deactivate_partner)
        reach(facts.name, "before")
        with self.database.tenant(call.tenant_id) as session:
            run = run_book.get(session, call.run_id)
            result = undo_own(session, facts, call, lambda: _set_status(session, run, "withdrawn"))
        reach(facts.name, "recorded")
        return result

    # -- how ---------------------------------------------------------------------------------

    def _own(
        self,
        method: Callable[..., Any],
        call: StepCall,
        work: Work,
    ) -> StepResult:
        return own_step(self.database, method, call, work)

    def _open(
        self, method: Callable[..., Any], call: StepCall, opening: gates.Opener
    ) -> GateOpened:
        def asked(session: Session, run: Run, round_: int) -> Opening:
            return opening(session, self.partners, run, round_)

        return open_gate(self.database, self.approvals, method, call, asked)

    def _keep_dossier(self, session: Session, run: Run, _call: StepCall) -> dict[str, Any]:
        dossier = self.partners.dossier(session, run)
        return {"sha256": repository.keep_output(session, run.id, dossier)}

    def _keep_economics(self, session: Session, run: Run, _call: StepCall) -> dict[str, Any]:
        economics = self.partners.economics(session, run)
        digest = repository.keep_output(session, run.id, economics)
        return {"sha256": digest, "fit_score": economics.fit_score}

    def _keep_draft(self, session: Session, run: Run, _call: StepCall) -> dict[str, Any]:
        kept = self.partners.sheets.draft(session, run)
        return {
            "paper": kept.id,
            "version": kept.version,
            "docx": kept.docx_digest,
            "pdf": kept.pdf_digest,
        }

    def _to_send(self, session: Session, run: Run, call: StepCall) -> KeptPaper | None:
        """The reviewed paper; None when another one would be drafted now.

        Once its sending has begun, nothing that changes in the library changes what was sent.
        """
        if effects.has_begun(session, call.key):
            return self.partners.sheets.newest(session, run.id)
        try:
            return self.partners.sheets.standing(session, run)
        except Refused as refusal:
            if refusal.code not in REPAIRABLE:
                raise
            return None

    def _seal_pack(self, session: Session, run: Run, call: StepCall) -> dict[str, Any]:
        pack = self.evidence.assemble(
            session,
            "system",
            run.id,
            (
                *sources(str(call.data.get("outcome"))),
                PaperSource(self.evidence.objects),
                SignatureSource(self.evidence.objects),
            ),
            chain=run.chain,
            key=f"{run.id}:deal_closure",
        )
        return {"pack_id": pack.id, "sha256": pack.sha256}


def _status(
    status: str,
) -> Callable[[Session, Run, StepCall], dict[str, Any]]:
    def work(session: Session, run: Run, _call: StepCall) -> dict[str, Any]:
        _set_status(session, run, status)
        return {"status": status}

    return work


def _set_status(session: Session, run: Run, status: str) -> None:
    partner = repository.partner(session, run.input["partner_id"])
    if partner.status not in standing.PLAYED:
        partner.status = status
    partner.updated_at = clock.now()

"""Partner approval: from an identified partner to an active one, or back to nothing outside."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from dealix.business.partners.activities import PartnerActivities
    from dealix.business.partners.activities_activation import ActivationActivities
    from dealix.business.partners.activities_crm import CrmActivities
    from dealix.business.signatures.workflows import Signing
    from dealix.lanes.flow_core import FlowEnded
    from dealix.lanes.schemas import FlowEnd, FlowStart, StepResult


@workflow.defn(name="partner_approval")
class PartnerApproval(Signing):
    """The inventory's first durable workflow, its priority."""

    def __init__(self) -> None:
        super().__init__()
        self.drafts = 0
        self.offers = 0
        self.accepted = 0
        self.confirmed = 0

    @workflow.run
    async def run(self, start: FlowStart) -> FlowEnd:
        """Conduct the flow to one of its ends."""
        return await self.conduct(start)

    async def steps(self) -> str:
        """Check, score, ask the manager, agree on terms, ask the executive, sign, activate."""
        stands(await self.step(ActivationActivities.check_registration))
        await self.step(PartnerActivities.identify_partner)
        await self.step(PartnerActivities.score_fit)
        await self.gate("manager_approval", PartnerActivities.ask_manager)
        signed = False
        while not signed:  # what the executive sends back may change the terms
            await self.agree()
            if await self.gates(executive_approval=PartnerActivities.ask_executive):
                await self.confirm()  # what all have signed is not taken back
                signed = await self.sign()
        await self.activate()
        return "activated"

    async def agree(self) -> None:
        """Negotiate in rounds, each a reviewed version, until the partner accepts one."""
        while (version := await self.review()) != self.accepted:
            self.offers += 1
            sent = await self.step(PartnerActivities.send_terms, nth=self.offers)
            if sent.status == "changed":  # the approval is not of this draft: review it again
                continue
            await self.step(PartnerActivities.send_terms_whatsapp, nth=self.offers)
            await self.step(CrmActivities.write_crm)
            answer = await self.event("partner_answer")
            if answer["answer"] == "decline":
                raise FlowEnded("declined", "partner_answer")
            if answer["answer"] == "counter":
                await self.event("terms_revision")
            else:
                self.accepted = version

    async def review(self) -> int:
        """Draft the terms and have them reviewed inside, until both reviewers agree."""
        agreed = False
        while not agreed:
            self.drafts += 1
            draft = await self.step(PartnerActivities.draft_term_sheet, nth=self.drafts)
            agreed = await self.gates(
                term_review=PartnerActivities.ask_commercial_owner,
                legal_review=PartnerActivities.ask_legal,
            )
        return int(draft.data["version"])

    async def confirm(self) -> None:
        """Ask the registry anew, before papers are signed and again before the activation."""
        self.confirmed += 1
        stands(await self.step(ActivationActivities.confirm_registration, nth=self.confirmed))

    async def activate(self) -> None:
        """Activate once all it needs is on record and the registry still lets the company stand."""
        while (await self.step(ActivationActivities.check_activation_facts)).status == "changed":
            await self.event("activation_facts")
        await self.confirm()
        await self.step(PartnerActivities.activate_partner)
        await self.step(CrmActivities.activate_in_crm)
        await self.step(PartnerActivities.notify_activation)

    async def conclude(self, outcome: str) -> None:
        """Every end is on the partner's record and leaves a pack that proves it."""
        await self.step(PartnerActivities.record_outcome, outcome=outcome)
        await self.step(PartnerActivities.assemble_evidence, outcome=outcome)


def stands(found: StepResult) -> None:
    """End the flow where the registry says of the company what lets nobody go on with it."""
    if found.data.get("refused"):
        code = str(found.data["refused"])
        raise FlowEnded("rejected", code, error={"code": code})

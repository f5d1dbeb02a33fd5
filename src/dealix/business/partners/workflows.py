"""Partner approval: from an identified partner to an active one, or back to nothing outside."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from dealix.business.partners.activities import PartnerActivities
    from dealix.lanes.durable import DurableFlow
    from dealix.lanes.schemas import FlowEnd, FlowStart


@workflow.defn(name="partner_approval")
class PartnerApproval(DurableFlow):
    """The thin flow of the inventory's first durable workflow."""

    @workflow.run
    async def run(self, start: FlowStart) -> FlowEnd:
        """Conduct the flow to one of its ends."""
        return await self.conduct(start)

    async def steps(self) -> str:
        """Identify, score, ask the manager, send terms, ask the executive, activate."""
        await self.step(PartnerActivities.identify_partner)
        await self.step(PartnerActivities.score_fit)
        sent = False
        while not sent:  # a draft that is no longer the approved one goes back to the gate
            await self.gate("manager_approval", PartnerActivities.ask_manager)
            await self.step(PartnerActivities.draft_term_sheet)
            sent = (await self.step(PartnerActivities.send_terms)).status == "done"
        await self.step(PartnerActivities.write_crm)
        await self.gate("executive_approval", PartnerActivities.ask_executive)
        await self.step(PartnerActivities.activate_partner)
        await self.step(PartnerActivities.notify_activation)
        return "activated"

    async def conclude(self, outcome: str) -> None:
        """Every end is on the partner's record and leaves a pack that proves it."""
        await self.step(PartnerActivities.record_outcome, outcome=outcome)
        await self.step(PartnerActivities.assemble_evidence, outcome=outcome)

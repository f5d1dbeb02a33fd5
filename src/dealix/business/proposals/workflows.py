"""Price approval: a price above the limits waits here for those who may grant it."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from dealix.business.proposals.activities import PriceActivities
    from dealix.lanes.durable import DurableFlow
    from dealix.lanes.flow_core import FlowEnded
    from dealix.lanes.schemas import FlowEnd, FlowStart, StepResult


@workflow.defn(name="price_approval")
class PriceApproval(DurableFlow):
    """Begun by the proposal pipeline alone; a yes starts the pipeline that goes on."""

    good_outcomes = frozenset({"approved"})

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    @workflow.run
    async def run(self, start: FlowStart) -> FlowEnd:
        """Conduct the flow to one of its ends."""
        return await self.conduct(start)

    async def steps(self) -> str:
        """Weigh, ask at each gate that the matrix names, and let the proposal go on."""
        while not await self.agree():
            pass  # what somebody sent back was answered: ask again
        stands(await self.step(PriceActivities.continue_proposal))
        return "approved"

    async def agree(self) -> bool:
        """Ask side by side whoever must grant the percentage and the money."""
        self.asked += 1
        weighed = stands(await self.step(PriceActivities.weigh_price, nth=self.asked))
        wanted = set(weighed.data["gates"])
        if wanted == {"value_approval"}:
            return await self.gates(value_approval=PriceActivities.ask_for_value)
        if wanted == {"discount_approval"}:
            return await self.gates(discount_approval=PriceActivities.ask_for_percent)
        return await self.gates(
            discount_approval=PriceActivities.ask_for_percent,
            value_approval=PriceActivities.ask_for_value,
        )

    async def conclude(self, outcome: str) -> None:
        """Every end is on the proposal, and who asked hears of one that lets nothing out."""
        await self.step(PriceActivities.tell_requester, outcome=outcome)


def stands(found: StepResult) -> StepResult:
    """End the flow where the price is not the one any more that was to be approved."""
    if found.data.get("refused"):
        code = str(found.data["refused"])
        outcome = "expired" if code == "price_expired" else "price_superseded"
        raise FlowEnded(outcome, code, error={"code": code})
    return found

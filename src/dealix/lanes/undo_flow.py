"""Takes back what a run left outside when its own workflow ended behind our back."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from dealix.lanes.durable import DurableFlow
    from dealix.lanes.schemas import Ending, FlowEnd, FlowStart


@workflow.defn(name="take_back")
class TakeBack(DurableFlow):
    """The undo of a terminated run: the same registered undos, in the same strict order."""

    @workflow.run
    async def run(self, start: FlowStart) -> FlowEnd:
        """Undo everything that is registered and settle the run."""
        self._start = start
        return await self._shielded(self._close(Ending(outcome="cancelled", reason=start.reason)))

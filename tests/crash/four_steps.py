"""A flow of four steps with an undo each, and an undo that can be broken on purpose."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from dealix.errors import ProviderRefused
    from dealix.lanes.durable import DurableFlow, FlowEnded
    from dealix.lanes.schemas import FlowEnd, FlowStart, StepCall, StepResult
    from dealix.lanes.steps import facts_of, step, undo
    from dealix.records import effects
    from dealix.trust.outbound.service import spec_of
    from dealix.trust.outbound.undoing import undo_own


class FourActivities:
    def __init__(self, database):
        self.database = database
        self.broken = set()
        self.undone = []

    @step("first", method="upsert", undo="back_first")
    def first(self, call: StepCall) -> StepResult:
        return self._do(FourActivities.first, call)

    @step("second", method="upsert", undo="back_second")
    def second(self, call: StepCall) -> StepResult:
        return self._do(FourActivities.second, call)

    @step("third", method="upsert", undo="back_third")
    def third(self, call: StepCall) -> StepResult:
        return self._do(FourActivities.third, call)

    @step("fourth", method="upsert", undo="back_fourth")
    def fourth(self, call: StepCall) -> StepResult:
        return self._do(FourActivities.fourth, call)

    @undo("back_first", method="upsert")
    def back_first(self, call: StepCall) -> StepResult:
        return self._undo(FourActivities.back_first, call)

    @undo("back_second", method="upsert")
    def back_second(self, call: StepCall) -> StepResult:
        return self._undo(FourActivities.back_second, call)

    @undo("back_third", method="upsert")
    def back_third(self, call: StepCall) -> StepResult:
        return self._undo(FourActivities.back_third, call)

    @undo("back_fourth", method="upsert")
    def back_fourth(self, call: StepCall) -> StepResult:
        return self._undo(FourActivities.back_fourth, call)

    def _do(self, method, call):
        with self.database.tenant(call.tenant_id) as session:
            effects.once(session, spec_of(facts_of(method), call, None), dict)
        return StepResult()

    def _undo(self, method, call):
        facts = facts_of(method)

        def work():
            if facts.name in self.broken:
                raise ProviderRefused("provider_refused", provider="test", reason="on purpose")
            self.undone.append(facts.name)

        with self.database.tenant(call.tenant_id) as session:
            return undo_own(session, facts, call, work)


@workflow.defn(name="four_steps")
class FourSteps(DurableFlow):
    @workflow.run
    async def run(self, start: FlowStart) -> FlowEnd:
        return await self.conduct(start)

    async def steps(self) -> str:
        await self.step(FourActivities.first)
        await self.step(FourActivities.second)
        await self.step(FourActivities.third)
        await self.step(FourActivities.fourth)
        raise FlowEnded("rejected", "as planned")

"""A workflow that puts a marked text into every place where the SDK writes a payload."""

from datetime import timedelta

from temporalio import activity, workflow
from temporalio.common import RawValue, RetryPolicy
from temporalio.exceptions import ApplicationError, ChildWorkflowError, FailureError

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel

MARK = "PLANTED"
ONCE = RetryPolicy(maximum_attempts=1)
SHORT = timedelta(seconds=10)


class Order(BaseModel):
    text: str
    fail: str = ""


class Answer(BaseModel):
    text: str


@activity.defn
def echo(order: Order) -> Answer:
    activity.heartbeat(f"{MARK}-heartbeat")
    return Answer(text=f"{MARK}-activity-result")


@activity.defn
def beat_and_hang(order: Order) -> Answer:
    activity.heartbeat(f"{MARK}-last-heartbeat")
    activity.wait_for_cancelled_sync(30)
    return Answer(text="never")


@activity.defn
def explode(order: Order) -> Answer:
    cause = ValueError(f"{MARK}-cause")
    raise ApplicationError(f"{MARK}-failure", f"{MARK}-details", type="Exploded") from cause


@workflow.defn(name="leaky_child")
class LeakyChild:
    @workflow.run
    async def run(self, order: Order) -> Answer:
        if order.fail:
            raise ApplicationError(f"{MARK}-child-failure")
        return Answer(text=f"{MARK}-child-result")


@workflow.defn(name="leaky")
class Leaky:
    def __init__(self) -> None:
        self.told = self.heard = False

    @workflow.run
    async def run(self, order: Order) -> Answer:
        if order.text.endswith("again"):
            return Answer(text=f"{MARK}-result")
        workflow.set_current_details(f"{MARK}-current-details")
        workflow.patched("a-patch")
        await self.activities(order)
        await self.children(order)
        await workflow.sleep(0.01, summary=f"{MARK}-timer-summary")
        workflow.upsert_memo({"more": f"{MARK}-memo-upserted"})
        await workflow.wait_condition(lambda: self.told and self.heard)
        if order.fail:
            raise ApplicationError(f"{MARK}-workflow-failure", f"{MARK}-workflow-details")
        return workflow.continue_as_new(
            Order(text=f"{MARK}-again"), memo={"kept": f"{MARK}-memo-kept"}
        )

    async def activities(self, order: Order) -> None:
        await workflow.execute_activity(
            echo, order, start_to_close_timeout=SHORT, summary=f"{MARK}-activity-summary"
        )
        await workflow.execute_local_activity(echo, order, start_to_close_timeout=SHORT)
        for call in (workflow.execute_activity, workflow.execute_local_activity):
            try:
                await call(explode, order, start_to_close_timeout=SHORT, retry_policy=ONCE)
            except FailureError:
                workflow.logger.debug("expected")
        try:
            await workflow.execute_activity(
                beat_and_hang,
                order,
                start_to_close_timeout=timedelta(seconds=1),
                heartbeat_timeout=timedelta(seconds=1),
                retry_policy=ONCE,
            )
        except FailureError:
            workflow.logger.debug("expected")

    async def children(self, order: Order) -> None:
        for fail in ("", "yes"):
            try:
                await workflow.execute_child_workflow(
                    LeakyChild.run,
                    Order(text=f"{MARK}-child-input", fail=fail),
                    id=f"{workflow.info().workflow_id}-child{fail}",
                    memo={"child": f"{MARK}-child-memo"},
                    static_summary=f"{MARK}-child-summary",
                )
            except ChildWorkflowError:
                workflow.logger.debug("expected")

    @workflow.signal
    def hear(self, order: Order) -> None:
        self.heard = True

    @workflow.query
    def look(self, order: Order) -> Answer:
        return Answer(text=f"{MARK}-query-result")

    @workflow.update
    def tell(self, order: Order) -> Answer:
        if order.fail == "accepted":
            raise ApplicationError(f"{MARK}-update-failure")
        self.told = True
        return Answer(text=f"{MARK}-update-result")

    @tell.validator
    def check(self, order: Order) -> None:
        if order.fail == "rejected":
            raise ValueError(f"{MARK}-rejection")


@workflow.defn(name="buggy")
class Buggy:
    """Its first workflow task fails by a bug, which the SDK reports to the server."""

    @workflow.run
    async def run(self, order: Order) -> RawValue:
        raise RuntimeError(f"{MARK}-bug")

"""One process that runs our flow and the bare ones side by side and takes the times."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from temporalio import activity
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from dealix.bootstrap import services, thread_pool
from dealix.business.partners.examples import partner_example
from dealix.engines import plan as plans
from dealix.engines.home import Home, read_json
from dealix.flows import FLOWS, steps_of
from dealix.lanes import run_book, starting
from dealix.lanes.codec import data_converter
from dealix.lanes.delivery import Fresh, flow_start
from dealix.lanes.kinds import Beginning
from dealix.lanes.schemas import StepCall
from dealix.lanes.temporal import connect
from dealix.lanes.worker import THREADS, durable_worker
from dealix.proof.bare import STEPS, BareFlow
from dealix.proof.cast import TENANT
from dealix.settings import Settings
from dealix.store.ids import new_id
from dealix.trust.access.rights import permit
from dealix.trust.approvals.service import ApprovalService

GATES = {
    "ask_manager": (("manager_approval",), "draft_term_sheet"),
    "ask_legal": (("term_review", "legal_review"), "send_terms"),
    "write_crm": ((), "ask_executive"),
    "ask_executive": (("executive_approval",), "confirm_registration"),
    "send_envelope": ((), "check_activation_facts"),
}
"""What ends a wait: the step before it, the gates that are decided in it, and the step after it.

Without a gate it is the partner who answers, or signs.
"""
BARE_QUEUE = "bare"
PATIENCE = 300.0


@dataclass
class Race:
    """One flow: milliseconds as a whole, and from each commit to its next step."""

    whole: float
    heard: list[float] = field(default_factory=list)


class Stage:
    """Workers and people of the race."""

    def __init__(self, home: Path) -> None:
        plan = plans.read(Home(home), plans.settings_for(home))
        names = plan.environment("command").items()
        given = {k.removeprefix("DEALIX_").lower(): v for k, v in names if k.startswith("DEALIX_")}
        self.made = services(Settings.model_validate({**given, "home": home}))
        signs: Any = read_json(Home(home).sign_ins_file)
        mine = [one for one in signs if one["tenant"] == TENANT]
        access = self.made.access
        self.people = {one["user_id"]: access.actor_of(one["token"]) for one in mine}
        self.starter = next(a for a in self.people.values() if a.has("partner_manager"))
        self.number = 0
        self.begun: dict[tuple[str, str], float] = {}
        self.opened: dict[tuple[str, str], asyncio.Event] = {}

    def close(self) -> None:
        """Close connections."""
        self.made.close()

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Run a worker of ours and a bare one."""
        made, settings, quiet = self.made, self.made.settings, _quiet()
        engines = await connect(settings, data_converter(made.secrets, settings), quiet)
        self.loop = asyncio.get_running_loop()
        self.bare = await Client.connect(
            str(settings.temporal_address),
            namespace=settings.temporal_namespace,
            data_converter=pydantic_data_converter,
            runtime=quiet,
        )
        steps = [self._timed(step) for step in steps_of(made)]
        passed = SandboxRestrictions.default.with_passthrough_modules("dealix", "pydantic")
        async with AsyncExitStack() as stack:
            queue = settings.temporal_task_queue
            ours = durable_worker(
                engines.runs, queue, flows=FLOWS, steps=steps, threads=thread_pool()
            )
            bare = Worker(
                self.bare,
                task_queue=BARE_QUEUE,
                workflows=[BareFlow],
                activities=[*steps, *empty_steps()],
                activity_executor=thread_pool(),
                max_concurrent_activities=THREADS,
                max_concurrent_local_activities=THREADS,
                workflow_runner=SandboxedWorkflowRunner(restrictions=passed),
            )
            await stack.enter_async_context(ours)
            await stack.enter_async_context(bare)
            yield

    async def together(self, kind: str, count: int) -> float:
        """So many flows of one tenant at once. Answers the milliseconds until all are done."""
        began = time.perf_counter()
        await asyncio.gather(*(self.race(kind) for _ in range(count)))
        return (time.perf_counter() - began) * 1000

    async def race(self, kind: str) -> Race:
        """One flow with its decisions. Time starts when its row is stored."""
        run = await asyncio.to_thread(self._stored)
        began = time.perf_counter()
        start = flow_start(run)
        if kind == "ours":
            await asyncio.to_thread(self.made.courier.start, TENANT, run.id)
            client_handle = None
        else:
            prefix = "empty_" if kind == "empty" else None
            client_handle = await self.bare.start_workflow(
                "bare_flow",
                start.model_copy(update={"reason": prefix}),
                id=f"{run.engine_id}.bare",
                task_queue=BARE_QUEUE,
            )
        race = Race(0.0)
        for before, (gates, following) in GATES.items():
            took = await self._go_on(kind, run.id, before, gates, following, client_handle)
            race.heard += took if gates else []
        if client_handle is not None:
            await client_handle.result()
        else:
            await self._until_begun(run.id, "close_run")
        race.whole = (time.perf_counter() - began) * 1000
        return race

    async def _go_on(
        self,
        kind: str,
        run_id: str,
        before: str,
        gates: tuple[str, ...],
        following: str,
        handle: Any,
    ) -> list[float]:
        """Everybody who must say yes. Answers the time from the last commit to the next step."""
        if kind == "empty":
            began = time.perf_counter()
            await handle.execute_update("decided")
            return [(time.perf_counter() - began) * 1000]
        await self._until_begun(run_id, f"{before}.done")
        committed = 0.0
        for gate in gates:
            committed = await asyncio.to_thread(self._say_yes, run_id, gate, kind == "ours")
        if before == "send_envelope":
            await asyncio.to_thread(self._sign, run_id)
        elif not gates and handle is None:
            await asyncio.to_thread(self._accept, run_id)
        if handle is not None:
            committed = time.perf_counter()
            await handle.execute_update("decided")
        await self._until_begun(run_id, following)
        return [(self.begun[(run_id, following)] - committed) * 1000]

    def _say_yes(self, run_id: str, gate: str, ours: bool) -> float:  # noqa: FBT001
        """Store decisions until the gate closes; ours delivers each at the door."""
        made, committed = self.made, [0.0]

        def after(tenant: str, signal: str, fresh: Fresh | None = None) -> bool:
            committed[0] = time.perf_counter()
            return made.courier.deliver(tenant, signal, fresh) if ours else False

        door = ApprovalService(made.database, made.seating, made.vault, permit, after)
        approval = f"apr_{run_id.removeprefix('run_')}_{gate}_1"
        while (view := door.get(self.starter, approval))["status"] == "open":
            made_by = {d["by"] for d in view["decisions"]}
            people = [p for slot in view["who_may_decide"] for p in slot["people"]]
            person = next(p for p in people if p not in made_by)
            door.decide(self.people[person], approval, "approve", "raced", view["packet_hash"])
        return committed[0]

    def _accept(self, run_id: str) -> None:
        """The partner accepts, as one of ours enters it."""
        self.made.runs.event(self.starter, run_id, "partner_answer", {"answer": "accept"})

    def _sign(self, run_id: str) -> None:
        """All sign, and the provider is asked at once: no scheduler runs in a race."""
        state = self.made.signatures.state(TENANT, run_id)
        if state is None:
            raise LookupError(f"{run_id} has nothing out for signature")
        address = f"{self.made.settings.sandbox_url}/_sandbox/esign/{state.envelope}/sign"
        httpx.post(address, trust_env=False).raise_for_status()
        self.made.signatures.refresh(TENANT, run_id)

    def _stored(self) -> Any:
        """A run's row, not started anywhere yet."""
        number, self.number = self.number, self.number + 1
        kind, given = self.made.kinds["partner_approval"], partner_example(5 * number)
        checked = kind.input_model.model_validate(given)
        start = Beginning(new_id("run"), rehearsal=False)
        with self.made.database.tenant(TENANT) as session:
            asked = starting.Asked(kind, checked, f"bench-{number}", None, start)
            run, _ = starting.store(session, self.starter, asked)
            run_id = run.id
        with self.made.database.tenant(TENANT) as session:
            return run_book.get(session, run_id)

    async def _until_begun(self, run_id: str, name: str) -> None:
        """Wait for a step; raises `TimeoutError`, naming it, where a run stands still."""
        event = self.opened.setdefault((run_id, name), asyncio.Event())
        try:
            async with asyncio.timeout(PATIENCE):
                await event.wait()
        except TimeoutError:
            raise TimeoutError(f"{run_id} did not come to {name} in {PATIENCE:.0f} s") from None

    def _mark(self, run_id: str, name: str) -> None:
        self.begun[(run_id, name)] = time.perf_counter()
        event = self.opened.setdefault((run_id, name), asyncio.Event())
        self.loop.call_soon_threadsafe(event.set)

    def _timed(self, step: Callable[..., Any]) -> Callable[..., Any]:
        """The same activity, which says when it began and when it was done."""
        definition = getattr(step, "__temporal_activity_definition")

        def timed(call: StepCall) -> Any:
            ends = definition.name == "close_run"
            if not ends:
                self._mark(call.run_id, definition.name)
            done = step(call)
            self._mark(call.run_id, definition.name if ends else f"{definition.name}.done")
            return done

        timed.__annotations__ = {"call": StepCall, "return": Any}
        return activity.defn(name=definition.name, no_thread_cancel_exception=True)(timed)


def _quiet() -> Runtime:
    """A runtime of the SDK that says nothing of tasks which are slow because many run at once."""
    errors = TelemetryFilter(core_level="ERROR", other_level="ERROR")
    return Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(filter=errors)))


def empty_steps() -> list[Callable[..., Any]]:
    """For each step of the bare flow an activity that does nothing, though one comes twice."""
    return [_empty(name) for name in sorted({name for name, _ in STEPS})]


def _empty(name: str) -> Callable[..., Any]:
    """An activity that does nothing."""

    @activity.defn(name=f"empty_{name}", no_thread_cancel_exception=True)
    def nothing(_call: StepCall) -> None:
        return None

    return nothing

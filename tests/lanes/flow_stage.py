"""A small flow with every kind of wait, and a worker and services of a test's own that run it."""

import asyncio
import threading
from dataclasses import dataclass, field
from datetime import timedelta

from pydantic import BaseModel, SecretStr
from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from tests.lanes.faults import broken

    from dealix import clock
    from dealix.bootstrap import services, thread_pool
    from dealix.errors import ProviderRefused
    from dealix.lanes import run_book
    from dealix.lanes.bridge import Bridge
    from dealix.lanes.cases import CaseService
    from dealix.lanes.codec import data_converter
    from dealix.lanes.delivery import Courier
    from dealix.lanes.durable import DurableFlow
    from dealix.lanes.kinds import Prepared, WorkflowKind
    from dealix.lanes.run_activities import RunActivities
    from dealix.lanes.runs import RunService
    from dealix.lanes.schemas import FlowEnd, FlowStart, GateOpened, StepCall, StepResult
    from dealix.lanes.steps import ask, facts_of, step, undo
    from dealix.lanes.sweeps import Sweeps
    from dealix.lanes.temporal import connect
    from dealix.lanes.worker import durable_worker
    from dealix.processes.seed import Seed
    from dealix.proof.rig import until
    from dealix.records.schemas import Reply
    from dealix.settings import Settings
    from dealix.trust.access.rights import permit
    from dealix.trust.approvals.activities import ApprovalActivities
    from dealix.trust.approvals.schemas import ApprovalPacket, Opening
    from dealix.trust.approvals.service import ApprovalService
    from dealix.trust.outbound.service import Outbound, OutsideEffect
    from dealix.trust.outbound.undoing import undo_outside

QUEUE, TENANT, GATE = "waits", "rawabi-sa", "manager_approval"


class Nothing(BaseModel):
    """The flow's input says nothing."""


class AnyEffect:
    """A policy that permits everything."""

    def permit(self, *_args):
        return None


@dataclass
class Provider:
    """Does what a test says: by default it works; `answers` are raised first, one a call."""

    answers: list = field(default_factory=list)
    undo_answers: list = field(default_factory=list)
    done: int = 0
    undone: int = 0

    def write(self) -> Reply:
        if self.answers:
            raise self.answers.pop(0)
        self.done += 1
        return Reply(f"ref_{self.done}")

    def take_back(self) -> Reply:
        if self.undo_answers:
            raise self.undo_answers.pop(0)
        self.undone += 1
        return Reply(f"back_{self.undone}")


class WaitActivities:
    """One step outside with its undo, one gate."""

    def __init__(self, database, approvals, provider):
        self.database = database
        self.approvals = approvals
        self.provider = provider
        self.outbound = Outbound(database, AnyEffect())

    @step("write", method="message_id", system="crm", undo="take_back", on_started="ask")
    def write(self, call: StepCall) -> StepResult:
        effect = OutsideEffect("crm.write", call.key, "h", "row", self.provider.write)
        return self.outbound.perform(facts_of(WaitActivities.write), call, effect)

    @undo("take_back", method="upsert", system="crm", on_started="resend")
    def take_back(self, call: StepCall) -> StepResult:
        effect = OutsideEffect("crm.write", call.key, "h", "row", self.provider.take_back)
        return undo_outside(self.outbound, facts_of(WaitActivities.take_back), call, effect)

    @ask("ask", gate=GATE)
    def ask(self, call: StepCall) -> GateOpened:
        packet = ApprovalPacket(asks="Approve?", subject={}, reversibility="reversible", effects=[])
        with self.database.tenant(call.tenant_id) as session:
            run = run_book.get(session, call.run_id)
            opening = Opening(
                run_id=run.id,
                gate=GATE,
                round=call.round,
                kind="partner_approval",
                type="distribution",
                requested_by=run.started_by,
                packet=packet,
                amount="400000",
            )
            made = self.approvals.open(session, opening, run)
            run_book.mark(session, run.id, "waiting", GATE)
            state = self.approvals.state(session, made.id, call.at)
            return GateOpened(approval_id=made.id, packet_hash=made.packet_hash, state=state)


@workflow.defn(name="waits")
class Waits(DurableFlow):
    @workflow.run
    async def run(self, start: FlowStart) -> FlowEnd:
        return await self.conduct(start)

    async def steps(self) -> str:
        await self.step(WaitActivities.write)
        await self.gate(GATE, WaitActivities.ask)
        if broken.is_set():
            raise RuntimeError("this version of the flow is broken")
        return "activated"


class NoWindows:
    def approvals(self, _session, _run_id):
        return []

    def evidence(self, _session, run_ids):
        return {run_id: [] for run_id in run_ids}


class FlowStage:
    """Starts, decides, cancels and settles runs of `waits` on the real engines."""

    def __init__(self, engines, urls, home):
        self.settings = Settings(
            home=home,
            database_url=SecretStr(urls.app),
            temporal_address=engines.temporal_address,
            temporal_namespace=engines.namespace,
            temporal_rehearsal_address=engines.temporal_address,
            temporal_rehearsal_namespace=engines.rehearsal_namespace,
            secrets_file=engines.secrets_file,
        )
        self.made = services(self.settings)
        self.database = self.made.database
        signs = Seed(self.database, self.made.vault, home / "sign_ins.json").plant()
        self.people = {
            one["email"].partition("@")[0]: self.made.access.actor_of(one["token"])
            for one in signs
            if one["tenant"] == TENANT
        }
        self.noura, self.amal = self.people["noura"], self.people["amal"]
        self.provider = Provider()
        self.bridge = Bridge(self.connected, QUEUE)
        self.courier = Courier(self.database, self.bridge)
        self.approvals = ApprovalService(
            self.database, self.made.seating, self.made.vault, permit, self.courier.deliver
        )
        self.steps = WaitActivities(self.database, self.approvals, self.provider)
        self.runs = self.service(self.bridge)
        self.cases = CaseService(self.database, permit, self.courier.deliver)
        self.sweeps = Sweeps(self.database, self.bridge, self.courier)
        self.stop = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.work()), daemon=True)
        self.thread.start()

    def service(self, bridge, lasts=None, **other):
        """A run service over this bridge, whose runs last so long unless they are extended."""
        kind = WorkflowKind(
            key="waits",
            input_model=Nothing,
            prepare=lambda *_: Prepared({}, clock.real_now() + lasts if lasts else None),
            examples=lambda _: {},
            longest=timedelta(days=1),
        )
        courier = other.get("courier") or Courier(self.database, bridge)
        known = frozenset({"waits"})
        index = self.made.vault.blind_index
        kinds = {kind.key: kind}
        return RunService(
            self.database, kinds, known, courier, bridge, permit_all, NoWindows(), index
        )

    async def connected(self):
        return await connect(self.settings, data_converter(self.made.secrets, self.settings))

    async def work(self):
        engines = await self.connected()
        groups = (
            RunActivities(self.database),
            ApprovalActivities(self.database, self.approvals),
            self.steps,
        )
        methods = [getattr(group, name) for group in groups for name in dir(type(group))]
        steps = [m for m in methods if hasattr(m, "__temporal_activity_definition")]
        with thread_pool() as threads:
            real, rehearsals = (
                durable_worker(client, QUEUE, flows=[Waits], steps=steps, threads=threads)
                for client in (engines.runs, engines.client(rehearsal=True))
            )
            async with real, rehearsals:
                await asyncio.to_thread(self.stop.wait)

    def close(self):
        self.stop.set()
        self.thread.join(20)
        self.bridge.close()
        self.made.close()

    # -- what tests do -------------------------------------------------------------------

    def start(self, *answers, undo_answers=(), runs=None) -> str:
        """A new run whose provider answers like this. Answers the run's ID."""
        self.provider.answers, self.provider.undo_answers = [*answers], [*undo_answers]
        self.provider.done = self.provider.undone = 0
        return (runs or self.runs).start(self.noura, "waits", {})[0]["id"]

    def run(self, run):
        with self.database.tenant(TENANT) as session:
            return run_book.get(session, run)

    def at_gate(self, run) -> str:
        """Wait until the run's gate is open. Answers the request's ID."""
        assert until(lambda: self.run(run).waiting_for == GATE, 20)
        return f"apr_{run.removeprefix('run_')}_{GATE}_1"

    def decide(self, approval, word="approve", *, delivered=True, changes=None):
        """Decide as the one who may; `delivered=False` stores it and tells nobody."""
        view = self.approvals.get(self.noura, approval)
        who = view["who_may_decide"][0]["people"][0]
        actor = next(one for one in self.people.values() if one.user_id == who)
        seating, vault = self.made.seating, self.made.vault
        silent = ApprovalService(self.database, seating, vault, permit, lambda *_: False)
        door = self.approvals if delivered else silent
        return door.decide(actor, approval, word, "because", view["packet_hash"], changes)

    def case(self, run, kind):
        """The run's open case of this kind, once there is one."""

        def found():
            cases = self.cases.list(self.amal, "open")
            return next((c for c in cases if (c["run"], c["kind"]) == (run, kind)), None)

        assert until(lambda: found() is not None, 20), f"no case {kind}"
        return found()

    def end(self, run):
        """How the run ended: status and outcome."""
        assert until(lambda: self.run(run).ended_at is not None, 30), self.run(run).status
        ended = self.run(run)
        return ended.status, ended.outcome


def permit_all(_actor, _right):
    return None


def refused():
    return ProviderRefused("provider_refused", provider="crm", reason="on purpose")

"""The same flow on the bare SDK: plain workflows that call the activities of ours by name."""

from datetime import timedelta
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from dealix.lanes.schemas import FlowStart, StepCall

TIMEOUT = timedelta(minutes=2)
STEPS = (
    ("check_registration", False),
    ("identify_partner", True),
    ("score_fit", True),
    ("ask_manager", True),
    ("draft_term_sheet", True),
    ("ask_commercial_owner", True),
    ("ask_legal", True),
    ("send_terms", False),
    ("send_terms_whatsapp", False),
    ("write_crm", False),
    ("ask_executive", True),
    ("confirm_registration", False),
    ("send_envelope", False),
    ("check_activation_facts", True),
    ("confirm_registration", False),
    ("activate_partner", True),
    ("activate_in_crm", False),
    ("notify_activation", False),
    ("record_outcome", True),
    ("assemble_evidence", True),
)
"""Each step, and whether it is a local activity, as in our flow."""
WAITS_AFTER = ("ask_manager", "ask_legal", "write_crm", "ask_executive", "send_envelope")
"""The steps after which somebody is waited for."""


@workflow.defn(name="bare_flow")
class BareFlow:
    """Steps and gates, and nothing else."""

    def __init__(self) -> None:
        self.heard = 0

    @workflow.run
    async def run(self, start: FlowStart) -> str:
        """Call each activity; at a gate wait for the update of a decision."""
        gates = 0
        for number, (name, local) in enumerate(STEPS, start=1):
            await self._call(start, number, name, local=local)
            if name in WAITS_AFTER:
                gates += 1
                await self._until_heard(gates)
        return "done"

    async def _until_heard(self, wanted: int) -> None:
        await workflow.wait_condition(lambda: self.heard >= wanted)

    async def _call(self, start: FlowStart, number: int, name: str, *, local: bool) -> Any:
        call = StepCall(
            tenant_id=start.tenant_id,
            run_id=start.run_id,
            rehearsal=False,
            seq=number,
            key=f"{start.run_id}:{name}",
            at=workflow.now(),
            data={"outcome": "activated"},
        )
        prefix = start.reason or ""
        run = workflow.execute_local_activity if local else workflow.execute_activity
        return await run(f"{prefix}{name}", call, start_to_close_timeout=TIMEOUT)

    @workflow.update
    async def decided(self) -> None:
        """A decision was stored."""
        self.heard += 1

"""How a flow goes on after its signature: in force, asked again, or at its end."""

import asyncio
from typing import Any

import pytest

from dealix.business.signatures.workflows import Signing
from dealix.lanes.flow_core import FlowEnded
from dealix.lanes.schemas import StepResult


class Played(Signing):
    """A flow whose step, event and look answer what the test says."""

    def __init__(self, sent: str, ended: str = "", come: bool = False) -> None:
        super().__init__()
        self.sent, self.ended, self.come = sent, ended, come
        self.asked = 0

    async def step(self, _method: Any, **_data: Any) -> StepResult:
        return StepResult.model_validate({"status": self.sent})

    async def event(self, name: str) -> dict[str, Any]:
        assert name == "signature"
        self.missed = await self.overdue()
        return {"status": self.ended}

    async def look(self, _name: str) -> bool:
        self.asked += 1
        return self.come


def test_signed_by_all_is_in_force() -> None:
    assert asyncio.run(Played("done", "completed").sign()) is True


def test_papers_that_no_approval_covers_are_not_waited_for() -> None:
    flow = Played("changed")
    assert asyncio.run(flow.sign()) is False
    assert flow.asked == 0


@pytest.mark.parametrize(("ended", "outcome"), [("declined", "declined"), ("voided", "cancelled")])
def test_what_a_signatory_or_a_sender_ends_ends_the_flow(ended: str, outcome: str) -> None:
    with pytest.raises(FlowEnded) as end:
        asyncio.run(Played("done", ended).sign())
    assert (end.value.outcome, end.value.reason) == (outcome, "signature")


@pytest.mark.parametrize("come", [True, False])
def test_a_deadline_is_missed_only_when_nobody_has_acted_in_time(come: bool) -> None:
    flow = Played("done", "completed", come)
    asyncio.run(flow.sign())
    assert flow.missed is not come


def test_outside_a_wait_for_signatures_nobody_is_asked_at_a_deadline() -> None:
    flow = Played("done", "completed", come=True)
    assert asyncio.run(flow.overdue()) is True
    assert flow.asked == 0


def test_what_all_have_signed_no_deadline_ends() -> None:
    flow = Played("done", "completed")
    asyncio.run(flow.sign())
    asked = flow.asked
    assert asyncio.run(flow.overdue()) is False
    assert flow.asked == asked

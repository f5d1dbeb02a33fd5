"""A step's call in the ledger's words, the same for every lane."""

from datetime import datetime

from dealix import clock
from dealix.lanes.schemas import StepCall
from dealix.lanes.steps import StepFacts
from dealix.records.schemas import EffectSpec


def spec_of(
    facts: StepFacts, call: StepCall, kind: str = "record", payload_hash: str | None = None
) -> EffectSpec:
    """The ledger's words for a step's call; `at` is the run's clock at this attempt."""
    return EffectSpec(
        run_id=call.run_id,
        seq=call.seq,
        step=facts.name,
        key=call.key,
        system=facts.system,
        kind=kind,
        method=facts.method,
        on_started=facts.on_started,
        at=now_of(call),
        chain=chain_of(call),
        final=facts.final,
        payload_hash=payload_hash,
        undo_action=facts.undo,
        undo_system=facts.system if facts.undo else None,
        undoes=call.key.removeprefix("undo:") if facts.is_undo else None,
    )


def chain_of(call: StepCall) -> str:
    """The audit chain of a run: a rehearsal has one of its own."""
    return f"rehearsal:{call.run_id}" if call.rehearsal else "main"


def now_of(call: StepCall) -> datetime:
    """The run's time at this attempt."""
    return clock.now() if clock.is_run_time() else call.at

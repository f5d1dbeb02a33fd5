"""A row as programs see it: the fields of the inventory's API, and no others."""

from dealix.catalog.model import Facts, Row, Step
from dealix.catalog.rules import Verdict, judge_declared, judge_here
from dealix.catalog.systems import ALL
from dealix.catalog.words import World, iso
from dealix.settings import Settings


def as_public(row: Row, settings: Settings) -> dict[str, object]:
    """The row with its verdicts in the world of these settings.

    While a row is not built, its lane, engine, steps, systems, pauses and `verdict_built` are
    those of its plan. A ruling is shown where the row breaks a rule that it covers.
    """
    world = World.of(settings, ALL)
    here = judge_here(row, world)
    facts = row.here
    return {
        "key": row.key,
        "name": row.name,
        "name_ar": row.name_ar,
        "declared": str(row.declared.lane),
        "lane": str(facts.lane),
        "engine": str(facts.engine),
        "budget": iso(facts.duration.longest),
        "steps": [_step(step) for step in facts.steps],
        "systems": list(facts.systems),
        "pauses": _pauses(facts),
        "priority": row.priority,
        "phase": row.phase,
        "built": row.built,
        "verdict_declared": judge_declared(row, world).as_public(),
        "verdict_built": here.as_public(),
        "ruling": _ruling(row, here),
    }


def _pauses(facts: Facts) -> list[str]:
    return list(facts.pauses or ())


def _step(step: Step) -> dict[str, object]:
    return {
        "key": step.key,
        "name": step.name,
        "name_ar": step.name_ar,
        "kind": str(step.kind),
        "systems": list(step.calls),
        "idempotency": str(step.method) if step.method else None,
        "undo": str(step.undo) if step.undo else None,
        "undo_by": step.undo_by,
    }


def _ruling(row: Row, verdict: Verdict) -> dict[str, object] | None:
    if row.ruling is None or not verdict.rules & set(row.ruling.rules):
        return None
    return row.ruling.as_public()

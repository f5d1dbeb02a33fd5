"""`docs/adoption-roadmap.md`: the phases with their state, the prerequisites with their proof."""

from collections.abc import Sequence

from dealix.catalog.markdown import page, table
from dealix.catalog.model import Row
from dealix.catalog.roadmap import ORDER, PHASES, PREREQUISITES, Phase, Prerequisite
from dealix.catalog.rules import judge_declared
from dealix.catalog.words import World


def roadmap_page(rows: Sequence[Row]) -> str:
    """The whole document."""
    return page(
        "# Adoption of Temporal: roadmap",
        "The state of a phase is counted from the catalogue; a prerequisite is met when its "
        "command exits 0 on the installation in question, and not because a list says so.",
        "## Phases\n\n"
        + table(
            ("phase", "timeline", "scope", "workflows", "state"),
            (_phase(phase, rows) for phase in PHASES),
        ),
        "## Prerequisites\n\n"
        + table(
            ("prerequisite", "asked for before", "command that proves it", "what it shows"),
            (_prerequisite(each) for each in PREREQUISITES),
        ),
        "## Where the inventory contradicts itself\n\n" + _contradictions(rows),
    )


def _phase(phase: Phase, rows: Sequence[Row]) -> tuple[str, ...]:
    own = [row for row in rows if phase.key in row.declared.phases]
    names = ", ".join(f"{row.name} ({'built' if row.built else 'planned'})" for row in own)
    return (phase.name, phase.timeline, phase.scope, names, _state(own))


def _state(own: Sequence[Row]) -> str:
    built = [row for row in own if row.built]
    partial = [row for row in built if row.note]
    if not built:
        return "not begun"
    text = f"{len(built)} of {len(own)} built"
    return f"{text}, {len(partial)} of them thin" if partial else text


def _prerequisite(each: Prerequisite) -> tuple[str, ...]:
    return (each.name, _name(each.before), f"`{each.command}`", each.proves)


def _name(key: str) -> str:
    return PHASES[ORDER[key] - 1].name


def _contradictions(rows: Sequence[Row]) -> str:
    rules = ("prerequisite_needs_own_phase", "phase_disagrees")
    lines = (
        (row.name, violation.reason)
        for row in rows
        for violation in judge_declared(row, World()).violations
        if violation.rule in rules
    )
    moved = (
        f"“{each.name}” is asked for before {_name(each.before)} here, since {_name('spike')} "
        "itself makes what it needs."
        for each in PREREQUISITES
        if each.before != each.before_declared and "spike_evidence" in each.needs
    )
    return table(("workflow", "reason"), lines) + "\n\n" + " ".join(moved)

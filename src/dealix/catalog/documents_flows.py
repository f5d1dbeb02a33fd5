"""`docs/workflows/*.md`: a page for each durable flow, with its steps, pauses, deadlines, undo."""

from collections.abc import Sequence
from itertools import pairwise

from dealix.catalog.markdown import bullets, page, table
from dealix.catalog.model import Row, Step
from dealix.catalog.systems import SYSTEMS
from dealix.catalog.words import Lane, StepKind, Undo, iso

_SHAPES = {
    StepKind.ACT: ('["', '"]'),
    StepKind.GATE: ('{{"', '"}}'),
    StepKind.EVENT: ('(["', '"])'),
    StepKind.TIMER: ('(["', '"])'),
}
_PAUSES = {
    StepKind.GATE: "people of ours decide",
    StepKind.EVENT: "an answer from outside",
    StepKind.TIMER: "time",
}


def flow_pages(rows: Sequence[Row]) -> dict[str, str]:
    """The page of every workflow that runs durable here, by its key."""
    return {row.key: _page(row) for row in rows if row.here.lane is Lane.DURABLE}


def _page(row: Row) -> str:
    state = "Built." if row.built else "**Planned: nothing of this flow runs yet.**"
    return page(
        f"# {row.name}",
        f"{row.name_ar} · key `{row.key}` · capability `{row.capability}`",
        f"{state} {row.note}".strip(),
        _drawing(row),
        "## Steps\n\n" + _steps(row),
        "## Pauses\n\n" + _pauses(row),
        "## Deadline\n\n" + _deadline(row),
        "## Undo\n\n" + _undo(row),
        "## Where it differs from the inventory\n\n" + _against_declared(row),
    )


def _drawing(row: Row) -> str:
    steps = row.here.steps
    lines = ["flowchart TD"]
    for step in steps:
        before, after = _SHAPES[step.kind]
        lines.append(f"    {step.key}{before}{step.name}{after}")
    lines += [f"    {one.key} --> {two.key}" for one, two in pairwise(steps)]
    undoable = [step for step in steps if step.undo is Undo.UNDOABLE]
    for step in undoable:
        lines.append(f'    {step.undo_by}["{step.undo_by}"]')
        lines.append(f"    {step.key} -. undo .-> {step.undo_by}")
    return "```mermaid\n" + "\n".join(lines) + "\n```"


def _steps(row: Row) -> str:
    head = ("#", "step", "name", "Arabic", "system", "made once by", "undo")
    lines = (
        (
            str(number),
            f"`{step.key}`",
            step.name,
            step.name_ar,
            ", ".join(SYSTEMS[key].name for key in step.calls) or "ours",
            f"`{step.method}`" if step.method else "undeclared",
            _undo_of(step),
        )
        for number, step in enumerate(row.here.steps, start=1)
    )
    return table(head, lines)


def _undo_of(step: Step) -> str:
    if step.undo is Undo.UNDOABLE:
        return f"`{step.undo_by}`"
    return str(step.undo) if step.undo else "undeclared"


def _pauses(row: Row) -> str:
    waiting = row.here.waiting()
    if not waiting:
        return "It never waits."
    return table(
        ("pause", "waits for"),
        ((f"`{step.key}`: {step.name}", _PAUSES[step.kind]) for step in waiting),
    )


def _deadline(row: Row) -> str:
    longest = row.here.duration.longest
    return bullets(
        (
            f"{iso(longest)} from its start, in calendar days ({row.here.duration.text}).",
            f"A warning at 75 % ({iso(longest * 0.75)}).",
            "A person may extend it, by name.",
            "At the deadline the flow ends as expired and takes back what it may.",
        )
    )


def _undo(row: Row) -> str:
    undoable = [step for step in reversed(row.here.steps) if step.undo is Undo.UNDOABLE]
    final = [step for step in row.here.steps if step.undo is Undo.FINAL]
    order = "\n".join(
        f"{number}. `{step.undo_by}` takes back `{step.key}`{_where(step)}."
        for number, step in enumerate(undoable, start=1)
    )
    stays = [f"`{step.key}` stays for good: {step.name}." for step in final]
    return "\n\n".join(
        block
        for block in (
            "In strict reverse, each only where its step may have happened:" if order else "",
            order or "Nothing is taken back.",
            bullets(stays),
        )
        if block
    )


def _where(step: Step) -> str:
    names = ", ".join(SYSTEMS[key].name for key in step.calls)
    return f" at {names}" if names else " in our own records"


def _against_declared(row: Row) -> str:
    declared = row.declared
    missing = [step.name for step in declared.steps if not step.becomes]
    lines = []
    if declared.lane is not row.here.lane:
        lines.append(f"Declared {declared.lane} on {declared.engine}; the rules ask for durable.")
    if not declared.steps:
        lines.append("The inventory declares no steps; those above are the plan.")
    lines += [f"“{name}” is declared and has no step here yet." for name in missing]
    systems = [SYSTEMS[key].name for key in declared.systems if key not in row.here.systems]
    if systems:
        lines.append(f"Declared systems that it does not reach yet: {', '.join(systems)}.")
    return bullets(lines or ["Every declared step has its steps here."])

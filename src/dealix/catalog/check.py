"""What is wrong with the catalogue: rules broken without a ruling, stale rulings, other code."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from dealix.catalog.model import Row, Step
from dealix.catalog.rules import judge_here
from dealix.catalog.source import CodeFlow, CodeStep, Reading
from dealix.catalog.systems import ALL
from dealix.catalog.words import StepKind, World


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, with the row that it is about (none for code of no row)."""

    workflow: str | None
    text: str

    def __str__(self) -> str:
        return f"{self.workflow}: {self.text}" if self.workflow else self.text

    def as_public(self) -> dict[str, str | None]:
        """The finding as the command prints it for programs."""
        return {"workflow": self.workflow, "finding": self.text}


def findings(rows: Sequence[Row], reading: Reading, today: date) -> list[Finding]:
    """Everything that makes the catalogue untrue, in the order of its rows."""
    found = [each for row in rows for each in _of_row(row, reading, today)]
    built = {row.key for row in rows if row.built}
    for key, flow in reading.flows.items():
        if key not in built:
            found.append(
                Finding(key, f"is written in {_short(flow)} and not built in the catalogue")
            )
    return [*found, *(Finding(None, text) for text in reading.findings)]


def _of_row(row: Row, reading: Reading, today: date) -> Iterator[Finding]:
    yield from _rulings(row, today)
    if not row.built:
        return
    flow = reading.flows.get(row.key)
    if flow is None:
        yield Finding(row.key, "is built in the catalogue and no lane file holds it")
    else:
        yield from (Finding(row.key, text) for text in differences(row, flow))


def _rulings(row: Row, today: date) -> Iterator[Finding]:
    """Rulings are asked for in the strictest world, so no setting can bring a new violation."""
    verdict = judge_here(row, World.everything_outside(ALL))
    covered = frozenset(row.ruling.rules if row.ruling else ())
    for violation in verdict.violations:
        if violation.rule not in covered:
            yield Finding(row.key, f"breaks {violation.rule} without a ruling: {violation.reason}")
    for rule in sorted(covered - verdict.rules):
        yield Finding(row.key, f"has a ruling on {rule}, which it does not break")
    if row.ruling and row.ruling.review < today:
        yield Finding(row.key, f"has a ruling that was due for review on {row.ruling.review}")


def differences(row: Row, flow: CodeFlow) -> Iterator[str]:
    """Where the catalogue and the code say different things about a flow."""
    if row.here.lane is not flow.lane:
        yield f"is {row.here.lane} in the catalogue and {flow.lane} in {_short(flow)}"
    ours = {step.key: step for step in row.here.steps}
    theirs = {step.key: step for step in flow.steps}
    yield from (f"has the step {key} in the catalogue only" for key in ours if key not in theirs)
    yield from (f"has the step {key} in the code only" for key in theirs if key not in ours)
    shared = [key for key in ours if key in theirs]
    if shared != [key for key in theirs if key in ours]:
        yield f"has its steps in the order {_list(ours)}, and the code {_list(theirs)}"
    for key in shared:
        yield from _step_differences(ours[key], theirs[key])
    called = (one for step in flow.steps for one in (step.system or "").split())
    yield from _sets("systems", row.here.systems, called)
    pauses = (step.key for step in flow.steps if step.kind is not StepKind.ACT)
    yield from _sets("pauses", row.here.pauses or (), pauses)


def _step_differences(ours: Step, theirs: CodeStep) -> Iterator[str]:
    pairs = {
        "kind": (ours.kind, theirs.kind),
        "idempotency method": (ours.method, theirs.method),
        "undo": (ours.undo, theirs.undo),
        "undo action": (ours.undo_by, theirs.undo_by),
        "system": (" ".join(ours.calls) or None, theirs.system),
    }
    for what, (mine, yours) in pairs.items():
        if mine != yours:
            values = f"{mine or 'none'} here and {yours or 'none'} in the code"
            yield f"step {ours.key}: {what} is {values}"


def _sets(what: str, ours: Iterable[str], theirs: Iterable[str | None]) -> Iterator[str]:
    mine, yours = set(ours), {each for each in theirs if each}
    if mine != yours:
        yield f"has the {what} {_list(sorted(mine))}, and the code {_list(sorted(yours))}"


def _list(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def _short(flow: CodeFlow) -> str:
    return "/".join(flow.file.split("/")[-2:])

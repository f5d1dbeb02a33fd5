"""`docs/openclaw-mapping.md`: each step given to OpenClaw, what it became, and who does it."""

from collections.abc import Sequence

from dealix.catalog.markdown import page, table
from dealix.catalog.model import Row, Step
from dealix.catalog.rules import ENGINES_OF
from dealix.catalog.systems import SYSTEMS
from dealix.catalog.words import Lane, StepKind, SystemKind

_INTRODUCTION = """# OpenClaw: what the inventory gives it, and what runs it here

The inventory names OpenClaw as engine of the medium class and “OpenClaw durable_flow” as today's
durable path. **`durable_flow` does not exist in the real OpenClaw**: its Task Flow keeps records of
a flow, without timers and without replay. So the durable path is Temporal, and OpenClaw is one of
three executors of a model step, behind the port `StepExecutor`: rules (the default, without a
model), any OpenAI-compatible endpoint, or an OpenClaw gateway, which `dealix openclaw up` runs. A
row says whether its workflow is built; which steps ask a model today, and within which bounds,
stands in [models](models.md). Dealix keeps state, retries, approvals and evidence in every case,
and no tool that changes anything is given to the gateway."""

_BY_KIND = {
    StepKind.GATE: "a person of ours, through the door for decisions",
    StepKind.EVENT: "the outside, through the inbox",
    StepKind.TIMER: "Temporal's timer",
}


def openclaw_page(rows: Sequence[Row]) -> str:
    """The whole document."""
    named = [row for row in rows if _names_openclaw(row)]
    by_class = [row for row in rows if row not in named and row.declared.lane is not Lane.SHORT]
    return page(
        _INTRODUCTION,
        "## Rows that name it themselves",
        *(_row(row) for row in named),
        "## Rows that have it from their class",
        "The class row “medium-lived orchestrated” names OpenClaw + Celery, and “long-lived "
        "durable” names `durable_flow` as current, so their members are mapped too.",
        *(_row(row) for row in by_class),
    )


def _names_openclaw(row: Row) -> bool:
    declared = f"{row.declared.engine} {row.current}".lower()
    return "openclaw" in declared or "durable_flow" in declared


def _row(row: Row) -> str:
    named = (
        row.current if row.current and row.declared.lane is Lane.DURABLE else row.declared.engine
    )
    state = "built" if row.built else "planned"
    if not row.declared.steps:
        lines = [("not declared", *_mapped(row, step)) for step in row.here.steps]
    else:
        lines = [line for step in row.declared.steps for line in _lines(row, step)]
    engines = " or ".join(ENGINES_OF[row.here.lane])
    return (
        f"### {row.name} (`{row.key}`)\n\n"
        f"Inventory: {named}. Here: {row.here.lane}, {row.here.engine} (class: {engines}), {state}."
        f"{f' {row.note}' if row.note else ''}"
        f"\n\n{table(('step of the inventory', 'here', 'executor'), lines)}"
    )


def _lines(row: Row, declared: Step) -> list[tuple[str, str, str]]:
    here = {step.key: step for step in row.here.steps}
    if not declared.becomes:
        return [(declared.name, "not built yet", "none yet")]
    return [(declared.name, *_mapped(row, here[key])) for key in declared.becomes]


def _mapped(row: Row, step: Step) -> tuple[str, str]:
    place = {Lane.DURABLE: "activity", Lane.MEDIUM: "pipeline step", Lane.SHORT: "task"}
    kind = place[row.here.lane] if step.kind is StepKind.ACT else str(step.kind)
    return f"{kind} `{step.key}`", _executor(step)


def _executor(step: Step) -> str:
    if step.kind is not StepKind.ACT:
        return _BY_KIND[step.kind]
    kinds = {SYSTEMS[key].kind for key in step.calls}
    if kinds & {SystemKind.MODEL, SystemKind.MODEL_PROVIDER}:
        return "`StepExecutor`: rules, an OpenAI-compatible endpoint, or an OpenClaw gateway"
    if step.calls:
        return f"our connector to {', '.join(SYSTEMS[key].name for key in step.calls)}"
    return "our own code and database"

"""`docs/workflow-inventory.md`: every row as declared, as judged, as it runs here, as ruled."""

from collections.abc import Iterable, Sequence

from dealix.catalog.markdown import bullets, page, table
from dealix.catalog.model import Row
from dealix.catalog.rules import REASONS, Verdict, judge_declared, judge_here
from dealix.catalog.systems import ALL, SYSTEMS
from dealix.catalog.words import Lane, World, is_external, iso

DEFAULT = World()
STRICTEST = World.everything_outside(ALL)

_INTRODUCTION = """# Workflow inventory

Every workflow is a row of `src/dealix/catalog/`. A row keeps what the inventory **declares**, what
**runs here** (what is planned, while it is not built), the **verdict** of the inventory's own rules
on both, and a **ruling** where a row stays although the letter forbids it. `dealix inventory check`
compares all of it with the code."""

_CLASSES = (
    ("Short-lived local", "under 30 s, a single service, no external I/O", "Sync / Celery task"),
    (
        "Medium-lived orchestrated",
        "30 s to hours of computing, several steps, internal services",
        "Celery chain (OpenClaw as one executor of its model steps)",
    ),
    (
        "Long-lived durable",
        "hours of waiting to months, external systems, pause and resume, compensation",
        "Temporal",
    ),
)

_WORDS = (
    (
        "**External system**: run by someone else and reached over the network. A model provider, "
        "a registry and S3 are; our PostgreSQL is not. A model in our own process is one as soon "
        "as a setting sends its questions to an outside address."
    ),
    "**Service**: what answers over the network; our application with its database is the first.",
    "**Commitment**: an effect that an outsider sees.",
    "**Compensation**: taking back an effect outside our own stores.",
    "**Waiting or computing**: hours of waiting are durable, hours of computing are medium.",
    "**30 to 60 seconds** are medium; a day or more spans days; a month counts 31 days.",
)

_METHODS = (
    ("`upsert`", "a write to a database", "one row for each key, ours or the provider's"),
    ("`idempotency_header`", "a call to an outside API", "the provider keeps the key of the call"),
    ("`message_id`", "a message", "outbound governance knows each message ID once"),
    ("`request_id`", "a request for approval or a filing", "one request for each ID"),
    ("`content_hash`", "a file or document", "the same content is the same file"),
)

_UNDO = """## How a flow takes back

1. The undo of a step is registered, with its key, before the step runs.
2. A bad end (rejected, expired, cancelled, failed) runs them in strict reverse order, shielded from
   further cancels; what happened to nothing is taken back by doing nothing.
3. Each is logged with its reason and marked.
4. One that fails is tried again, then becomes a case (try again, done by hand, or waived by a
   second person), and the others go on.
5. The run is compensated when everything is undone or waived; until then it needs attention."""


def inventory_page(rows: Sequence[Row], begun: Sequence[Row] = ()) -> str:
    """The whole document."""
    return page(
        _INTRODUCTION,
        _totals(rows),
        "## Classes\n\n" + table(("class", "criteria", "engine"), _CLASSES),
        "## Words\n\n" + bullets(_WORDS),
        "## Rules\n\n"
        + table(("rule", "what it says"), ((f"`{k}`", v) for k, v in REASONS.items())),
        *(_class(lane, rows) for lane in Lane),
        _beside(begun),
        "## Rulings\n\n" + _rulings(rows),
        "## Idempotency\n\n" + table(("method", "of", "how it is made once"), _METHODS),
        _UNDO,
        "## Systems\n\n" + _systems(),
    )


def _totals(rows: Sequence[Row]) -> str:
    built = [row.name for row in rows if row.built]
    moved = [row.name for row in rows if row.declared.lane is not row.here.lane]
    return bullets(
        (
            f"{len(rows)} workflows; built: {len(built)} ({', '.join(built)}).",
            f"Run in another class than declared: {', '.join(moved)}.",
        )
    )


def _class(lane: Lane, rows: Sequence[Row]) -> str:
    own = [row for row in rows if row.declared.lane is lane]
    head = (
        "workflow", "key", "engine declared", "duration", "steps declared", "external I/O",
        "class by the letter", "runs here", "built",
    )  # fmt: skip
    lines = (
        (
            f"{row.name}{' ★' if row.priority else ''}",
            f"`{row.key}`",
            str(row.declared.engine),
            row.declared.duration.text,
            " → ".join(step.name for step in row.declared.steps) or "none",
            row.external_io or "none declared",
            str(judge_declared(row, DEFAULT).lane),
            f"{row.here.lane}, {row.here.engine}, within {iso(row.here.duration.longest)}",
            "yes" if row.built else "planned",
        )
        for row in own
    )
    details = "\n\n".join(_detail(row) for row in own)
    return f"## Declared {lane}\n\n{table(head, lines)}\n\n{details}"


def _beside(begun: Sequence[Row]) -> str:
    """The flows that no row names, each with its page."""
    lines = (
        (
            row.name,
            f"[{row.key}](workflows/{row.key}.md)",
            f"{row.here.lane}, {row.here.engine}, within {iso(row.here.duration.longest)}",
            row.note,
        )
        for row in begun
    )
    return "## Begun by workflows of the inventory\n\n" + table(
        ("flow", "key", "runs here", "how it begins"), lines
    )


def _detail(row: Row) -> str:
    declared, here = judge_declared(row, DEFAULT), judge_here(row, DEFAULT)
    strict = judge_here(row, STRICTEST)
    lines = [f"Declared: {text}" for text in _reasons(declared)]
    lines += [f"Here: {text}" for text in _reasons(here)]
    known = set(here.violations)
    conditional = (each for each in strict.violations if each not in known)
    lines += [
        f"Here, once an outside endpoint is configured: {each.reason}" for each in conditional
    ]
    if row.declared.pauses is not None:
        lines.insert(0, f"Current: {row.current}. Target: {row.target}. {_phase(row)}")
        lines.insert(1, f"Pause points declared: {_listed(row.declared.pauses)}.")
        lines.insert(
            2, f"Compensation declared: {_listed(b.name for b in row.declared.takebacks)}."
        )
    if row.note:
        lines.append(row.note)
    if row.here.lane is Lane.DURABLE:
        lines.append(f"Its page: [{row.key}](workflows/{row.key}.md).")
    return f"### {row.name}\n\n{row.name_ar}\n\n{bullets(lines or ['No rule is broken.'])}"


def _reasons(verdict: Verdict) -> list[str]:
    return [f"`{each.rule}`: {each.reason}" for each in verdict.violations]


def _phase(row: Row) -> str:
    return f"Phase: {', '.join(row.declared.phases)}."


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def _rulings(rows: Sequence[Row]) -> str:
    head = ("workflow", "rules", "reason", "owner", "review")
    lines = (
        (
            row.name,
            ", ".join(f"`{rule}`" for rule in row.ruling.rules),
            row.ruling.reason,
            row.ruling.owner,
            row.ruling.review.isoformat(),
        )
        for row in rows
        if row.ruling
    )
    return table(head, lines)


def _systems() -> str:
    head = ("system", "key", "kind", "run by", "external")
    lines = (
        (
            system.name,
            f"`{system.key}`",
            str(system.kind),
            str(system.owner),
            "yes"
            if is_external(system, DEFAULT)
            else f"once `DEALIX_{system.outside_when.upper()}` leads outside"
            if system.outside_when
            else "no",
        )
        for system in SYSTEMS.values()
    )
    return table(head, lines)

"""The road to Temporal: four phases, six prerequisites, and what each needs and produces."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A phase of the roadmap with what exists when it is over."""

    key: str
    name: str
    timeline: str
    scope: str
    produces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prerequisite:
    """Something to be seen first: what it needs, and the command that proves it.

    `before_declared` is the phase that may not begin without it as the inventory is written (the
    list stands before the whole adoption), `before` the phase for which it is asked for here.
    """

    name: str
    needs: tuple[str, ...]
    before_declared: str
    before: str
    command: str
    proves: str


PHASES: tuple[Phase, ...] = (
    Phase(
        key="spike",
        name="Spike",
        timeline="Sprint 2",
        scope="ADR and a prototype with the partner approval flow",
        produces=("prototype", "spike_evidence", "adr_proposed"),
    ),
    Phase(
        key="pilot",
        name="Pilot",
        timeline="Sprint 3-4",
        scope="Partner approval and due diligence orchestration on Temporal",
        produces=("pilot_flows",),
    ),
    Phase(
        key="production",
        name="Production",
        timeline="Sprint 5-6",
        scope="Signature flow, and evidence for the remaining workflows",
        produces=("evidence_for_all",),
    ),
    Phase(
        key="expansion",
        name="Expansion",
        timeline="Post-90d",
        scope="M&A offer, expansion launch, PMI",
    ),
)

PREREQUISITES: tuple[Prerequisite, ...] = (
    Prerequisite(
        name="Temporal server deployed (self-hosted or cloud)",
        needs=("server",),
        before_declared="spike",
        before="spike",
        command="dealix doctor",
        proves="its line on Temporal reaches the server at the configured address",
    ),
    Prerequisite(
        name="Worker infrastructure provisioned",
        needs=("workers",),
        before_declared="spike",
        before="spike",
        command="dealix doctor",
        proves="its line on the stack counts the processes and names a worker that is down",
    ),
    Prerequisite(
        name="Existing OpenClaw flows mapped to Temporal activities",
        needs=("mapping",),
        before_declared="spike",
        before="pilot",
        command="dealix inventory docs --check",
        proves="`docs/openclaw-mapping.md` says what the catalogue says, step by step",
    ),
    Prerequisite(
        name="Monitoring/observability wired to Temporal dashboard",
        needs=("monitoring",),
        before_declared="spike",
        before="pilot",
        command="dealix doctor",
        proves=(
            "its line on metrics asks every process of the stack, Temporal and its SDK in each "
            "worker for their counters, and names what does not answer"
        ),
    ),
    Prerequisite(
        name="Compensation logic documented for each workflow",
        needs=("compensation_documents",),
        before_declared="spike",
        before="pilot",
        command="dealix inventory docs --check",
        proves=(
            "each page under `docs/workflows/` says what the catalogue says, undo by undo; that "
            "the code says the same is what `dealix inventory check` finds"
        ),
    ),
    Prerequisite(
        name="ADR approved with evidence from spike",
        needs=("adr_proposed", "spike_evidence"),
        before_declared="spike",
        before="pilot",
        command="dealix adr check 0001",
        proves=(
            "a person has approved the record (`dealix adr approve`), and its evidence is still "
            "the file whose hash it names; `make proof` makes that evidence anew"
        ),
    ),
)

ORDER: dict[str, int] = {phase.key: number for number, phase in enumerate(PHASES, start=1)}


def produced_not_before(fact: str) -> str | None:
    """The phase that produces a fact, or None when no phase of the roadmap does."""
    return next((phase.key for phase in PHASES if fact in phase.produces), None)

"""The texts of the catalogue of workflows that have no Arabic of their own beside them."""

from collections.abc import Iterator

from dealix import catalog
from dealix.catalog.roadmap import PHASES, PREREQUISITES
from dealix.catalog.rules import REASONS


def texts_of_catalogue() -> Iterator[str]:
    """Reasons, rulings with their owners, phases, prerequisites, and names inside reasons."""
    yield from REASONS.values()
    yield from (phase.name for phase in PHASES)
    yield from (each.name for each in PREREQUISITES)
    for row in (*catalog.rows(), *catalog.flows_begun()):
        if row.ruling is not None:
            yield row.ruling.reason
            yield row.ruling.owner
        for facts in (row.declared, row.here):
            yield from (back.name for back in facts.takebacks if back.outside)
            yield from (
                step.name
                for step in facts.steps
                if not step.name_ar and (step.waits or step.outsider_sees)
            )

"""What a run is called on every page: its workflow and the end of its id."""

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from dealix import catalog
from dealix.console.visit import Visit


def titles(visit: Visit) -> Callable[[Mapping[str, Any]], Markup]:
    """A function that names a run for this visitor."""
    names = {row.key: visit.speech.name(row) for row in catalog.rows()}

    def title(run: Mapping[str, Any]) -> Markup:
        name = names.get(run["workflow"], visit.speech.word(run["workflow"]))
        return Markup("{} {}").format(name, visit.speech.ident(str(run["id"])[-6:]))

    return title

"""What a run is called on every page: its workflow, whom it is about, and the end of its id."""

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from dealix import catalog
from dealix.console.visit import Visit


def titles(visit: Visit) -> Callable[[Mapping[str, Any]], Markup]:
    """A function that names a run for this visitor."""
    names = {row.key: visit.speech.name(row) for row in (*catalog.rows(), *catalog.flows_begun())}

    def title(run: Mapping[str, Any]) -> Markup:
        name = names.get(run["workflow"], visit.speech.word(run["workflow"]))
        short = visit.speech.ident(str(run["id"])[-6:])
        about = subject_of(visit, run)
        return (
            Markup("{}: {} {}").format(name, about, short)
            if about
            else (Markup("{} {}").format(name, short))
        )

    return title


def links(visit: Visit) -> Callable[[Mapping[str, Any]], Markup]:
    """A function that names the run of a case or a request: whom it is about, else its id."""

    def link(thing: Mapping[str, Any]) -> Markup:
        short = visit.speech.ident(str(thing["run"])[-6:])
        about = subject_of(visit, thing)
        return Markup("{} {}").format(about, short) if about else short

    return link


def subject_of(visit: Visit, thing: Mapping[str, Any]) -> Markup | None:
    """The name of the organisation that a run, a case or a request is about."""
    subject = thing.get("subject")
    return visit.speech.name(subject) if subject else None

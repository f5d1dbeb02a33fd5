"""The people of the company by their id, read once a page."""

from collections.abc import Callable

from markupsafe import Markup

from dealix.console.visit import Visit
from dealix.i18n import N_, name_of

ERASED = N_("erased person")


def people(visit: Visit) -> Callable[[str | None], Markup]:
    """A function that says who an id is; ids of nobody we know stay ids."""

    def person(user_id: str | None) -> Markup:
        if user_id == "system":
            return visit.speech.word("system")
        entry = visit.colleague(user_id) if user_id else None
        if entry is None:
            return visit.speech.ident(user_id)
        name = name_of(entry, visit.speech.locale)
        return visit.speech.apart(name) if name else visit.speech.say(ERASED)

    return person

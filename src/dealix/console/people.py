"""The people of the company by their id, read once a page, and whom to choose from."""

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from dealix.console.visit import Visit
from dealix.i18n import N_, name_of
from dealix.trust.access.service import MOST

ERASED = N_("erased person")


@dataclass(frozen=True)
class Choice:
    """Whom a form lets people choose: (id, name), or of a very large company (email, name).

    `find` makes an id of what was written where not everybody can be listed, `written` the reverse.
    """

    options: list[tuple[str, str]]
    find: Callable[[str], str] | None = None
    written: Callable[[str], str] = str


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


def choice(visit: Visit, but: str = "") -> Choice:
    """The people who may come in, without one of them."""
    name = people(visit)
    found = [
        (one, str(name(one["id"]).striptags()))
        for one in list(visit.directory.values())
        if one["active"] and one["id"] != but
    ]
    if len(visit.directory) < MOST:
        return Choice([(one["id"], label) for one, label in found])
    listed = [(one["email"], label) for one, label in found if one["email"]]
    return Choice(listed, lambda written: _found(visit, written), lambda one: _email(visit, one))


def _found(visit: Visit, written: str) -> str:
    """The id of who is meant; what names nobody stays as it is, for its own refusal."""
    user_id: str | None = visit.services.access.find(visit.who, written) if written else None
    return user_id or written


def _email(visit: Visit, user_id: str) -> str:
    one = visit.colleague(user_id) if user_id else None
    return str(one["email"] or user_id) if one else user_id

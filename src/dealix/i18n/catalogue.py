"""Loads the message catalogues from their `.po` files and looks messages up by their English.

The `.po` file that translators edit is the one that runs: there is no compiled twin to go stale.
Babel is imported at the first look-up only, so that code which merely marks its texts stays light.
"""

from collections.abc import Mapping
from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

LOCALES = ("ar", "en")
DEFAULT_LOCALE = "ar"
DOMAIN = "dealix"
LOCALE_FOLDER = Path(__file__).parent / "locale"

_FIRST_STRONG_ISOLATE = "\u2068"
_POP_ISOLATE = "\u2069"


def N_(msgid: str) -> str:  # noqa: N802 (gettext's own name for "translate this later")
    """Mark a text for translation where it is defined; it is translated where it is shown."""
    return msgid


def catalogue_file(locale: str) -> Path:
    """The `.po` file of a locale; English has none, since the message ids are its texts."""
    return LOCALE_FOLDER / locale / "LC_MESSAGES" / f"{DOMAIN}.po"


@cache
def translations(locale: str) -> NullTranslations:
    """The translations of a locale, read once; unknown locales speak English."""
    file = catalogue_file(locale)
    if locale not in LOCALES or not file.exists():
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.support import Translations

    with file.open("rb") as source:
        catalogue = read_po(source, locale=locale, domain=DOMAIN)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(fp=compiled, domain=DOMAIN)


def translate(locale: str, msgid: str, /, **params: object) -> str:
    """The text of `msgid` in `locale`, its `{name}` places filled; a missing value shows as `…`.

    Values are set apart by Unicode isolates in Arabic, so that an id or an English name inside a
    right-to-left sentence does not pull its neighbours to the wrong side.
    """
    text = translations(locale).gettext(msgid) if msgid else ""
    return _fill(locale, text, params)


def ntranslate(locale: str, singular: str, plural: str, count: int, /, **params: object) -> str:
    """The text for `count` things, by the plural rules of the language (Arabic has six forms)."""
    text = translations(locale).ngettext(singular, plural, count)
    return _fill(locale, text, {"count": count, **params})


def isolate(text: str) -> str:
    """`text` between Unicode isolates: its direction is its own and leaks to neither side."""
    return f"{_FIRST_STRONG_ISOLATE}{text}{_POP_ISOLATE}"


def negotiate(accept_language: str | None, default: str = DEFAULT_LOCALE) -> str:
    """The best of our locales for an `Accept-Language` header, by its weights."""
    best, best_weight = default, 0.0
    for part in (accept_language or "").split(","):
        tag, _, rest = part.strip().partition(";")
        language = tag.strip().lower().split("-")[0]
        weight = _weight(rest)
        if language in LOCALES and weight > best_weight:
            best, best_weight = language, weight
    return best


def name_of(thing: Any, locale: str) -> str:
    """The name of something that carries `name` and `name_ar`, as attributes or as keys."""
    fields = ("name_ar", "name") if locale == "ar" else ("name", "name_ar")
    for field in fields:
        value = thing.get(field) if isinstance(thing, Mapping) else getattr(thing, field, None)
        if value:
            return str(value)
    return ""


def _weight(rest: str) -> float:
    name, _, value = rest.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


class _Values(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"


def _fill(locale: str, text: str, params: Mapping[str, object]) -> str:
    if not params and "{" not in text:
        return text
    shown = {
        name: isolate(str(value))
        if locale == "ar" and not isinstance(value, int | float)
        else value
        for name, value in params.items()
    }
    return text.format_map(_Values(shown))

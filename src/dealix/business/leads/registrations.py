"""Registration numbers side by side: a Saudi company has two kinds, which never contradict."""

import re
from collections.abc import Iterable

_NO_SIGN = re.compile(r"[^A-Z0-9]+")


def kind_of(country: str, number: str) -> str:
    """Which kind of number it is: a Saudi one that begins with 7 is the unified national number."""
    return "unified" if country == "SA" and number.startswith("7") else "register"


def agree(country: str, ours: Iterable[str], theirs: Iterable[str]) -> bool | None:
    """Whether two companies of a country have a number in common, by all that is known of each.

    False where both have a number of the same kind and none is the same; None where that cannot be
    told, since one has none or theirs are of another kind.
    """
    one, other = _plain(ours), _plain(theirs)
    if one & other:
        return True
    kinds = {kind_of(country, each) for each in one} & {kind_of(country, each) for each in other}
    return False if kinds else None


def _plain(numbers: Iterable[str]) -> set[str]:
    return {_NO_SIGN.sub("", each.upper()) for each in numbers} - {""}

"""Which texts may be stored and shown: none that mislead their reader or break their store."""

import unicodedata

LINE_BREAKS = frozenset("\n\r\t")
OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that make a reader see another order than the one that is stored."""


def fit(text: str) -> bool:
    """Whether a text may be stored and shown: line breaks may, other control characters may not."""
    return not any(map(_misleads, text))


def legible(text: str) -> str:
    """What a stranger wrote, without the characters for which a text of ours is refused."""
    return "".join(char for char in text if not _misleads(char))


def _misleads(char: str) -> bool:
    if char in OVERRIDES:
        return True
    return unicodedata.category(char) in {"Cc", "Cs"} and char not in LINE_BREAKS

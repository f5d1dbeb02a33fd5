"""Which texts may be stored and shown: none that mislead their reader or break their store."""

import unicodedata

LINE_BREAKS = frozenset("\n\r\t")
OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that make a reader see another order than the one that is stored."""


def fit(text: str) -> bool:
    """Whether a text may be stored and shown: line breaks may, other control characters may not."""
    return not any(
        char in OVERRIDES
        or (unicodedata.category(char) in {"Cc", "Cs"} and char not in LINE_BREAKS)
        for char in text
    )

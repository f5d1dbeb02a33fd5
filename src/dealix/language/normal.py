"""Takes from a text what makes two spellings of one word differ, and what nobody sees."""

import re
import unicodedata

LONGEST = 20_000
"""Characters of a text that are looked at; what follows them is not read by any rule or model."""

_FOLDED = {
    **dict.fromkeys("أإآٱ", "ا"),
    **dict.fromkeys("ىیےې", "ي"),
    **dict.fromkeys("ةۃ", "ه"),
    **dict.fromkeys("ہھە", "ه"),
    "ک": "ك",
    "ـ": "",
    "’": "'",
    "‘": "'",
    "`": "'",
    "ʼ": "'",
}
_SPACES = frozenset("\n\r\t\v\f\x1c\x1d\x1e\x1f\x85")
_DROPPED = frozenset({"Mn", "Me", "Cf", "Cc", "Cs", "Co", "Cn"})


class _Letters(dict[int, str]):
    """What each character becomes, found out once."""

    def __init__(self, *, dashes: bool) -> None:
        super().__init__()
        self._dashes = dashes

    def __missing__(self, code: int) -> str:
        """See `plain`."""
        self[code] = becomes = self._becomes(chr(code))
        return becomes

    def _becomes(self, char: str) -> str:
        if char in _FOLDED:
            return _FOLDED[char]
        if char in _SPACES:
            return "\n" if char in "\n\r\x85" else " "
        category = unicodedata.category(char)
        if category in _DROPPED or (category == "Pd" and not self._dashes):
            return ""
        if category == "Nd":
            return str(unicodedata.digit(char))
        return " " if category.startswith("Z") else char


_TABLE = _Letters(dashes=False)
_WITH_DASHES = _Letters(dashes=True)

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+|@\w+")
_NO_WORD = re.compile(r"[^a-z\u00df-\u024f\u0621-\u06d3']+")
_NO_LATIN = re.compile(r"[^a-z0-9\u00df-\u024f']+")
_REPEATED = re.compile(r"(.)\1{2,}")


def plain(text: str, *, dashes: bool = False) -> str:
    """A text in one spelling: case, diacritics, tatweel, alef, ya, ta marbuta, digits, widths.

    Control, bidi and zero-width characters, NUL and lone surrogates go; line ends stay. Dashes go
    too (`un-subscribe`), unless they are asked for. No more than `LONGEST` characters are read.
    """
    head = text[:LONGEST]
    if head.isascii():
        return head.lower().translate(_WITH_DASHES if dashes else _TABLE)
    open_ = unicodedata.normalize("NFKD", head).casefold()
    return unicodedata.normalize("NFC", open_.translate(_WITH_DASHES if dashes else _TABLE))


def words_only(text: str, most: int) -> str:
    """The first `most` characters of a text as words with one space between them, for n-grams.

    Addresses and digits go, and a letter stands at most twice in a row.
    """
    spelled = plain(text[: 2 * most], dashes=True)
    bare = _NO_WORD.sub(" ", _ADDRESS.sub(" ", spelled))
    return _REPEATED.sub(r"\1\1", bare).strip()[:most]


def latin_words(text: str, most: int) -> str:
    """The same for Latin letters, digits included: they are letters where Arabic is typed so."""
    spelled = plain(text[: 2 * most], dashes=True)
    bare = _NO_LATIN.sub(" ", _ADDRESS.sub(" ", spelled))
    return _REPEATED.sub(r"\1\1", bare).strip()[:most]

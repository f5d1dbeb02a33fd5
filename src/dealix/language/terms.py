"""Words as a search compares them: in one spelling, without what both languages hang on to them."""

import re

from dealix.language.normal import plain

_WORD = re.compile(r"[^\W_][\w\u0610-\u061a\u0640\u064b-\u065f\u0670\u200c\u200d]*")
_ARABIC = re.compile(r"[\u0621-\u064a]+")
_BEFORE = ("وال", "بال", "كال", "فال", "ولل", "لل", "ال")
_BEHIND = ("هما", "كما", "ها", "هم", "كم", "نا", "ات", "ان", "ون", "ين", "تي", "يه", "ه", "ي", "ت")
_LEAST = 3
"""Letters that stay of a word, whatever is taken off."""

_MOST = 64
"""Letters of a word that are compared; a longer one is no word, and no index takes it."""

EMPTY = frozenset(
    (
        *("في", "من", "علي", "الي", "عن", "مع", "ما", "ماذا", "هل", "كم", "كيف", "متي", "اين"),
        *("هو", "هي", "هذا", "هذه", "ذلك", "تلك", "التي", "الذي", "الذين", "ان", "او", "ثم", "لا"),
        *("كل", "كان", "يكون", "تكون", "قد", "اذا", "عند", "بعد", "قبل", "بين", "اي", "ايش", "وش"),
        *("وين", "ليش", "شنو", "لي", "لنا", "انا", "نحن", "لم", "لن", "ليس", "غير", "حتي", "منذ"),
        *("the", "a", "an", "of", "to", "in", "on", "at", "for", "by", "with", "from", "is", "are"),
        *("be", "was", "were", "and", "or", "not", "it", "its", "this", "that", "these", "do"),
        *("does", "did", "how", "what", "when", "where", "who", "which", "why", "can", "may"),
        *("must", "i", "we", "you", "our", "my", "your", "as", "if", "any", "much", "many"),
        *("will", "should", "has", "have", "there", "their", "they"),
    )
)
"""Words that say nothing about what is looked for, as `plain` spells them."""


def term(word: str) -> str:
    """A word as it is compared: article, plural and possessive endings taken off, lightly."""
    spelled = plain(word)[:_MOST]
    if _ARABIC.fullmatch(spelled):
        return _light(spelled)
    if spelled.endswith("ies") and len(spelled) > 4:
        return f"{spelled[:-3]}y"
    if spelled.endswith("s") and not spelled.endswith(("ss", "us", "is")) and len(spelled) > _LEAST:
        return spelled[:-1]
    return spelled


def terms(text: str) -> list[str]:
    """Every word of a text as it is compared, in order."""
    return [found for _, _, found in _placed(text)]


def telling(text: str, most: int) -> list[str]:
    """The words of a question that say what it is about, each once; all where none does."""
    words = [plain(found[0]) for found in _WORD.finditer(text)]
    kept = [word for word in words if word not in EMPTY] or words
    return list(dict.fromkeys(filter(None, map(term, kept))))[:most]


def places(text: str, wanted: frozenset[str]) -> list[tuple[int, int]]:
    """Where the words of a text stand that are compared alike: from one character to another."""
    return [(begin, end) for begin, end, found in _placed(text) if found in wanted]


def has_words(text: str) -> bool:
    """Whether there is a letter or a digit in a text at all."""
    return _WORD.search(text) is not None


def _placed(text: str) -> list[tuple[int, int, str]]:
    found = ((one.start(), one.end(), term(one[0])) for one in _WORD.finditer(text))
    return [each for each in found if each[2]]


def _light(word: str) -> str:
    if word.startswith("و") and len(word) > _LEAST + 2 and not word.startswith("وال"):
        word = word[1:]
    begin = next((one for one in _BEFORE if word.startswith(one)), "")
    if len(word) - len(begin) >= _LEAST:
        word = word[len(begin) :]
    end = next((one for one in _BEHIND if word.endswith(one)), "")
    return word[: -len(end)] if end and len(word) - len(end) >= _LEAST else word

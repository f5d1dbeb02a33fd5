"""Spells a message for the intent model: words, with negation and signs made plain."""

import re

from dealix.language.normal import plain, words_only

READ = 600
_NEGATIONS = frozenset(
    plain(word)
    for word in (
        *("لا", "ما", "مو", "مب", "مهب", "موب", "ماهو", "مش", "غير", "ليس", "ليست", "لسنا", "لست"),
        *("لم", "لن", "ماني", "منيب", "ماحد", "محد", "بدون", "عدم", "ولا", "ماعاد", "موش", "ماشي"),
        *("not", "no", "don't", "dont", "doesn't", "doesnt", "didn't", "won't", "wont", "can't"),
        *(
            "cant",
            "cannot",
            "never",
            "isn't",
            "isnt",
            "aren't",
            "wouldn't",
            "without",
            "nor",
            "mesh",
        ),
    )
)
_JOINED = re.compile(
    r"^(?:ما|م)(?=(?:نبي|نبغ|ابي|ابغ|نحتاج|احتاج|نريد|اريد|بدنا|بدي|قدرت|اقدر|يشتغل|يفتح|يهم|لنا))"
)
_SIGNS = (
    (re.compile(r"[?؟]"), "qqask"),
    (
        re.compile(r"[$€£﷼💰]|\b(?:sar|aed|usd|kwd|riyal|ريال|درهم|دولار)\b", re.IGNORECASE),
        "qqmoney",
    ),
    (re.compile(r"%|٪"), "qqpercent"),
    (re.compile(r"\b\d{1,2}[:.]\d\d\b|\b\d{1,2} ?(?:am|pm)\b|الساعه \d"), "qqclock"),
    (re.compile(r"[👍✅🙏🤝👌]"), "qqyes"),
    (re.compile(r"[😡🤬👎🛑]"), "qqangry"),
)


def spelled(text: str) -> str:
    """The words of a message; what is negated appears once more, marked, and so do signs."""
    words = words_only(text, READ).split()
    marked: list[str] = []
    reach = 0
    for word in words:
        if word in _NEGATIONS:
            reach = 2
        elif reach:
            marked.append(f"not'{word}")
            reach -= 1
        if _JOINED.match(word):
            marked.append(f"not'{_JOINED.sub('', word)}")
    head = plain(text[: 2 * READ], dashes=True)
    signs = [name for sign, name in _SIGNS if sign.search(head)]
    return " ".join([*words, *marked, *signs])

"""The line that tells an outsider how to stop our messages, and the words by which they do it."""

import re
import unicodedata

STOP_WORDS = ("إيقاف", "ايقاف", "الغاء", "إلغاء", "stop", "unsubscribe")

COURTESY = (
    *("please", "pls", "thanks", "thank", "you", "me", "us", "all", "your", "my", "the", "from"),
    *("messages", "message", "emails", "email", "mails", "mail", "sending", "now", "list"),
    *("من", "فضلك", "فضلكم", "رجاء", "الرجاء", "ارجو", "نرجو", "لو", "سمحت", "سمحتم", "شكرا"),
    *("الاشتراك", "اشتراكي", "الرسائل", "رسائلكم", "ارسال", "الارسال", "المراسلة", "الان"),
)
"""Words that may stand beside a stop word without changing what is meant."""

_LINES = {
    "ar": "لإيقاف رسائلنا أجب بكلمة: إيقاف",
    "en": "To stop our messages, answer with the word: STOP",
}
_ALEFS = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ـ": None})
_QUOTE = re.compile(r"^\s*(?:>|-{3,}|_{5,}|On .*wrote:\s*$|From: |من: |.*كتب.*:\s*$)")


def opt_out_line(locale: str) -> str:
    """The line under a first message."""
    return _LINES["ar" if locale == "ar" else "en"]


def carries_opt_out_line(text: str) -> bool:
    """Whether a message says how to stop it, in either language."""
    return any(line in text for line in _LINES.values())


def is_stop(*texts: str) -> bool:
    """Whether the person asks to stop: a line of their own that says nothing but a stop word.

    Case, diacritics, forms of alef, full-width letters and punctuation make no difference. What
    they quote of ours does not count, and neither does a sentence that means something else, such
    as "let us not stop here" or "we propose to cancel clause 3": a person reads those.
    """
    return any(_stops(line) for text in texts for line in _own_lines(text))


def normal(text: str) -> str:
    """A text without what makes spellings of one word differ."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text)).casefold()
    letters = "".join(c for c in plain if unicodedata.category(c) not in {"Mn", "Cf", "Pd"})
    return unicodedata.normalize("NFC", letters).translate(_ALEFS)


def _own_lines(text: str) -> list[str]:
    """The lines above the first quoted one."""
    own: list[str] = []
    for line in text.splitlines():
        if _QUOTE.match(line):
            break
        own.append(line)
    return own


def _stops(line: str) -> bool:
    words = set(re.findall(r"[^\W\d_]+", normal(line)))
    return bool(words & _STOPS) and words <= _STOPS | _FILLERS


_STOPS = frozenset(map(normal, STOP_WORDS))
_FILLERS = frozenset(map(normal, COURTESY))

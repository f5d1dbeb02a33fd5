"""Hears by rule that somebody wants no more messages: the one place for stop words.

Two ways: a line that says nothing but a stop word, in any case or spelling; or a sentence in which
somebody tells us to send no more, to take them off a list, or that they take their consent back. A
sentence that only holds such a word ("we cannot stop now", "let us cancel clause 3") is none.
"""

import re

from dealix.language.normal import LONGEST, plain
from dealix.language.own_words import own_lines
from dealix.language.stop_phrases import (
    CONTACT,
    ELSEWHERE,
    ENOUGH,
    INSTEAD,
    MOVED,
    OTHERWISE,
    PHRASES,
    SHORT,
    WEARY,
)

STOP_WORDS = (
    *("إيقاف", "ايقاف", "الغاء", "إلغاء", "توقف", "توقفوا", "أوقف", "أوقفوا", "وقف", "وقفوا", "قف"),
    *("stop", "unsubscribe", "unsub", "remove", "end", "quit", "optout", "stopall"),
)

COURTESY = (
    *("please", "pls", "plz", "kindly", "thanks", "thank", "you", "me", "us", "all", "your", "my"),
    *("messages", "message", "emails", "email", "mails", "mail", "sending", "now", "list", "the"),
    *("from", "it", "this", "ok", "hi", "hello", "sir", "dear", "spam", "sms", "these"),
    *("من", "فضلك", "فضلكم", "رجاء", "الرجاء", "ارجو", "ارجوكم", "نرجو", "يرجى", "لو", "سمحت"),
    *("سمحتم", "سمحتوا", "شكرا", "الاشتراك", "اشتراكي", "الرسائل", "رسائلكم", "ارسال", "الارسال"),
    *("المراسلة", "الان", "الحين", "خلاص", "رسايلكم", "الرسايل", "تكفون", "بليز", "فورا", "طلب"),
    *("السلام", "عليكم", "عفوا", "يا", "اخي", "هذه"),
)
"""Words that may stand beside a stop word without changing what is meant."""

_WORD = re.compile(r"[^\W\d_]+")
_REPEATED = re.compile(r"(.)\1{1,}")
_APART = re.compile(r"(?<!\w)\w(?:[\s._*\-]+\w(?!\w)){2,}")
_CLAUSES = re.compile(
    r"[\n.!?؟،,;؛:()\[\]\"«»|/]+|\s+(?:and|but|و)\s+(?=لا |ما |don't|do not|stop )"
)
_TOLD = 12_000
"""Characters of a message in which sentences are looked for: beyond, only its first lines count."""


def asks_to_stop(*texts: str) -> str | None:
    """The name of the rule by which the person asks for no more messages, or None.

    What they quote of ours does not count. Texts are those of one message, such as its subject
    and its body; what stands beyond `normal.LONGEST` characters is not read.
    """
    for text in texts:
        for line in own_lines(text[:LONGEST]):
            if _says_only_stop(line):
                return "stop_word"
    for text in texts:
        told = "\n".join(own_lines(text[:_TOLD]))
        rule = _sentence(plain(told, dashes=True))
        if rule is not None:
            return rule
    return None


def _says_only_stop(line: str) -> bool:
    """Whether a line holds a stop word and otherwise only what courtesy adds."""
    if len(line) > 300:
        return False
    words = {_squeezed(word) for word in _WORD.findall(_together(plain(line)))}
    return any(_is_stop(word) for word in words) and all(
        word in _FILLERS or _is_stop(word) for word in words
    )


def _is_stop(word: str) -> bool:
    """A stop word; of a long one, a letter may be missing, doubled or wrong."""
    if word in _STOPS:
        return True
    return any(_one_letter_apart(word, long) for long in _LONG_STOPS)


def _together(line: str) -> str:
    """Letters that stand apart (`S T O P`) put together; what stands together stays so."""
    return _APART.sub(lambda found: re.sub(r"[\s._*\-]+", "", found.group()), line)


def _squeezed(word: str) -> str:
    return _REPEATED.sub(r"\1", word)


def _one_letter_apart(word: str, wanted: str) -> bool:
    if abs(len(word) - len(wanted)) > 1 or word[:2] != wanted[:2]:
        return False
    at = next((n for n, (a, b) in enumerate(zip(word, wanted, strict=False)) if a != b), -1)
    if at < 0:
        return True
    rest = (word[at + 1 :], wanted[at + 1 :])
    return rest[0] == rest[1] or word[at:] == rest[1] or rest[0] == wanted[at:]


def _sentence(told: str) -> str | None:
    """The rule of the first clause that tells us to send no more."""
    told = re.sub(r"[ \t]+", " ", _together(told))
    if OTHERWISE.search(told):
        return None
    for clause in _CLAUSES.split(told):
        for name, phrase in PHRASES.items():
            if clause and phrase.search(clause.strip()):
                return name
    return "enough" if _is_enough(told) else _weary(told)


def _is_enough(told: str) -> bool:
    """Whether a short message says *enough* of *messages*, and nothing of anybody else's."""
    if not 1 < len(told.split()) <= SHORT:
        return False
    said = MOVED.search(told) or (ENOUGH.search(told) and CONTACT.search(told))
    return bool(said) and not ELSEWHERE.search(told)


def _weary(told: str) -> str | None:
    """The rule of the first sentence that wants no more of us, with no other wish in its line."""
    for line in told.split("\n"):
        if INSTEAD.search(line):
            continue
        for clause in _CLAUSES.split(line):
            for name, phrase in WEARY.items():
                if clause and phrase.search(clause.strip()):
                    return name
    return None


_STOPS = frozenset(_squeezed(plain(word)) for word in STOP_WORDS)
_FILLERS = frozenset(_squeezed(plain(word)) for word in COURTESY)
_LONG_STOPS = tuple(sorted(word for word in _STOPS if len(word) >= 9))

"""Writes Arabic that was typed in Latin letters in Arabic letters again, roughly."""

import re

_PAIRS = {
    "sh": "ش", "ch": "ش", "kh": "خ", "gh": "غ", "th": "ث", "dh": "ذ", "ou": "و", "oo": "و",
    "ee": "ي", "aa": "ا", "ei": "ي", "ai": "ي", "3'": "غ", "7'": "خ", "6'": "ظ", "9'": "ض",
}  # fmt: skip
_LETTERS = {
    "2": "ا", "3": "ع", "4": "غ", "5": "خ", "6": "ط", "7": "ح", "8": "ق", "9": "ق",
    "a": "ا", "b": "ب", "c": "ك", "d": "د", "e": "", "f": "ف", "g": "ق", "h": "ه", "i": "ي",
    "j": "ج", "k": "ك", "l": "ل", "m": "م", "n": "ن", "o": "و", "p": "ب", "q": "ق", "r": "ر",
    "s": "س", "t": "ت", "u": "و", "v": "ف", "w": "و", "x": "كس", "y": "ي", "z": "ز", "'": "",
}  # fmt: skip
_ARTICLE = re.compile(r"\b(?:el|al|il)[ -]?(?=\w{2,})")
_PART = re.compile("|".join(re.escape(part) for part in (*_PAIRS, *_LETTERS)))
_ALL = _PAIRS | _LETTERS


def in_arabic_letters(text: str) -> str:
    """A spelled Latin text (see `normal.plain`) in Arabic letters, as it may have been meant."""
    joined = _ARTICLE.sub("ال", text)
    return _PART.sub(lambda found: _ALL[found.group()], joined)

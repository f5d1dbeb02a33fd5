"""Takes personal data out of what leaves for a model, and puts it back into what returns.

Each personal value becomes a placeholder such as `[NAME_1]`; which is which stays in this process.
Names are found again in free text however they are written there: with or without vowels and
hamzas, with a prefix such as و or ل, in any case, with or without accents and hyphens. What no
field of the facts names is not found: somebody else's name in a free text, or a name that stands
there in the other script only.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from dealix.lanes.step_executor import Facts, Personal, kinds_of

Pattern = re.Pattern[str]

REPEATED = re.compile(r"(\[NAME_\d{1,4}\])(?:\s+\1)+")
PLACEHOLDER = re.compile(r"\[(NAME|EMAIL|PHONE|OTHER|NUMBER)_(\d{1,4})\]")
_PART = r"[^\s@<>\"'(),;:\[\]]"
EMAIL = re.compile(rf"{_PART}{{1,64}}@{_PART}{{1,253}}")
IBAN = re.compile(r"(?<![^\W_])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{3,4}){3,8}(?![^\W_])")
DIGITS = re.compile(r"[+(]?(?<!\d)\d(?:[\s().\-\u2010-\u2015\u2212/]{0,3}\d){7,}")
PLAIN_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,6})?")
"""Eight digits or more, of any script, as phones, identities and accounts are written."""

DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}")
MARK = r"[\u0640\u064b-\u0652\u0656-\u065f\u0670]"
MARKS = r"[\u0640\u064b-\u065f\u0670\u0300-\u036f]*"
SAME = {
    **dict.fromkeys("اأإآٱ", "[اأإآٱ]"),
    **dict.fromkeys("ىيئ", "[ىيئ]"),
    **dict.fromkeys("ةه", "[ةه]"),
    **dict.fromkeys("ؤو", "[ؤو]"),
}
APART = r"[\s\-_.'’`\u0640\u064b-\u065f\u0670\u0300-\u036f]*"
"""What may stand between two words of a name; where it does, `MARKS` does not stand beside it."""

BETWEEN = re.compile(r"[\s\-_.'’`]+")
LONGEST_NAME = 200
PREFIX = f"(?:(?:[وفبلك]{MARKS}){{0,2}}(?:ا{MARKS}ل{MARKS})?|ل{MARKS}ل{MARKS})"
LATIN_PREFIX = r"(?:[ae]l[\s\-]?)?"
LINKS = frozenset({"بن", "بنت", "ابن", "ال", "ابو", "أبو", "ام", "أم", "عبد", "آل"})
LATIN_LINKS = frozenset({"bin", "bint", "ibn", "al", "el", "abu", "umm", "abd", "van", "von", "de"})
SHORTEST_PART = 3
ARABIC = re.compile(r"[\u0600-\u06ff]")


@dataclass
class Mask:
    """The placeholders of one question; they mean nothing anywhere else."""

    _values: dict[str, str] = field(default_factory=dict)
    _known: dict[tuple[str, str], str] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)
    _names: list[tuple[Pattern, str]] = field(default_factory=list)

    def facts(self, given: Facts) -> dict[str, Any]:
        """The facts as they may leave."""
        for kind, value in _personal(given):
            if kind is Personal.NAME:
                self._learn(value)
        masked = self._model(given)
        if not isinstance(masked, dict):
            raise TypeError("facts are an object")
        return masked

    def text(self, given: str) -> str:
        """A text without names that are known, addresses, phones and other long numbers."""
        text = PLACEHOLDER.sub(r"(\1 \2)", clean(given))
        text = EMAIL.sub(lambda found: self._token("EMAIL", found.group()), text)
        text = IBAN.sub(lambda found: self._token("NUMBER", found.group()), text)
        text = DIGITS.sub(self._number, text)
        for pattern, token in self._names:
            text = pattern.sub(token, text)
        return REPEATED.sub(r"\1", text)

    def restored(self, value: Any) -> Any:
        """An answer with the persons back in it; an unknown placeholder stays as it is."""
        if isinstance(value, str):
            return PLACEHOLDER.sub(lambda one: self._values.get(one.group(), one.group()), value)
        if isinstance(value, list):
            return [self.restored(each) for each in value]
        if isinstance(value, dict):
            return {name: self.restored(each) for name, each in value.items()}
        return value

    def _learn(self, name: str) -> None:
        """Know a name by its whole and by each of its telling parts."""
        words = _words(name)
        if not words:
            return
        token = self._token("NAME", name)
        telling = [each for each in words if each.casefold() not in LINKS | LATIN_LINKS]
        wholes = [words, telling] if telling != words else [words]
        parts = [each for each in wholes if len("".join(each)) >= SHORTEST_PART]
        parts += [[each] for each in words if len(each) >= SHORTEST_PART]
        parts += [[each] for each in _inside(words) if len(each) >= SHORTEST_PART]
        known = [
            each for each in parts if len(each) > 1 or each[0].casefold() not in LINKS | LATIN_LINKS
        ]
        self._names += [(_pattern(each), token) for each in known]
        self._names.sort(key=lambda one: -len(one[0].pattern))

    def _model(self, given: BaseModel) -> dict[str, Any]:
        kinds = kinds_of(type(given))
        return {
            name: self._value(getattr(given, name), kinds.get(name))
            for name in type(given).model_fields
        }

    def _value(self, value: Any, kind: Personal | None) -> Any:
        if isinstance(value, BaseModel):
            return self._model(value)
        if isinstance(value, Mapping):
            return {self.text(str(name)): self._value(each, kind) for name, each in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._value(each, kind) for each in value]
        return None if value is None else self._single(value, kind)

    def _single(self, value: Any, kind: Personal | None) -> Any:
        if kind is not None and kind is not Personal.TEXT:
            return self._token(kind.name, str(value))
        if not isinstance(value, str):
            return to_jsonable_python(value)
        whole_number = kind is None and PLAIN_NUMBER.fullmatch(value)
        return value if whole_number else self.text(value)

    def _number(self, found: re.Match[str]) -> str:
        text = found.group()
        return text if DATE.fullmatch(text) else self._token("PHONE", text)

    def _token(self, kind: str, value: str) -> str:
        """The placeholder of a value; the same value has the same one."""
        tidy = clean(value).strip()
        known = self._known.get((kind, tidy))
        if known is None:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            known = f"[{kind}_{self._counts[kind]}]"
            self._known[(kind, tidy)] = known
            self._values[known] = value
        return known


def clean(text: str) -> str:
    """A text in one form, without what nobody sees: such characters hide an address from us."""
    one = unicodedata.normalize("NFKC", text)
    return "".join(c for c in one if unicodedata.category(c) not in {"Cf", "Cs"} and _fits(c))


def _fits(char: str) -> bool:
    return char in "\n\t" or unicodedata.category(char) != "Cc"


def _personal(given: Any, kind: Personal | None = None) -> list[tuple[Personal, str]]:
    """Every personal value in facts, however deep."""
    if isinstance(given, BaseModel):
        kinds = kinds_of(type(given))
        fields = type(given).model_fields
        return [one for name in fields for one in _personal(getattr(given, name), kinds.get(name))]
    if isinstance(given, Mapping):
        return [one for each in given.values() for one in _personal(each, kind)]
    if isinstance(given, list | tuple | set | frozenset):
        return [one for each in given for one in _personal(each, kind)]
    return [(kind, given)] if kind is not None and isinstance(given, str) else []


def _pattern(words: list[str]) -> Pattern:
    """Finds these words in this order, however their writer spelt, vowelled or joined them."""
    text = APART.join(MARKS.join(map(_letter, word)) for word in words)
    text = text.replace(ABD + MARKS, ABD + APART)
    prefix = PREFIX if ARABIC.search(text) else LATIN_PREFIX
    alone = rf"(?<![^\W\d_\u0640]){prefix}{text}{MARKS}(?![^\W\d_])"
    return re.compile(alone, re.IGNORECASE)


def _words(name: str) -> list[str]:
    """The words of a name without vowels and accents; عبد belongs to the word that follows it."""
    apart = unicodedata.normalize("NFD", clean(name)[:LONGEST_NAME])
    plain = "".join(c for c in apart if not ("\u0300" <= c <= "\u036f" or re.fullmatch(MARK, c)))
    words = [word for word in BETWEEN.split(unicodedata.normalize("NFC", plain)) if word]
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] == "عبد":
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _inside(words: list[str]) -> Iterator[str]:
    """Names inside of words: العتيبي without its article, الرحمن of عبدالرحمن, but never الله."""
    for word in words:
        if word.startswith("ال"):
            yield word.removeprefix("ال")
        if word.startswith("عبد") and word != "عبدالله":
            yield word.removeprefix("عبد")


def _letter(char: str) -> str:
    same = SAME.get(char)
    if same is None and char.isascii() and char.isalpha():
        same = f"[{char}{_accented(char.casefold())}]"
    return same or re.escape(char)


@cache
def _accented(char: str) -> str:
    """The letters that are this one with an accent."""
    every = map(chr, (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)))
    return "".join(
        each for each in every if unicodedata.normalize("NFD", each)[0].casefold() == char
    )


ABD = MARKS.join(map(_letter, "عبد"))

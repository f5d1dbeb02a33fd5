"""Names the dialect of a message, offline and in less than a millisecond."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from dealix.language import table
from dealix.language.marks import marked, saudi_marks
from dealix.language.normal import latin_words, plain, words_only
from dealix.language.scripts import is_not_arabic, script_of
from dealix.language.table import MODELS, Table, softmax

DIALECTS: Final = ("gulf", "egyptian", "levantine", "maghrebi", "iraqi", "msa")
LABELS: Final = ("saudi", *DIALECTS, "arabizi", "other_language", "undetermined")
READ = 600
"""Characters of a message that are read: a dialect shows in its first sentences."""

LATIN_SURE = 0.55
"""Below it, Latin letters are neither certain Arabic nor certainly another language."""

_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Dialect:
    """What was found: a label, how sure, and what the label would be if one had to be given.

    `confidence` is that of `best`, between 0 and 1. `note` is a word that qualifies the label:
    `incl_saudi` for Gulf, where nothing but marker words separates Saudi speech; `markers` where
    such words decided. `method` says by what: `script`, `markers` or `model`.
    """

    label: str
    best: str
    confidence: float
    method: str
    note: str | None = None


class DialectModel:
    """The two tables of dialect detection; safe from any thread."""

    def __init__(self, arabic: Table, latin: Table) -> None:
        self.arabic = arabic
        self.latin = latin
        self.threshold = float(arabic.facts["threshold"])
        self.temperature = float(arabic.facts["temperature"])

    @property
    def version(self) -> str:
        """Both models by name and content."""
        return f"{self.arabic.version}+{self.latin.version}"

    def detect(self, text: str) -> Dialect:
        """The dialect of a text of any length and content."""
        script = script_of(text[: 4 * READ])
        if script == "none":
            return Dialect("undetermined", "undetermined", 0.0, "script")
        if script == "other_script" or (script == "arabic" and is_not_arabic(text[: 4 * READ])):
            return Dialect("other_language", "other_language", 1.0, "script")
        if script == "latin":
            return self._latin(latin_words(text, READ))
        return self._arabic(text, words_only(text, READ))

    def _arabic(self, text: str, spelled: str) -> Dialect:
        scores = self.arabic.scores(spelled) + marked(spelled, self.arabic.labels)
        chances = softmax(scores, self.temperature)
        place = int(chances.argmax())
        best, sure = self.arabic.labels[place], float(chances[place])
        if best == "gulf" and saudi_marks(plain(text[: 2 * READ])):
            return Dialect("saudi", "saudi", sure, "markers", "markers")
        too_short = len(_LETTER.findall(spelled)) < 3
        label = "undetermined" if sure < self.threshold or too_short else best
        return Dialect(label, best, sure, "model", "incl_saudi" if label == "gulf" else None)

    def _latin(self, spelled: str) -> Dialect:
        chances = softmax(self.latin.scores(spelled))
        place = int(chances.argmax())
        best, sure = self.latin.labels[place], float(chances[place])
        too_short = len(_LETTER.findall(spelled)) < 3
        label = "undetermined" if sure < LATIN_SURE or too_short else best
        return Dialect(label, best, sure, "model")


@cache
def dialects() -> DialectModel:
    """The models of this installation, read once."""
    return DialectModel(
        table.read(MODELS / "dialects.npz"),
        table.read(MODELS / "arabizi.npz"),
    )

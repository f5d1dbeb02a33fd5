"""Says what a message wants: by rules first, then by n-grams and an embedding, averaged."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dealix.language import table
from dealix.language.absences import is_automatic, says_absent
from dealix.language.arabizi import in_arabic_letters
from dealix.language.dialects import dialects
from dealix.language.embedding import LONGEST, Embedder, local_embedder
from dealix.language.intent_spelling import READ, spelled
from dealix.language.normal import plain
from dealix.language.scripts import script_of
from dealix.language.stopping import asks_to_stop
from dealix.language.table import MODELS, Scores, Table, softmax

_MARKS = re.compile(
    "[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u0640\u200b-\u200f\u202a-\u202e\u2060-\u2069]"
)
_REPEATED = re.compile(r"([^\w\s]|\w)\1{2,}|(?<=[^\w\s]{3})[^\w\s]")

INTENTS: Final = (
    *("interested", "pricing_question", "product_question", "meeting_request", "objection"),
    *("not_interested", "not_now", "partner_enquiry", "opt_out", "support", "out_of_office"),
    "other",
)
Weights = NDArray[np.float32]


@dataclass(frozen=True)
class Intent:
    """What a message wants and how sure that is, between 0 and 1.

    `best` is the likeliest label where `label` is `other` for want of certainty. `method` says by
    what it was found: `rules`, `model`, or `nothing` where there were no words; `rule` names the
    rule. `embedded` is the embedder's name, None where n-grams were alone.
    """

    label: str
    best: str
    confidence: float
    method: str
    rule: str | None = None
    embedded: str | None = None


@dataclass(frozen=True)
class Head:
    """The part of the model that reads vectors: a standardised linear layer."""

    weights: Weights
    bias: Weights
    mean: Weights
    scale: Weights

    def scores(self, vector: Weights) -> Scores:
        """The score of each label."""
        return np.asarray((vector - self.mean) / self.scale @ self.weights + self.bias)


class IntentModel:
    """Rules, a table of n-grams and, where there is an embedder, a head over its vectors."""

    def __init__(self, grams: Table, head: Head | None, embedder: Embedder | None) -> None:
        usable = embedder is not None and embedder.name == grams.facts["embedder"]
        self._grams = grams
        self._head = head if usable else None
        self._embedder = embedder if usable else None
        self._mix = float(grams.facts["mix"]) if usable else 1.0
        alone = "" if usable else "_alone"
        self.threshold = float(grams.facts[f"threshold{alone}"])
        self.temperature = float(grams.facts[f"temperature{alone}"])
        self.stops_from = float(grams.facts["stops_from"])

    @property
    def version(self) -> str:
        """The model by name and content, and the embedder with it."""
        return f"{self._grams.version}+{self.embedded or 'ngrams_only'}"

    @property
    def embedded(self) -> str | None:
        """The embedder that takes part; None where n-grams are alone."""
        return self._embedder.name if self._embedder is not None else None

    def classify(
        self, text: str, headers: Mapping[str, str] | None = None, subject: str = ""
    ) -> Intent:
        """The intent of a message of any length and content; headers are those of a mail."""
        if headers and is_automatic(headers):
            return Intent("out_of_office", "out_of_office", 1.0, "rules", "automatic_headers")
        rule = asks_to_stop(subject, text)
        if rule is not None:
            return Intent("opt_out", "opt_out", 1.0, "rules", rule)
        if says_absent(text) or says_absent(subject):
            return Intent("out_of_office", "out_of_office", 0.95, "rules", "absence_phrase")
        words = said(text)
        if len(words) < 2:
            return Intent("other", "other", 0.0, "nothing")
        return self._modelled(text, words)

    def chances(self, text: str) -> Scores:
        """The chance of each label by the model alone."""
        return self._chances(text, said(text))

    def _modelled(self, text: str, words: str) -> Intent:
        chances = self._chances(text, words)
        place = int(chances.argmax())
        best, sure = self._grams.labels[place], float(chances[place])
        stop = float(chances[self._grams.labels.index("opt_out")])
        if stop >= self.stops_from:
            return Intent("opt_out", "opt_out", stop, "model", embedded=self.embedded)
        label = best if sure >= self.threshold else "other"
        return Intent(label, best, sure, "model", embedded=self.embedded)

    def _chances(self, text: str, words: str) -> Scores:
        scores = np.log(softmax(self._grams.scores(words)) + 1e-9)
        if self._head is not None and self._embedder is not None:
            vector = self._embedder.query(embeddable(text))
            read = np.log(softmax(self._head.scores(vector)) + 1e-9)
            scores = np.asarray(self._mix * scores + (1 - self._mix) * read, dtype=np.float32)
        return softmax(scores, self.temperature)


def said(text: str) -> str:
    """The message as the table of n-grams reads it; Arabic in Latin letters becomes Arabic."""
    return spelled(_arabic(text))


def embeddable(text: str) -> str:
    """The beginning of a message as it is embedded."""
    seen = _MARKS.sub("", _arabic(text[: 4 * LONGEST]))
    return " ".join(_REPEATED.sub(_twice, seen).split())[:LONGEST]


def _arabic(text: str) -> str:
    head = text[: 2 * READ]
    if script_of(head) == "latin" and dialects().detect(head).label == "arabizi":
        return in_arabic_letters(plain(head, dashes=True))
    return head


@cache
def intents() -> IntentModel:
    """The model of this installation, read once."""
    file = MODELS / "intents.npz"
    return IntentModel(table.read(file), read_head(), local_embedder())


def read_head(folder: Path = MODELS) -> Head:
    """The head over vectors, as training kept it."""
    with np.load(folder / "intents_head.npz", allow_pickle=False) as held:
        parts = {
            name: held[name].astype(np.float32) for name in ("weights", "bias", "mean", "scale")
        }
    return Head(**parts)


def _twice(found: re.Match[str]) -> str:
    return found.group(1) * 2 if found.group(1) else ""

"""Makes sentences of one dialect out of another's, so that words decide and not topics or sources.

Three ways. *Transfer* replaces each word of the table of concepts by the other dialect's word and
bends the verbs (future, progressive, negation). *Bags* set marker words of a dialect between words
that all dialects share. Both are our own knowledge of the dialects, written down.
"""

import json
import random
import re
from collections import Counter
from collections.abc import Sequence

from dealix.language.marks import MARKERS
from dealix.language.normal import words_only
from dealix.language.training.corpus import OWN, Line

FROM = {
    "gulf": ("levantine", "iraqi"),
    "egyptian": ("levantine", "gulf"),
    "levantine": ("egyptian", "gulf"),
    "maghrebi": ("levantine", "egyptian", "gulf"),
    "iraqi": ("gulf", "levantine"),
    "msa": ("gulf", "levantine"),
}
_LONG = 400
BENT: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {
    ("levantine", "egyptian"): (
        (r"\bعم ب?(\w{3,})", r"ب\1"),
        (r"\bرح (\w{3,})", r"ه\1"),
        (r"\bما (ب\w{3,})", r"م\1ش"),
        (r"\bما (\w{2,}ت)\b", r"م\1ش"),
        (r"\bمن(\w{3,})\b", r"بن\1"),
        (r"(\w{2,})كن\b", r"\1كم"),
        (r"\bال(\w+) هاد\b", r"ال\1 ده"),
        (r"\bهال(\w{3,})", r"ال\1 ده"),
    ),
    ("levantine", "gulf"): (
        (r"\bعم ب?(\w{3,})", r"قاعد \1"),
        (r"\bرح ([يتن]\w{2,})", r"ب\1"),
        (r"\bبي(\w{3,})", r"ي\1"),
        (r"\bبت(\w{3,})", r"ت\1"),
        (r"(\w{2,})كن\b", r"\1كم"),
    ),
    ("levantine", "iraqi"): (
        (r"\bعم ب?(\w{3,})", r"دا \1"),
        (r"\bرح ([يتنا]\w{2,})", r"راح \1"),
        (r"\bبي(\w{3,})", r"ي\1"),
        (r"\bبت(\w{3,})", r"ت\1"),
        (r"(\w{2,})كن\b", r"\1كم"),
    ),
    ("levantine", "maghrebi"): (
        (r"\bعم ب?[يا]?(\w{3,})", r"كي\1"),
        (r"\bرح ([يتن]\w{2,})", r"غادي \1"),
        (r"\bما ب?(\w{3,})", r"ما \1ش"),
        (r"\bبي(\w{3,})", r"كي\1"),
        (r"\bمن(\w{3,})\b", r"ن\1و"),
        (r"(\w{2,})كن\b", r"\1كم"),
    ),
    ("egyptian", "maghrebi"): ((r"\bبي(\w{3,})", r"كي\1"), (r"\bه([يتن]\w{2,})", r"غادي \1")),
    ("egyptian", "levantine"): (
        (r"\bه([يتن]\w{2,})", r"رح \1"),
        (r"\bما?(ب\w{2,})ش\b", r"ما \1"),
    ),
    ("gulf", "egyptian"): ((r"\bب([يتن]\w{2,})", r"ه\1"), (r"\bقاعد ([يتن]\w{2,})", r"ب\1")),
    ("gulf", "iraqi"): ((r"\bب([يتن]\w{2,})", r"راح \1"), (r"\bقاعد ([يتن]\w{2,})", r"دا \1")),
    ("gulf", "levantine"): ((r"\bب([يتن]\w{2,})", r"رح \1"), (r"\bقاعد ([يتن]\w{2,})", r"عم \1")),
    ("iraqi", "gulf"): ((r"\bراح ([يتن]\w{2,})", r"ب\1"), (r"\bدا ([يتن]\w{2,})", r"قاعد \1")),
}


class Concepts:
    """The table of concepts, asked from one dialect into another."""

    def __init__(self) -> None:
        told = (OWN / "concepts.txt").read_text(encoding="utf-8").splitlines()
        self._by_dialect: dict[str, dict[str, list[dict[str, list[str]]]]] = {}
        for line in told:
            if ":" in line:
                self._take(_concept(line.split(":", 1)[1]))

    def _take(self, concept: dict[str, list[str]]) -> None:
        for dialect, forms in concept.items():
            for form in forms:
                known = self._by_dialect.setdefault(dialect, {})
                known.setdefault(form, []).append(concept)

    def transfer(
        self, text: str, given: str, wanted: str, chance: random.Random
    ) -> tuple[str, int]:
        """The text in the wanted dialect as far as the table knows, and how much has changed."""
        spelled, bent = words_only(text, _LONG), 0
        for pattern, into in BENT.get((given, wanted), ()):
            spelled, times = re.subn(pattern, into, spelled)
            bent += times
        words, made, changed, at = spelled.split(), [], bent, 0
        known = self._by_dialect[given]
        while at < len(words):
            for span in (2, 1):
                form = " ".join(words[at : at + span])
                if form in known and at + span <= len(words):
                    concept = chance.choice(known[form])
                    chosen = chance.choice(concept[wanted])
                    changed += chosen not in concept[given]
                    made.append(chosen)
                    at += span
                    break
            else:
                made.append(words[at])
                at += 1
        return " ".join(made), changed


def _concept(told: str) -> dict[str, list[str]]:
    parts = (part.strip().split(" ", 1) for part in told.split("|"))
    return {name: [words_only(form, 50) for form in forms.split(",")] for name, forms in parts}


def transfers(
    lines: Sequence[Line], most: int, seed: int, weight: float, targets: Sequence[str]
) -> list[Line]:
    """At most `most` transferred lines for each target dialect, out of lines of its neighbours."""
    chance, concepts = random.Random(seed), Concepts()
    order = list(lines)
    chance.shuffle(order)
    made: list[Line] = []
    for wanted in targets:
        count = 0
        for line in order:
            if line.label not in FROM[wanted]:
                continue
            text, changed = concepts.transfer(line.text, line.label, wanted, chance)
            if changed >= 2 or (changed and len(text.split()) <= 5):
                made.append(Line(text, wanted, "transfer", held_out=False, weight=weight))
                count += 1
            if count == most:
                break
    return made


def bags(lines: Sequence[Line], each: int, seed: int, weight: float) -> list[Line]:
    """For each dialect, `each` bags of its marker words among words that all dialects share."""
    chance = random.Random(seed)
    marks = json.loads((MARKERS).read_text(encoding="utf-8"))
    shared = shared_words(lines, tuple(marks))
    made: list[Line] = []
    for label, told in marks.items():
        own = told.split("|")
        for _ in range(each):
            parts = [chance.choice(own) for _ in range(chance.randint(1, 4))]
            parts += [chance.choice(shared) for _ in range(chance.randint(1, 6))]
            chance.shuffle(parts)
            made.append(Line(" ".join(parts), label, "bags", held_out=False, weight=weight))
    return made


def shared_words(lines: Sequence[Line], labels: Sequence[str]) -> list[str]:
    """Words that at least four dialects use about as often as one another."""
    counts = {label: Counter[str]() for label in labels}
    for line in lines:
        if line.label in counts:
            counts[line.label].update(set(words_only(line.text, _LONG).split()))
    totals = {label: max(1, sum(found.values())) for label, found in counts.items()}
    words: list[str] = []
    for word in sorted({word for found in counts.values() for word in found}):
        rates = [counts[label][word] / totals[label] for label in labels]
        if sum(rate > 0 for rate in rates) >= 4 and max(rates) < 0.4 * sum(rates) and len(word) > 2:
            words.append(word)
    return words

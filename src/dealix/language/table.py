"""A linear model over hashed n-grams, kept as one half-precision matrix: read with numpy alone."""

import hashlib
import json
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from dealix.errors import InvariantBroken
from dealix.language.hashing import Grams

Scores = NDArray[np.float32]
MODELS = Path(__file__).parent / "models"


@dataclass(frozen=True)
class Table:
    """Weights of each n-gram for each label, the n-gram's own weight, and what was said of them.

    `columns` holds a row per n-gram: its weight for each label and, last, its inverse document
    frequency. `sha256` is that of the file: the version by which answers name the model.
    """

    labels: tuple[str, ...]
    grams: Grams
    columns: NDArray[np.float16]
    bias: Scores
    facts: dict[str, Any]
    sha256: str

    @property
    def version(self) -> str:
        """Name and content, such as `dialects-1-3f2a91c0`."""
        return f"{self.facts['name']}-{self.sha256[:8]}"

    def scores(self, spelled: str) -> Scores:
        """The score of each label for a spelled text (see `normal.words_only`)."""
        rows, counts = self.grams.counted(spelled)
        found = self.columns[rows].astype(np.float32)
        weighted = counts * found[:, -1]
        norm = float(np.sqrt(np.dot(weighted, weighted)))
        if norm == 0.0:
            return self.bias.copy()
        scores = (weighted / np.float32(norm)) @ found[:, :-1] + self.bias
        return np.asarray(scores, dtype=np.float32)


def softmax(scores: Scores, temperature: float = 1.0) -> Scores:
    """Scores as probabilities."""
    shifted = (scores - scores.max()) / np.float32(temperature)
    grown = np.exp(shifted)
    return np.asarray(grown / grown.sum(), dtype=np.float32)


def read(file: Path) -> Table:
    """The table of a model file, as `write` made it; nothing in it is run.

    Raises:
        InvariantBroken: the file is not there, or holds something else.
    """
    try:
        content = file.read_bytes()
        with np.load(BytesIO(content), allow_pickle=False) as held:
            facts = json.loads(bytes(held["facts"]).decode())
            columns, bias = held["columns"], held["bias"].astype(np.float32)
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        what = f"the language model {file.name} cannot be read"
        raise InvariantBroken("invariant_broken", what=what) from error
    grams = Grams(**facts["grams"])
    digest = hashlib.sha256(content).hexdigest()
    return Table(tuple(facts["labels"]), grams, columns, bias, facts, digest)


def write(file: Path, columns: NDArray[Any], bias: NDArray[Any], facts: dict[str, Any]) -> None:
    """Keep a trained table; `facts` names its `name`, `labels` and `grams` at least."""
    told = np.frombuffer(json.dumps(facts, sort_keys=True).encode(), dtype=np.uint8)
    half = columns.astype(np.float16)
    np.savez_compressed(file, columns=half, bias=bias.astype(np.float32), facts=told)

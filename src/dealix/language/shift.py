"""Takes out of a vector in which language its text is, so that both languages meet by meaning.

The model puts texts of one language near one another whatever they say: in a company that writes
Arabic and English, a question would find only what is in its own language. The difference between
the two was measured on sentences that say the same in both (`training.train_shift`); each text is
moved half of it towards the other language.
"""

from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

from dealix.language.embedding import Vector
from dealix.language.scripts import script_of

SHIFT = Path(__file__).parent / "models" / "shift.npz"
VERSION = "shift-1"
Kind = Literal["query", "passage"]


def shifted(vector: Vector, text: str, kind: Kind) -> Vector:
    """The vector of a text without its language, of length one."""
    half = _halves()[kind]
    moved = vector - half if script_of(text) == "arabic" else vector + half
    return np.asarray(moved / np.linalg.norm(moved), dtype=np.float32)


@cache
def _halves() -> dict[str, Vector]:
    with np.load(SHIFT) as kept:
        return {kind: kept[kind] for kind in ("query", "passage")}

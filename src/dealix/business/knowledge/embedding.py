"""Vectors of questions and passages, by the model of this process; none where it cannot be had."""

import re

from dealix.language.embedding import DIMENSIONS, Vector, local_embedder, local_name
from dealix.language.shift import VERSION, Kind, shifted

QUESTION, PASSAGE = 200, 800
"""Characters that are embedded: time grows with each, and a question is clear before that."""

_MARKS = re.compile(r"[\u0610-\u061a\u0640\u064b-\u065f\u0670]")
"""Short vowels and tatweel. Hamza, taa marbuta and final yaa stay as they are written: the model
knows words by them, and without them it finds a tenth less.
"""


def model() -> str | None:
    """What stands beside each vector: only vectors of the same model are compared.

    It is told without loading the model.
    """
    name = local_name()
    return None if name is None else f"{name}/{DIMENSIONS}+{VERSION}"


def head_of(text: str, kind: Kind) -> str:
    """What of a question or of a passage is embedded: its beginning, without vowel signs."""
    if kind == "query":
        return _MARKS.sub("", text[: 4 * QUESTION])[:QUESTION]
    return _MARKS.sub("", text)[:PASSAGE]


def of_question(text: str) -> Vector | None:
    """The vector of a question."""
    embedder, head = local_embedder(), head_of(text, "query")
    return None if embedder is None else shifted(embedder.query(head), head, "query")


def of_passage(text: str) -> Vector | None:
    """The vector of a passage."""
    embedder, head = local_embedder(), head_of(text, "passage")
    return None if embedder is None else shifted(embedder.passage(head), head, "passage")

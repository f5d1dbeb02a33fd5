"""Orders passages: how near they are in meaning, and how many of the question's letters they hold.

Nearness is a cosine and letters a share of trigrams, so their sum means the same whatever else was
found. A passage in the other script cannot hold the question's letters; it is given most of what
the best of the nearest ones in the question's own script holds, so that its meaning decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dealix.language.scripts import script_of

LETTERS = 0.1
"""What it is worth to hold every letter of the question; see `docs/knowledge/data-card.md`."""

NEIGHBOURS, MOST_OF = 10, 0.7


@dataclass(frozen=True)
class Ranked:
    """A passage as the database judged it, with its score."""

    row: Any
    score: float
    letters: float


def ranked(question: str, rows: Sequence[Any]) -> list[Ranked]:
    """The passages, the best first.

    One whose vector is not made yet is taken to be as near as it holds the question's letters.
    """
    script = script_of(question)
    letters = [held(row) for row in rows]
    nearness = _nearness(rows, letters)
    same = [script_of(row["text"]) == script for row in rows]
    own = sorted(((n, h) for n, h, is_own in zip(nearness, letters, same, strict=True) if is_own))
    usual = MOST_OF * max((h for _, h in own[-NEIGHBOURS:]), default=0.0)
    found = [
        Ranked(row, near + LETTERS * (share if is_own else usual), share)
        for row, near, share, is_own in zip(rows, nearness, letters, same, strict=True)
    ]
    return sorted(found, key=_order)


def _nearness(rows: Sequence[Any], letters: Sequence[float]) -> list[float]:
    known = [row["near"] for row in rows if row["near"] is not None] or [0.0]
    low, high = min(known), max(known)
    return [
        low + (high - low) * share if row["near"] is None else row["near"]
        for row, share in zip(rows, letters, strict=True)
    ]


def held(row: Any) -> float:
    """The share of the question's trigrams that a passage has, out of their Jaccard similarity."""
    asked, own, alike = row["asked_trigrams"], row["trigrams"], row["alike"]
    return min(1.0, alike * (asked + own) / ((1 + alike) * asked)) if asked else 0.0


def _order(one: Ranked) -> tuple[float, float, str, int]:
    return -one.score, -one.row["worded"], one.row["document_id"], one.row["number"]

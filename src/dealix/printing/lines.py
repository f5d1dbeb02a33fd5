"""Breaks a text into lines, and a line into the runs that are drawn from left to right.

Reordering happens inside one line only, as the Unicode rules ask; so the break comes first. The
runs are our own: the PDF library knows a run's direction and not its depth, and so a number inside
an Arabic name inside an English line would change places with it.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from itertools import groupby

from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection

from dealix.printing.directions import (
    FIRST_STRONG,
    LEFT_TO_RIGHT,
    OPENERS,
    POP,
    balanced,
    one_way,
)

Measure = Callable[[str], float]
INVISIBLE = OPENERS | {POP}
SLACK = 0.01
PARTS = re.compile(r"([\u2066-\u2068])([^\u2066-\u2069]*)\u2069|()([^\u2066-\u2069]+)")
"""What stands in an isolate, by what begins it, or outside of all."""


def broken(text: str, width: float, measure: Measure) -> list[str]:
    """The lines of `text`, none wider than `width`; a word that is wider breaks inside."""
    lines: list[str] = []
    for part in text.split("\n"):
        lines += _wrapped(part, width, measure)
    return balanced(lines)


def _wrapped(text: str, width: float, measure: Measure) -> list[str]:
    blank = measure(" ")
    lines: list[str] = []
    line, used = "", 0.0
    for word in text.split(" "):
        room = measure(word)
        if line and used + blank + room <= width + SLACK:
            line, used = f"{line} {word}", used + blank + room
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, width, measure) if room > width else [word]
        lines += full
        used = measure(line)
    return [*lines, line]


def _pieces(word: str, width: float, measure: Measure) -> list[str]:
    """A word too wide for a line, in pieces; a mark never leaves its letter."""
    pieces: list[str] = []
    while measure(word) > width:
        fits = bisect_right(range(len(word)), width, key=lambda end: measure(word[:end])) - 1
        cut = max(1, fits)
        while cut > 1 and _joined(word[cut]):
            cut -= 1
        while cut < len(word) - 1 and _joined(word[cut]):
            cut += 1
        pieces.append(word[:cut])
        word = word[cut:]
        if len(word) < 2:
            break
    return [*pieces, word]


def _joined(letter: str) -> bool:
    return bool(unicodedata.combining(letter)) or letter in INVISIBLE


def visual(line: str, *, rightward: bool) -> list[tuple[str, bool]]:
    """The runs of a line from left to right, each with whether it reads from right to left.

    `rightward` is the direction of the whole line; isolates have done their work and are left out.
    """
    if one_way(line, rightward=rightward):
        return [(line, not rightward)] if line else []
    plain = _side_by_side(line, rightward=rightward)
    if plain is not None:
        return plain
    base = TextDirection.LTR if rightward else TextDirection.RTL
    letters = BidiParagraph(line, base).get_characters_with_embedding_level()
    runs = [
        (level, "".join(one.character for one in group))
        for level, group in groupby(letters, key=lambda one: one.embedding_level)
    ]
    for level in range(max((level for level, _ in runs), default=0), 0, -1):
        runs = _turned(runs, level)
    seen = [
        ("".join(c for c in text if c not in INVISIBLE), level % 2 == 1) for level, text in runs
    ]
    return [(text, leftward) for text, leftward in seen if text]


def _side_by_side(line: str, *, rightward: bool) -> list[tuple[str, bool]] | None:
    """The runs of a line in which isolates hold all that reads the other way; None for any other.

    Most lines with a number or a name are such, and the whole rules cost ten times as much.
    """
    runs: list[tuple[str, bool]] = []
    for begin, inner, _, outer in PARTS.findall(line):
        text = inner or outer
        inward = rightward
        if begin:
            inward = begin == LEFT_TO_RIGHT or (begin == FIRST_STRONG and text[:1].isascii())
        if text and (not one_way(text, rightward=inward) or (begin and not _stands_alone(text))):
            return None
        if text:
            runs.append((text, not inward))
    if "".join(text for text, _ in runs) != "".join(c for c in line if c not in INVISIBLE):
        return None
    return runs if rightward else runs[::-1]


def _stands_alone(text: str) -> bool:
    """Whether an isolate's text begins and ends with a letter or digit: no end of line bends it."""
    return text[0].isalnum() and not text[-1].isspace()


def _turned(runs: list[tuple[int, str]], level: int) -> list[tuple[int, str]]:
    """Turn around every stretch of runs that lie at `level` or deeper (rule L2)."""
    out: list[tuple[int, str]] = []
    for deep, stretch in groupby(runs, key=lambda run: run[0] >= level):
        part = list(stretch)
        out += reversed(part) if deep else part
    return out

"""Breaks a text into lines, and a line into the runs that are drawn from left to right.

Reordering happens inside one line only, as the Unicode rules ask; so the break comes first. The
runs are our own: the PDF library knows a run's direction and not its depth, and so a number inside
an Arabic name inside an English line would change places with it.
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from itertools import groupby

from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection

from dealix.printing.directions import OPENERS, POP, balanced, one_way

Measure = Callable[[str], float]
INVISIBLE = OPENERS | {POP}
SLACK = 0.01


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
    base = TextDirection.LTR if rightward else TextDirection.RTL
    letters = BidiParagraph(line, base).get_characters_with_embedding_level()
    seen = [one for one in letters if one.character not in INVISIBLE]
    runs = [
        (level, "".join(one.character for one in group))
        for level, group in groupby(seen, key=lambda one: one.embedding_level)
    ]
    for level in range(max((level for level, _ in runs), default=0), 0, -1):
        runs = _turned(runs, level)
    return [(text, level % 2 == 1) for level, text in runs]


def _turned(runs: list[tuple[int, str]], level: int) -> list[tuple[int, str]]:
    """Turn around every stretch of runs that lie at `level` or deeper (rule L2)."""
    out: list[tuple[int, str]] = []
    for deep, stretch in groupby(runs, key=lambda run: run[0] >= level):
        part = list(stretch)
        out += reversed(part) if deep else part
    return out

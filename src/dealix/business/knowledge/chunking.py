"""Cuts pages into passages: whole sentences that fit a screen, each with its place on the page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dealix.business.knowledge.extracting import PageText
from dealix.language.terms import has_words

LONG, LONGEST = 500, 700
"""Characters at which a passage ends with its sentence, and at which it ends whatever happens.

A model of this size reads some 500 characters well, and its time grows with each.
"""

LEAST = 60
"""A piece shorter than this is a heading, or what is left of a page: it stays with the next."""

_SENTENCE = re.compile(r".+?(?:[.!?؟؛۔…]+[\"'»”)\]]*(?=\s|$)|\n+|$)\s*", re.DOTALL)


@dataclass(frozen=True)
class Piece:
    """A passage: `starts` and `ends` count characters of its page's clean text."""

    page: int | None
    starts: int
    ends: int
    text: str


def pieces(pages: tuple[PageText, ...]) -> list[Piece]:
    """The passages of a document in order; what holds no word is none."""
    found = (piece for page in pages for piece in _of_page(page))
    return [piece for piece in found if has_words(piece.text)]


def _of_page(page: PageText) -> Iterator[Piece]:
    begin = end = 0
    for starts, ends, closes in _sentences(page.text):
        full = ends - begin > LONG and end - begin >= LEAST
        if full and end > begin:
            yield _piece(page, begin, end)
            begin = starts
        end = ends
        if closes and end - begin >= LEAST:
            yield _piece(page, begin, end)
            begin = end
    if end > begin:
        yield _piece(page, begin, end)


def _sentences(text: str) -> Iterator[tuple[int, int, bool]]:
    """Where each sentence begins and ends, and whether its paragraph ends with it."""
    for found in _SENTENCE.finditer(text):
        if not found[0]:
            continue
        for starts in range(found.start(), found.end(), LONGEST):
            ends = min(starts + LONGEST, found.end())
            last = ends == found.end()
            yield starts, ends, last and found[0].endswith("\n\n")


def _piece(page: PageText, begin: int, end: int) -> Piece:
    text = page.text[begin:end]
    left = len(text) - len(text.lstrip())
    right = len(text.rstrip())
    return Piece(page.number, begin + left, begin + right, text.strip())

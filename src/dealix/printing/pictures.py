"""Pictures of a paper's pages, for readers whose browser shows no PDF in a page: every phone."""

import hashlib
import io
import math
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from pypdf import PdfReader

from dealix import confined
from dealix.errors import InvalidInput, NotFound
from dealix.printing import rasterizer

PROGRAM = Path(rasterizer.__file__)
PATIENCE = 20.0
"""Seconds after which a drawing is given up, whatever it waits for."""

KEPT = 48_000_000
"""Bytes of pictures that are kept at most; a page has about 80,000."""


@dataclass(frozen=True)
class Size:
    """How large the picture of a page is, in pixels."""

    width: int
    height: int


def sizes(pdf: bytes) -> list[Size]:
    """How large each page of a PDF of our own will be, without drawing it."""
    pages = PdfReader(io.BytesIO(pdf)).pages[: rasterizer.MOST_PAGES]
    wide = rasterizer.WIDTH
    boxes = [page.mediabox for page in pages]
    return [Size(wide, math.ceil(float(box.height) * wide / float(box.width))) for box in boxes]


@dataclass
class Gallery:
    """Draws pages and keeps the pictures in memory by the content of their PDF.

    They name people, so they lie on no disk: whoever is erased is gone from here with the process,
    and before that nobody gets a picture who does not bring the PDF.
    """

    kept: int = KEPT
    _pictures: OrderedDict[str, list[bytes]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def page(self, pdf: bytes, number: int) -> bytes:
        """Page `number` (from 1) as WebP; the first question draws all pages, one PDF at a time.

        Raises:
            InvalidInput: `pdf_not_drawn`, no page can be drawn in the time and room that there is.
            NotFound: no such page, or it lies beyond those that are drawn.
        """
        digest = hashlib.sha256(pdf).hexdigest()
        with self._lock:
            if digest not in self._pictures:
                self._keep(digest, drawn(pdf))
            self._pictures.move_to_end(digest)
            pictures = self._pictures[digest]
        if not pictures:
            raise InvalidInput("pdf_not_drawn")
        if not 1 <= number <= len(pictures):
            raise NotFound("not_found")
        return pictures[number - 1]

    def _keep(self, digest: str, pictures: list[bytes]) -> None:
        self._pictures[digest] = pictures
        while len(self._pictures) > 1 and self._held() > self.kept:
            self._pictures.popitem(last=False)

    def _held(self) -> int:
        return sum(len(one) for pictures in self._pictures.values() for one in pictures)


def drawn(pdf: bytes) -> list[bytes]:
    """The pages as pictures, by a program that is ended when it takes too long or says too much.

    A hostile PDF costs its own drawing and nothing else: what came out before it failed is kept.
    """
    return _parted(confined.said_of(PROGRAM, pdf, most=KEPT, patience=PATIENCE))


def _parted(said: bytes) -> list[bytes]:
    pictures, place = [], 0
    while place + 4 <= len(said):
        size = int.from_bytes(said[place : place + 4], "big")
        picture = said[place + 4 : place + 4 + size]
        if len(picture) == size:
            pictures.append(picture)
        place += 4 + size
    return pictures

"""The document model: what a paper says, in order, with nothing about how it is drawn."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Locale = Literal["ar", "en"]
Face = Literal["sans", "naskh"]
"""`sans` (IBM Plex) reads well on screens; text copied out of `naskh` (Amiri) comes out whole."""


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 3; it never stands alone at the foot of a page."""

    text: str
    level: int = 1
    locale: Locale | None = None


@dataclass(frozen=True)
class Paragraph:
    """Running text; a line break in `text` breaks the line. `small` is for notes."""

    text: str
    locale: Locale | None = None
    bold: bool = False
    small: bool = False
    centred: bool = False


@dataclass(frozen=True)
class Facts:
    """Names and values, one below the other; in Arabic the names stand at the right."""

    rows: tuple[tuple[str, str], ...]
    locale: Locale | None = None


@dataclass(frozen=True)
class Table:
    """A table whose first column is the reader's first: in Arabic it stands at the right.

    `widths` are shares. Columns in `ends` (amounts) are set at the line's end.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...] = ()
    ends: frozenset[int] = frozenset()
    locale: Locale | None = None


@dataclass(frozen=True)
class ParallelClause:
    """A clause in both languages under one number."""

    number: str
    title_ar: str
    title_en: str
    ar: str
    en: str


@dataclass(frozen=True)
class Clauses:
    """Clauses in two columns, English at the left and Arabic at the right, line by line."""

    clauses: tuple[ParallelClause, ...]


@dataclass(frozen=True)
class GridCell:
    """A text in its own language and weight."""

    text: str
    locale: Locale
    bold: bool = False


@dataclass(frozen=True)
class Grid:
    """Rows of cells from left to right, as wide as one another, with a thin line below each."""

    rows: tuple[tuple[GridCell, ...], ...]


@dataclass(frozen=True)
class Signature:
    """Where one party signs: a heading and lines to fill in, all on one page.

    Heading and lines are pairs of Arabic and English. The English label begins at the left margin
    and what is filled in `SIGNING_AT` millimetres to the right of it.
    """

    party: tuple[str, str]
    lines: tuple[tuple[str, str], ...]


SIGNING_AT = 58


@dataclass(frozen=True)
class Space:
    """Empty space of this many millimetres."""

    height: float = 4.0


Block = Heading | Paragraph | Facts | Table | Grid | Clauses | Signature | Space


@dataclass(frozen=True)
class Paper:
    """A document; the same paper is always printed as the same bytes.

    `created_at` is the date inside the file, `reference` and `mark` (a hash of what the paper
    says) stand on every page, as does `sender` at its head. `stamp`, in Arabic and English, is
    written above and across every page of what is not meant in earnest.
    """

    title: str
    locale: Locale
    created_at: datetime
    blocks: tuple[Block, ...]
    sender: str = ""
    reference: str = ""
    mark: str = ""
    face: Face = "sans"
    stamp: tuple[str, str] | None = None

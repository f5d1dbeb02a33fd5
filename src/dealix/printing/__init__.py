"""Prints documents as PDF in Arabic and English: the same document gives the same bytes."""

from dealix.printing.directions import clean, isolated, ltr, western
from dealix.printing.paper import (
    SIGNING_AT,
    Block,
    Clauses,
    Facts,
    Grid,
    GridCell,
    Heading,
    Locale,
    Paper,
    Paragraph,
    ParallelClause,
    Signature,
    Space,
    Table,
)


def printed(paper: Paper) -> bytes:
    """The paper as PDF; see `press.printed`, which only those load who print."""
    from dealix.printing import press

    return press.printed(paper)


__all__ = [
    "SIGNING_AT",
    "Block",
    "Clauses",
    "Facts",
    "Grid",
    "GridCell",
    "Heading",
    "Locale",
    "Paper",
    "Paragraph",
    "ParallelClause",
    "Signature",
    "Space",
    "Table",
    "clean",
    "isolated",
    "ltr",
    "printed",
    "western",
]

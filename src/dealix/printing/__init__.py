"""Prints documents as PDF in Arabic and English: the same document gives the same bytes."""

from dealix.printing.directions import clean, isolated, ltr, western
from dealix.printing.paper import (
    Block,
    Clauses,
    Facts,
    Heading,
    Paper,
    Paragraph,
    ParallelClause,
    Rule,
    Space,
    Table,
)
from dealix.printing.press import printed

__all__ = [
    "Block",
    "Clauses",
    "Facts",
    "Heading",
    "Paper",
    "Paragraph",
    "ParallelClause",
    "Rule",
    "Space",
    "Table",
    "clean",
    "isolated",
    "ltr",
    "printed",
    "western",
]

"""Where both parties sign a term sheet: lines to fill in, found by their labels."""

from typing import Literal

from dealix.printing import SIGNING_AT, Block, Signature

Party = Literal["partner", "company"]
Line = Literal["name", "title", "date", "signature"]
Both = tuple[str, str]

AT = SIGNING_AT
"""Millimetres from the beginning of an English label to what is filled in beside it."""

PARTIES: dict[Party, Both] = {
    "partner": ("عن الشريك: {partner}", "For the partner: {partner}"),
    "company": ("عن الشركة: {company}", "For the company: {company}"),
}
LINES: dict[Party, dict[Line, Both]] = {
    "partner": {
        "name": ("اسم الموقّع عن الشريك", "Name of the partner's signatory"),
        "title": ("صفة الموقّع عن الشريك", "Title of the partner's signatory"),
        "date": ("تاريخ توقيع الشريك", "Date of the partner's signature"),
        "signature": ("توقيع الشريك", "Signature for the partner"),
    },
    "company": {
        "name": ("اسم الموقّع عن الشركة", "Name of the company's signatory"),
        "title": ("صفة الموقّع عن الشركة", "Title of the company's signatory"),
        "date": ("تاريخ توقيع الشركة", "Date of the company's signature"),
        "signature": ("توقيع الشركة", "Signature for the company"),
    },
}
"""Each label stands once in a paper: a provider of signatures finds the place of a field by it."""


def anchors(party: Party) -> dict[str, str]:
    """The English labels of one party's lines, by what is filled in."""
    return {line: english for line, (_arabic, english) in LINES[party].items()}


def headings(party: Party, names: Both) -> Both:
    """Above a party's lines: who it is, in Arabic and English."""
    arabic, english = PARTIES[party]
    return (
        arabic.format(partner=names[0], company=names[0]),
        english.format(partner=names[1], company=names[1]),
    )


def printed_lines(names: dict[Party, Both]) -> tuple[Block, ...]:
    """The lines of both parties as a PDF has them."""
    return tuple(
        Signature(headings(party, both), tuple(LINES[party].values()))
        for party, both in names.items()
    )

"""A Word document as a PDF to look at: its words in their places, without Word's looks."""

import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from docx import Document
from docx.table import Table
from docx.text.paragraph import Paragraph as Line

from dealix.business.papers.reading import W, language_of
from dealix.printing import Block, Grid, GridCell, Locale, Paper, Paragraph, Space, printed

STAMP = ("مثال – غير صالح", "Example – not valid")


def printed_as_read(content: bytes, made_at: datetime) -> bytes:
    """What a DOCX says, in the order of its page; its head and foot stand on every page."""
    document = Document(io.BytesIO(content))
    section = document.sections[0]
    return printed(
        Paper(
            title=document.core_properties.title or "DOCX",
            locale="ar",
            created_at=made_at,
            blocks=tuple(_blocks(document)),
            sender=_joined(section.header),
            mark=_joined(section.footer),
            face="naskh",
            stamp=STAMP,
        )
    )


def _blocks(document: Any) -> Iterator[Block]:
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            yield Grid(tuple(tuple(_cells(row)) for row in part.rows))
        elif part.text.strip():
            yield Paragraph(part.text, _way(part), bold=_bold(part))
        else:
            yield Space(3)


def _cells(row: Any) -> Iterator[GridCell]:
    """The cells of a row, each in its language; what a merged one covers is said once."""
    seen: set[Any] = set()
    for cell in row.cells:
        if cell._tc in seen:  # noqa: SLF001 (python-docx has no other sign of it)
            continue
        seen.add(cell._tc)  # noqa: SLF001 (the same)
        lines = [line for line in cell.paragraphs if line.text.strip()]
        text = "\n".join(line.text for line in lines)
        locale: Locale = "ar" if any(_way(line) == "ar" for line in lines) else "en"
        yield GridCell(text, locale, bold=all(map(_bold, lines)))


def _way(line: Line) -> Locale:
    """The direction that Word was told for a line; else that of its letters."""
    told = line._p.find(f"{W}pPr/{W}bidi") is not None  # noqa: SLF001 (python-docx has no door to it)
    return "ar" if told else language_of(line.text)


def _bold(line: Line) -> bool:
    said = [run for run in line.runs if run.text.strip()]
    return bool(said) and all(run.bold for run in said)


def _joined(part: Any) -> str:
    return " · ".join(line.text for line in part.paragraphs if line.text.strip())

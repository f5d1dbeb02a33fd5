"""Marks a Word document on every page, whatever its template says in its heads."""

import io
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

LOUD = RGBColor(0xB0, 0x00, 0x20)
HEADS = ("header", "first_page_header", "even_page_header")
"""A page shows one of these; its section's settings and its number say which."""


def stamped(content: bytes, words: tuple[str, str]) -> bytes:
    """The document with `words`, Arabic and English, above whatever any head of a page says."""
    document, buffer = Document(io.BytesIO(content)), io.BytesIO()
    marked = set()
    for number, section in enumerate(document.sections):
        for name in HEADS:
            head = getattr(section, name)
            inherits = number > 0 and head.is_linked_to_previous
            if not inherits and head.part.partname not in marked:
                marked.add(head.part.partname)
                _mark(head, words)
    document.save(buffer)
    return buffer.getvalue()


def _mark(head: Any, words: tuple[str, str]) -> None:
    line = head.add_paragraph()
    head.part.element.insert(0, line._p)  # noqa: SLF001 (python-docx has no door to it)
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    arabic, english = words
    for text in (arabic, " · ", english):
        run = line.add_run(text)
        run.bold = True
        run.font.size = Pt(12)
        run.font.color.rgb = LOUD
        if text == arabic:
            properties = run._element.get_or_add_rPr()  # noqa: SLF001 (the same)
            properties.find(qn("w:b")).addnext(OxmlElement("w:bCs"))
            size = OxmlElement("w:szCs")
            size.set(qn("w:val"), "24")
            properties.find(qn("w:sz")).addnext(size)
            properties.append(OxmlElement("w:rtl"))

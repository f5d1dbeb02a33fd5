"""A term sheet to send, and what partners and strangers make of it."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from dealix.business.papers import standard, writing
from dealix.business.papers.sample import SAMPLE
from dealix.business.papers.schemas import Change, PaperClause

LIBRARY = [(key, 1, text) for key, _, text in standard.CLAUSES]


def clauses(changes: dict[str, Change] | None = None) -> list[PaperClause]:
    return writing.chosen(LIBRARY, SAMPLE, changes or {}, "ar")


def sheet(changes: dict[str, Change] | None = None, version: int = 1) -> bytes:
    return writing.docx(standard.template(), SAMPLE, version, clauses(changes), "ar")


def edited(content: bytes, act: Callable[[Any], None]) -> bytes:
    """The paper after somebody worked on it in a word processor."""
    document, buffer = Document(io.BytesIO(content)), io.BytesIO()
    act(document)
    document.save(buffer)
    return buffer.getvalue()


def row(document: Any, number: int) -> Any:
    """The table row of a clause."""
    return document.tables[1].rows[number - 1]


def say(document: Any, number: int, column: int, old: str, new: str) -> None:
    """Change words of a clause; column 0 is English, 1 Arabic."""
    run = row(document, number).cells[column].paragraphs[1].runs[0]
    assert old in run.text
    run.text = run.text.replace(old, new)


def tracked(document: Any, number: int, column: int, old: str, new: str) -> None:
    """The same, with the change tracked."""
    paragraph = row(document, number).cells[column].paragraphs[1]
    before, _, after = paragraph.runs[0].text.partition(old)
    paragraph.runs[0].text = before
    for tag, kind, text in (("w:del", "w:delText", old), ("w:ins", "w:t", new)):
        mark = OxmlElement(tag)
        mark.append(run_of(kind, text))
        paragraph._p.append(mark)
    paragraph._p.append(run_of("w:t", after))


def run_of(kind: str, text: str) -> Any:
    run, said = OxmlElement("w:r"), OxmlElement(kind)
    said.set(qn("xml:space"), "preserve")
    said.text = text
    run.append(said)
    return run


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """The archive with one part put in or replaced."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(buffer, "w") as made:
        for entry in given.infolist():
            if entry.filename != name:
                made.writestr(entry.filename, given.read(entry))
        made.writestr(name, part, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def part_of(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        return bundle.read(name)

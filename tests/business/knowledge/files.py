"""Files as people bring them in, and as nobody should."""

import io
from datetime import UTC, datetime

from docx import Document
from docx.enum.text import WD_BREAK
from pypdf import PdfReader, PdfWriter

from dealix.printing import Heading, Paper, Paragraph, printed

WARRANTY = "يشمل ضمان الأجهزة ثلاث سنوات عيوب التصنيع."
RETURNS = "Unopened goods come back within seven days of delivery."


def pdf(*texts: str) -> bytes:
    blocks = tuple(Paragraph(text, "ar" if text[0] > "\u0600" else "en") for text in texts)
    when = datetime(2026, 1, 5, tzinfo=UTC)
    paper = Paper("t", "ar", when, (Heading("شروط"), *blocks), face="naskh")
    return printed(paper)


def joined(*files: bytes, password: str = "") -> bytes:
    writer, buffer = PdfWriter(), io.BytesIO()
    for file in files:
        writer.append(PdfReader(io.BytesIO(file)))
    if password:
        writer.encrypt(password)
    writer.write(buffer)
    return buffer.getvalue()


def blank_pdf() -> bytes:
    writer, buffer = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    writer.write(buffer)
    return buffer.getvalue()


def docx(*pages: str) -> bytes:
    document, buffer = Document(), io.BytesIO()
    for number, text in enumerate(pages):
        paragraph = document.add_paragraph(text)
        if number + 1 < len(pages):
            paragraph.add_run().add_break(WD_BREAK.PAGE)
    document.add_table(1, 1).cell(0, 0).text = "in a table"
    document.save(buffer)
    return buffer.getvalue()

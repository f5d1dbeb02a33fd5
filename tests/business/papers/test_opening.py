"""A file from a stranger is refused with a code of its own, whatever it tries."""

import io
import time
import zipfile

import pytest
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from tests.business.papers.sheets import part_of, sheet, with_part

from dealix.business.papers.opening import LARGEST, Parts, kind_of
from dealix.business.papers.schemas import DOCX, PDF
from dealix.errors import Refused

BODY, TYPES = "word/document.xml", "[Content_Types].xml"
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a;" * 10) for n in range(9))
    + b"]><w>&a8;</w>"
)


def pdf(act=None) -> bytes:
    writer, buffer = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    if act:
        act(writer)
    writer.write(buffer)
    return buffer.getvalue()


def archive(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)
    return buffer.getvalue()


def scripted(writer) -> None:
    action = {"/S": "/JavaScript", "/JS": "app.alert(1)"}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
        {NameObject(name): TextStringObject(value) for name, value in action.items()}
    )


def locked(writer) -> None:
    writer.encrypt("x", algorithm="RC4-128")


def utf16(xml: bytes) -> bytes:
    return xml.decode().encode("utf-16")


def lying(content: bytes) -> bytes:
    """An archive whose directory says that its body is small."""
    bomb = bytearray(with_part(content, BODY, b"<w>" + b"a" * 200_000_000 + b"</w>"))
    size = (200_000_007).to_bytes(4, "little")
    place = bomb.rfind(size)
    while place >= 0:
        bomb[place : place + 4] = (50_000).to_bytes(4, "little")
        place = bomb.rfind(size)
    return bytes(bomb)


SHEET = sheet()
HOSTILE = {
    "nothing": (lambda: b"", "not_a_pdf"),
    "a text that calls itself one": (lambda: b"%PDF-1.7 but only a text", "not_a_pdf"),
    "a web page": (lambda: b"<html><script>alert(1)</script></html>", "not_a_pdf"),
    "half a PDF": (lambda: pdf()[:200], "not_a_pdf"),
    "no pages": (lambda: b"%PDF-1.4\ntrailer<</Root 1 0 R>>\n%%EOF", "not_a_pdf"),
    "a locked PDF": (lambda: pdf(locked), "pdf_locked"),
    "a PDF with a script": (lambda: pdf(scripted), "pdf_active"),
    "50 MB": (lambda: b"%PDF-" + b"0" * 50_000_000, "file_too_large"),
    "50 MB of archive": (lambda: b"PK\x03\x04" + b"0" * 50_000_000, "file_too_large"),
    "a broken archive": (lambda: SHEET[:3000], "not_a_docx"),
    "another archive": (lambda: archive(**{"a.txt": b"x"}), "not_a_docx"),
    "a bomb": (lambda: with_part(SHEET, BODY, b"a" * 120_000_000), "docx_bomb"),
    "a bomb of many": (lambda: archive(**{f"word/{n}": b"" for n in range(2500)}), "docx_bomb"),
    "a small file that grows into a large tree": (
        lambda: with_part(SHEET, BODY, b"<w>" + b"<p/>" * 3_000_000 + b"</w>"), "docx_bomb",
    ),
    "a bomb that lies": (lambda: lying(SHEET), "not_a_docx"),
    "macros": (lambda: with_part(SHEET, "word/vbaProject.bin", b"x"), "docx_macros"),
    "macros by type": (
        lambda: with_part(
            SHEET, TYPES, part_of(SHEET, TYPES).replace(b"document.main", b"macroEnabled")
        ),
        "docx_macros",
    ),
    "laughs": (lambda: with_part(SHEET, BODY, LAUGHS), "docx_entities"),
    "a file of ours by entity": (
        lambda: with_part(
            SHEET, BODY, b'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><w>&x;</w>'
        ),
        "docx_entities",
    ),
    "the same in other letters": (
        lambda: with_part(SHEET, BODY, utf16(b'<!DOCTYPE w [<!ENTITY x "y">]><w>&x;</w>')),
        "docx_entities",
    ),
    "no XML": (lambda: with_part(SHEET, BODY, b"\x00\x01"), "not_a_docx"),
}  # fmt: skip


def hostile(name: str) -> tuple[bytes, str]:
    """A bad file and the code with which it is refused; made anew, since some are large."""
    made, code = HOSTILE[name]
    return made(), code


@pytest.mark.parametrize("name", HOSTILE)
def test_is_refused(name):
    content, code = hostile(name)
    begin = time.perf_counter()
    with pytest.raises(Refused) as refused:
        kind_of(content)
    assert refused.value.code == code
    assert time.perf_counter() - begin < 3


def test_what_is_right_is_taken():
    assert kind_of(pdf()) == PDF
    assert kind_of(SHEET) == DOCX
    assert len(SHEET) < LARGEST
    assert Parts(SHEET).tree(BODY) is not None

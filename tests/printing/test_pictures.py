"""Pictures of pages: as large as was said, drawn once; no PDF costs more than its own drawing."""

import io
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import (
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
)
from tests.printing.test_printing import paper

from dealix.errors import InvalidInput, NotFound
from dealix.printing import Paragraph, pictures, printed, rasterizer
from dealix.printing.pictures import Gallery, drawn, sizes


@pytest.fixture(scope="module")
def two_pages() -> bytes:
    return printed(paper("ar", blocks=(Paragraph("\n".join(f"سطر {n}" for n in range(60))),)))


def written(act) -> bytes:
    writer, buffer = PdfWriter(), io.BytesIO()
    act(writer)
    writer.write(buffer)
    return buffer.getvalue()


def endless(writer: PdfWriter) -> None:
    """A form that draws ten of the next, and so on: more than anybody waits for."""
    page = writer.add_blank_page(595, 842)
    inner = None
    for _ in range(14):
        form = DecodedStreamObject()
        form[NameObject("/Type")] = NameObject("/XObject")
        form[NameObject("/Subtype")] = NameObject("/Form")
        form[NameObject("/BBox")] = page.mediabox
        form.set_data(b"0 0 500 800 re f " if inner is None else b"/X Do " * 12)
        if inner is not None:
            form[NameObject("/Resources")] = using(inner)
        inner = writer._add_object(form)
    content = DecodedStreamObject()
    content.set_data(b"/X Do")
    page[NameObject("/Resources")] = using(inner)
    page[NameObject("/Contents")] = writer._add_object(content)


def using(form) -> DictionaryObject:
    return DictionaryObject({NameObject("/XObject"): DictionaryObject({NameObject("/X"): form})})


def huge(writer: PdfWriter) -> None:
    """A page of five metres that holds an image of 40,000 by 40,000 pixels."""
    page = writer.add_blank_page(14_400, 14_400)
    image = DecodedStreamObject()
    for name, value in (
        ("/Type", "/XObject"),
        ("/Subtype", "/Image"),
        ("/ColorSpace", "/DeviceRGB"),
    ):
        image[NameObject(name)] = NameObject(value)
    for name in ("/Width", "/Height"):
        image[NameObject(name)] = NumberObject(40_000)
    image[NameObject("/BitsPerComponent")] = NumberObject(8)
    image.set_data(b"")
    content = DecodedStreamObject()
    content.set_data(b"14400 0 0 14400 0 0 cm /X Do")
    page[NameObject("/Resources")] = using(writer._add_object(image))
    page[NameObject("/Contents")] = writer._add_object(content)


def test_a_page_is_a_picture_as_large_as_was_said(two_pages):
    found = drawn(two_pages)
    said = sizes(two_pages)
    assert len(found) == len(said) == 2
    for picture, size in zip(found, said, strict=True):
        with Image.open(io.BytesIO(picture)) as image:
            assert (image.format, image.size) == ("WEBP", (size.width, size.height))
            ink = sum(image.convert("L").point(lambda grey: grey < 128).histogram()[1:])
            assert ink > 1000, "the letters are there"


def test_a_paper_is_drawn_once_however_many_ask(two_pages, monkeypatch):
    asked = []
    monkeypatch.setattr(pictures, "drawn", lambda pdf: asked.append(pdf) or [b"one", b"two"])
    gallery = Gallery()
    with ThreadPoolExecutor(8) as readers:
        found = list(readers.map(lambda n: gallery.page(two_pages, n % 2 + 1), range(16)))
    assert found == [b"one", b"two"] * 8
    assert asked == [two_pages]
    for number in (0, 3, -1):
        with pytest.raises(NotFound):
            gallery.page(two_pages, number)


def test_what_was_not_asked_for_longest_is_forgotten_first(monkeypatch):
    asked = []
    monkeypatch.setattr(pictures, "drawn", lambda pdf: asked.append(pdf) or [b"x" * 40])
    gallery = Gallery(kept=100)
    for pdf in (b"a", b"b", b"a", b"c", b"a", b"b"):
        gallery.page(pdf, 1)
    assert asked == [b"a", b"b", b"c", b"b"]


@pytest.mark.parametrize("pdf", [b"", b"%PDF-1.7 nothing", b"\x00" * 2_000_000])
def test_what_is_no_pdf_is_not_drawn_and_said_so_without_trying_again(pdf, monkeypatch):
    gallery = Gallery()
    with pytest.raises(InvalidInput) as refused:
        gallery.page(pdf, 1)
    assert refused.value.code == "pdf_not_drawn"
    monkeypatch.setattr(pictures, "drawn", None)
    with pytest.raises(InvalidInput):
        gallery.page(pdf, 1)


def test_a_page_as_large_as_a_house_is_a_picture_like_any_other():
    for picture in drawn(written(huge)):
        with Image.open(io.BytesIO(picture)) as image:
            assert image.width * image.height <= rasterizer.MOST_PIXELS * 1.01


def test_a_pdf_that_never_ends_is_ended(monkeypatch):
    monkeypatch.setattr(pictures, "PATIENCE", 1.5)
    begin = time.perf_counter()
    assert drawn(written(endless)) == []
    assert time.perf_counter() - begin < 5


def test_more_pages_than_anybody_reads_are_not_drawn():
    many = written(lambda writer: [writer.add_blank_page(59, 84) for _ in range(200)])
    assert len(sizes(many)) == rasterizer.MOST_PAGES
    assert len(drawn(many)) == rasterizer.MOST_PAGES


TELLS = """
import os, resource, sys
sys.path.insert(0, {folder!r})
import rasterizer
try:
    rasterizer.main()
except Exception:
    pass
limits = [resource.getrlimit(getattr(resource, f"RLIMIT_{{one}}")) for one in ("AS", "CPU")]
said = repr((dict(os.environ), limits)).encode()
sys.stdout.buffer.write(len(said).to_bytes(4, "big") + said)
"""


def test_the_drawing_program_binds_itself_and_gets_no_secret(monkeypatch, tmp_path):
    told = tmp_path / "told.py"
    told.write_text(TELLS.format(folder=str(pictures.PROGRAM.parent)))
    monkeypatch.setattr(pictures, "PROGRAM", told)
    monkeypatch.setenv("DEALIX_SECRET_X", "secret")
    [said] = drawn(b"no PDF")
    room, seconds = rasterizer.ROOM, rasterizer.SECONDS
    assert f"[({room}, {room}), ({seconds}, {seconds})]" in said.decode()
    assert b"DEALIX" not in said

"""Text comes out of what people bring in, and a clear word out of what nobody should."""

import io
import time
import zipfile

import pytest
from tests.business.knowledge.files import RETURNS, WARRANTY, blank_pdf, docx, joined, pdf
from tests.business.papers.sheets import with_part
from tests.business.papers.test_opening import BODY, LAUGHS, archive, lying

from dealix.business.knowledge import extracting
from dealix.business.knowledge.extracting import HTML, TEXT, clean, extracted
from dealix.business.papers.schemas import DOCX, PDF
from dealix.errors import Refused, TooLarge

PAGE = f"""<!doctype html><html><head><title>no</title><style>p {{color: red}}</style></head>
<body><script>alert("no")</script><h1>Terms</h1><p>{WARRANTY}</p><p hidden>no</p>
<div>{RETURNS}<br>and <b>more</b></div></body></html>"""


def said(content: bytes) -> list[tuple[int | None, str]]:
    return [(page.number, page.text) for page in extracted(content).pages]


def test_a_pdf_is_read_page_by_page_in_both_languages():
    found = extracted(joined(pdf(WARRANTY), pdf(RETURNS)))
    assert (found.media_type, [page.number for page in found.pages]) == (PDF, [1, 2])
    assert WARRANTY in found.pages[0].text.replace("\n", " ")
    assert "Unopened goods come back" in found.pages[1].text


def test_arabic_in_a_pdf_has_its_vowel_signs_and_brackets_where_they_belong():
    text = extracted(pdf("يُستبدل الجهاز خلال 14 يوماً (أسبوعين) من تسليمه.")).pages[0].text
    assert "يُستبدل الجهاز خلال 14 يوماً (أسبوعين) من تسليمه." in text


def test_a_word_document_has_the_pages_that_it_tells_of():
    assert extracted(docx(WARRANTY, RETURNS)).media_type == DOCX
    (first, one), (second, other) = said(docx(WARRANTY, RETURNS))
    assert (first, second) == (1, 2)
    assert WARRANTY in one
    assert "in a table" in other
    assert said(docx(RETURNS))[0][0] is None


def test_a_web_page_is_read_as_its_reader_sees_it():
    found = extracted(PAGE.encode())
    assert found.media_type == HTML
    text = found.pages[0].text
    assert text.split("\n\n")[0] == "Terms"
    assert WARRANTY in text
    assert "and more" in text
    assert "no" not in text.split()
    old = PAGE.replace("<head>", '<head><meta charset="windows-1256">').encode("cp1256", "ignore")
    assert WARRANTY in extracted(old).pages[0].text


@pytest.mark.parametrize("encoding", ["cp1256", "utf-16", "utf-16-be", "utf-16-le", "utf-8-sig"])
def test_text_is_read_in_any_encoding(encoding):
    found = extracted(f"{WARRANTY}\n{RETURNS}".encode(encoding))
    assert (found.media_type, found.pages[0].text) == (TEXT, f"{WARRANTY}\n{RETURNS}")


def test_what_misleads_or_breaks_a_store_is_left_out():
    odd = "a\x00b\u202ec\u2066d\x1b[31m e\ud800".encode("utf-8", "surrogatepass")
    assert not set("\x00\u202e\u2066\x1b\ud800\ufffd") & set(clean(odd.decode("utf-8", "ignore")))
    assert said(b"one\x00 word")[0][1] == "one word"
    assert clean("\ufedf\ufe8e ﷲ  x\r\n\r\n\r\n\r\ny") == "لا الله x\n\ny"


def test_a_form_feed_begins_a_page():
    assert said(b"one\ftwo") == [(1, "one"), (2, "two")]


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("document_empty", lambda: b""),
        ("document_empty", "😀🎉 … !".encode),
        ("document_empty", blank_pdf),
        ("document_too_long", lambda: b"word " * 700_000),
        ("docx_bomb", lambda: archive(**{f"word/{n}.xml": b"" for n in range(2001)})),
        ("not_a_docx", lambda: lying(docx("a"))),
        ("docx_entities", lambda: with_part(docx("a"), BODY, LAUGHS)),
        ("not_a_document", lambda: bytes(range(256)) * 40),
        ("not_a_docx", lambda: b"PK\x03\x04 and nothing"),
        ("not_a_pdf", lambda: b"%PDF-1.7 and nothing"),
        ("pdf_locked", lambda: joined(pdf(RETURNS), password="secret")),
    ],
    ids=range(11),
)
def test_what_is_no_document_is_told_so(code, made):
    content = made()
    with pytest.raises(Refused) as refused:
        extracted(content)
    assert refused.value.code == code


def test_a_file_that_takes_too_long_costs_its_own_program_only(monkeypatch, tmp_path):
    slow = tmp_path / "slow.py"
    slow.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(extracting, "PROGRAM", slow)
    monkeypatch.setattr(extracting, "PATIENCE", 0.3)
    began = time.monotonic()
    with pytest.raises(Refused) as refused:
        extracted(b"a word")
    assert refused.value.code == "document_not_read"
    assert time.monotonic() - began < 5


def test_deep_and_wide_markup_is_read_in_its_bounds():
    deep = b"<html><body><p>first</p>" + b"<div>" * 50_000 + b"word" + b"</div>" * 50_000
    assert said(deep)[0][1].startswith("first")


def test_an_archive_that_is_no_word_document_and_a_large_file_are_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        bundle.writestr("xl/workbook.xml", "<x/>")
    with pytest.raises(Refused) as refused:
        extracted(buffer.getvalue())
    assert refused.value.code == "not_a_docx"
    with pytest.raises(TooLarge):
        extracted(b"a" * 20_000_001)

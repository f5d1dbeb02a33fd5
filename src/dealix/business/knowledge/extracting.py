"""A document that somebody brings in, as pages of clean text; hostile files cost a process only."""

import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Literal

from dealix import confined
from dealix.business.knowledge import extractor
from dealix.business.papers.opening import LARGEST, Parts, check_pdf
from dealix.business.papers.schemas import DOCX, PDF
from dealix.errors import InvalidInput, TooLarge
from dealix.i18n.fit import legible
from dealix.language.scripts import script_of
from dealix.language.terms import has_words

HTML, TEXT = "text/html", "text/plain"
Kind = Literal["pdf", "docx", "html", "text"]
MEDIA_TYPES: dict[Kind, str] = {"pdf": PDF, "docx": DOCX, "html": HTML, "text": TEXT}
SUFFIXES = {media_type: kind for kind, media_type in MEDIA_TYPES.items()} | {TEXT: "txt"}
PROGRAM = Path(extractor.__file__)
PATIENCE = 30.0
MOST_SAID = 40_000_000
_AT_ONCE = BoundedSemaphore(2)
"""Files that one process reads at a time: each may take a gigabyte and a processor."""

_MARKUP = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|div|p|h[1-6]|table|meta)\b", re.IGNORECASE
)
_LOOSE = re.compile(r"[ \u00a0]+([\u064b-\u0652])")
_TURNED = str.maketrans("()[]", ")(][")
_CODES = frozenset(
    ("document_too_long", "pdf_locked", "not_a_pdf", "not_a_docx", "docx_bomb", "not_a_document")
)


@dataclass(frozen=True)
class PageText:
    """The text of one page; `number` is None where the file has no pages."""

    number: int | None
    text: str


@dataclass(frozen=True)
class Extracted:
    """A file as it is searched."""

    media_type: str
    pages: tuple[PageText, ...]


def extracted(content: bytes) -> Extracted:
    """The text of a PDF, a Word document, a web page or plain text, page by page.

    Raises:
        InvalidInput: `not_a_document`, `document_empty` (no word in it: a scan is a picture),
            `document_too_long`, `pdf_locked` and the codes of `papers.opening`.
        TooLarge: more than 20 MB.
    """
    if len(content) > LARGEST:
        raise TooLarge("file_too_large", limit=LARGEST)
    kind = kind_of(content)
    if kind == "docx":
        Parts(content)
    pages = _read(content, kind)
    if kind == "pdf":
        check_pdf(content)
        pages = [(number, _as_read(said)) for number, said in pages]
    found = tuple(PageText(number, clean(said)) for number, said in pages)
    if not any(has_words(page.text) for page in found):
        raise InvalidInput("document_empty")
    return Extracted(MEDIA_TYPES[kind], found)


def kind_of(content: bytes) -> Kind:
    """What a file is, by its first bytes and not by what it calls itself."""
    head = content[:4096].lstrip(b"\xef\xbb\xbf\x00 \t\r\n\xff\xfe")
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return "docx"
    if head.startswith(b"<") and _MARKUP.search(head.replace(b"\0", b"")):
        return "html"
    return "text"


def clean(said: str) -> str:
    """A text as it is kept and shown: no characters that mislead, blanks and line ends made even.

    Presentation forms, which PDFs hold for Arabic, become letters.
    """
    whole = unicodedata.normalize("NFC", _letters(said.replace("\r\n", "\n").replace("\r", "\n")))
    lines = (" ".join(line.split()) for line in legible(whole).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _as_read(said: str) -> str:
    """The text of a PDF's page as people read it.

    A PDF holds shapes in their places: vowel signs come apart from their letters, and the brackets
    of an Arabic line as they lie on the page, turned around.
    """
    lines = (_LOOSE.sub(r"\1", line) for line in said.splitlines())
    return "\n".join(line.translate(_TURNED) if _is_turned(line) else line for line in lines)


def _is_turned(line: str) -> bool:
    """Whether the first bracket of an Arabic line closes what none has opened."""
    first = next((char for char in line if char in "()[]"), "")
    return first in (")", "]") and script_of(line) == "arabic"


def _letters(said: str) -> str:
    return "".join(
        unicodedata.normalize("NFKC", char) if "\ufb50" <= char <= "\ufefc" else char
        for char in said
    )


def _read(content: bytes, kind: Kind) -> list[tuple[int | None, str]]:
    with _AT_ONCE:
        said = confined.said_of(PROGRAM, content, kind, most=MOST_SAID, patience=PATIENCE)
    try:
        answer = json.loads(said)
    except ValueError:  # it was ended: too much time, memory or text
        raise InvalidInput("document_not_read") from None
    code = answer.get("error")
    if code is not None:
        raise InvalidInput(code if code in _CODES else "document_not_read")
    return [(number, text) for number, text in answer["pages"]]

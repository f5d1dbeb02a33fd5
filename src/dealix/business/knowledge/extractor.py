"""Takes the text out of a file that a stranger made, as a program of its own that may die of it.

It takes a file and, as its argument, what kind of file it is, and writes one JSON object: the pages
with their numbers, or the code of what is wrong. It imports nothing of ours, so that it starts fast
and holds no secret when a hostile file takes it over.
"""

import io
import json
import re
import resource
import sys
import zipfile
from typing import Any

SECONDS, ROOM = 20, 1 << 30
"""Seconds of the processor and bytes of memory that it allows itself."""

MOST_PAGES, MOST_CHARACTERS = 2_000, 3_000_000
PART = 30_000_000
BODY = "word/document.xml"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
UNSAID = frozenset(
    ("script", "style", "template", "noscript", "head", "svg", "object", "iframe", "textarea")
)
BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption"),
        *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main"),
        *("nav", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul", "caption"),
    )
)
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
PLANES = frozenset((0, 6))
"""The upper bytes of Latin and Arabic letters in UTF-16."""

CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_\-:.]{2,40})""", re.IGNORECASE)
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")

Page = tuple[int | None, str]


class Wrong(Exception):
    """The file is refused; its text is a code."""


def main() -> None:
    """Bind oneself, read, answer."""
    for what, limit in (
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_AS, ROOM),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
    read = {"pdf": pdf, "docx": docx, "html": html, "text": text}[sys.argv[1]]
    try:
        pages = bounded(read(sys.stdin.buffer.read()))
        answer: dict[str, Any] = {"pages": pages}
    except Wrong as wrong:
        answer = {"error": str(wrong)}
    sys.stdout.buffer.write(json.dumps(answer).encode())


def bounded(pages: list[Page]) -> list[Page]:
    """The same pages, unless there are more of them or more in them than anybody searches."""
    if len(pages) > MOST_PAGES or sum(len(said) for _, said in pages) > MOST_CHARACTERS:
        raise Wrong("document_too_long")
    return pages


def pdf(content: bytes) -> list[Page]:
    """The pages of a PDF."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        raise Wrong("pdf_locked" if "assword" in str(error) else "not_a_pdf") from None
    if count > MOST_PAGES:
        raise Wrong("document_too_long")
    pages: list[Page] = []
    room = MOST_CHARACTERS
    for number in range(count):
        try:
            said = document[number].get_textpage().get_text_bounded(errors="ignore")
        except pypdfium2.PdfiumError:
            continue  # one page that cannot be read does not hide the others
        room -= len(said)
        if room < 0:
            raise Wrong("document_too_long")
        pages.append((number + 1, said.replace("\ufffe", "").replace("\x02", "")))
    return pages


def docx(content: bytes) -> list[Page]:
    """The text of a Word document by the pages on which Word last saw it, if it did."""
    from lxml import etree

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as bundle, bundle.open(BODY) as part:
            raw = part.read(PART + 1)
    except Exception:  # noqa: BLE001 (a hostile archive may fail in any way: it is no document)
        raise Wrong("not_a_docx") from None
    if len(raw) > PART:
        raise Wrong("docx_bomb")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Wrong("not_a_docx") from None
    pages, known = [""], False
    for element in root.iter(W + "p", W + "t", W + "tab", W + "br", W + "lastRenderedPageBreak"):
        if any(True for _ in element.iterancestors(FALLBACK)):
            continue
        if element.tag == W + "lastRenderedPageBreak" or element.get(W + "type") == "page":
            pages.append("")
            known = True
        pages[-1] += _of_word(element)
    return [(number if known else None, said) for number, said in enumerate(pages, 1)]


def _of_word(element: Any) -> str:
    """What one element of a Word document adds to its text."""
    if element.tag == W + "p":
        return "\n"
    if element.tag == W + "t":
        return element.text or ""
    return "\n" if element.tag == W + "br" else " "


def html(content: bytes) -> list[Page]:
    """The text of a web page that its reader sees."""
    from lxml import etree

    told = CHARSET.search(content[:4096])
    source = decoded(content, told[1].decode() if told else "")
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(CONTROLS.sub(" ", source).encode("utf-8", "ignore"), parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        raise Wrong("not_a_document")
    parts: list[str] = []
    silent = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        hidden = tag in UNSAID or element.get("hidden") is not None
        if event == "start":
            silent += hidden
            parts += _opened(element, tag) if not silent else []
        else:
            silent -= hidden
            parts += _closed(element, tag) if not silent else []
    return [(None, "".join(parts))]


def _opened(element: Any, tag: str) -> list[str]:
    return ["\n" if tag in BLOCKS else "", re.sub(r"\s+", " ", element.text or "")]


def _closed(element: Any, tag: str) -> list[str]:
    return ["\n" if tag in BLOCKS else "", re.sub(r"\s+", " ", element.tail or "")]


def text(content: bytes) -> list[Page]:
    """Plain text; a form feed begins a page."""
    said = decoded(content)
    if len(CONTROLS.findall(said)) > len(said) // 50 + 2:
        raise Wrong("not_a_document")
    if "\f" not in said:
        return [(None, said)]
    return list(enumerate(said.split("\f"), 1))


def decoded(content: bytes, told: str = "") -> str:
    """Bytes as text: by their mark, as UTF-8, as the file says, else by the letters they give."""
    for mark, name in MARKS:
        if content.startswith(mark):
            return _as(content, name)
    for name, high in (("utf-16-le", content[1:2000:2]), ("utf-16-be", content[:2000:2])):
        if high and sum(byte in PLANES for byte in high) > len(high) * 0.7:
            return _as(content, name)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if told and told.lower().replace("_", "-") not in ("utf-8", "utf8", "unicode"):
        try:
            return content.decode(told)
        except (UnicodeDecodeError, LookupError):
            pass
    return max((_as(content, name) for name in ("cp1256", "cp1252", "iso8859-6")), key=_likely)


def _as(content: bytes, name: str) -> str:
    return content.decode(name, errors="replace")


def _likely(said: str) -> float:
    """How much of what is no ASCII looks like letters of words of one script."""
    odd = re.findall(r"[^\x00-\x7f]+", said[:20_000])
    letters = sum(len(run) for run in odd)
    arabic = sum(len(run) for run in odd if re.fullmatch(r"[\u0621-\u0652]{2,}", run))
    latin = sum(len(run) for run in odd if re.fullmatch(r"[\u00c0-\u00ff]{1,2}", run))
    return (arabic + latin) / letters if letters else 0.0


if __name__ == "__main__":
    main()

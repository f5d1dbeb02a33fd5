"""Opens a DOCX or a PDF that a stranger made: bounded, without macros, entities or the network."""

import io
import zipfile
import zlib
from collections.abc import Iterator

from lxml import etree
from pypdf import PdfReader

from dealix.business.papers.schemas import DOCX, PDF
from dealix.errors import InvalidInput, TooLarge

LARGEST = 20_000_000
MANY = 2_000
UNPACKED = 100_000_000
PART = 30_000_000
TREE = 10_000_000
"""Bytes of XML that are taken apart: a tree of them needs some twenty times as much memory."""
BODY = "word/document.xml"
TYPES = "[Content_Types].xml"
ACTIVE = (b"vbaProject", b"macroEnabled", b"activeX")


def kind_of(content: bytes) -> str:
    """The media type of an upload, by what it is and not by what it calls itself.

    Raises:
        InvalidInput: `not_a_pdf`, `not_a_docx` and the codes of `check_pdf` and `Parts`.
        TooLarge: more than 20 MB.
    """
    if content[:4] == b"PK\x03\x04":
        Parts(content)
        return DOCX
    check_pdf(content)
    return PDF


def check_pdf(content: bytes) -> None:
    """Refuse what is no PDF, is locked, or runs something when it is opened.

    Raises:
        InvalidInput: `not_a_pdf`, `pdf_locked` or `pdf_active`.
        TooLarge: more than 20 MB.
    """
    _assert_size(content)
    if not content.lstrip()[:5] == b"%PDF-" or b"%%EOF" not in content[-2048:]:
        raise InvalidInput("not_a_pdf")
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        locked = reader.is_encrypted
        pages = 0 if locked else len(reader.pages)
        root = {} if locked else reader.root_object
        names = root.get("/Names", {}) if root else {}
        active = "/OpenAction" in root and "JavaScript" in str(root["/OpenAction"])
        active = active or "/JavaScript" in names or "/AA" in root
    except Exception:  # noqa: BLE001 (a hostile file may fail a parser in any way: it is no PDF)
        raise InvalidInput("not_a_pdf") from None
    if locked:
        raise InvalidInput("pdf_locked")
    if pages < 1:
        raise InvalidInput("not_a_pdf")
    if active:
        raise InvalidInput("pdf_active")


class Parts:
    """The parts of a DOCX, read one by one within limits.

    Raises:
        InvalidInput: `not_a_docx`, `docx_bomb`, `docx_macros` or `docx_entities`.
        TooLarge: more than 20 MB.
    """

    def __init__(self, content: bytes) -> None:
        _assert_size(content)
        try:
            self._bundle = zipfile.ZipFile(io.BytesIO(content))
            entries = self._bundle.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
            raise InvalidInput("not_a_docx") from None
        self.names = [entry.filename for entry in entries]
        if len(entries) > MANY or sum(entry.file_size for entry in entries) > UNPACKED:
            raise InvalidInput("docx_bomb")
        if len(set(self.names)) != len(self.names) or not {TYPES, BODY} <= set(self.names):
            raise InvalidInput("not_a_docx")
        self._assert_quiet()
        self.tree(BODY)

    def tree(self, name: str) -> etree._Element:
        """One part as a tree; a document type or an entity in it is refused, never resolved."""
        raw = self._read(name)
        if len(raw) > TREE:
            raise InvalidInput("docx_bomb")
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        )
        try:
            root = etree.fromstring(raw, parser)
        except (etree.XMLSyntaxError, ValueError):
            code = "docx_entities" if b"<!" in raw[:4000] else "not_a_docx"
            raise InvalidInput(code) from None
        info = root.getroottree().docinfo
        if info.doctype or info.internalDTD is not None:
            raise InvalidInput("docx_entities")
        return root

    def size(self, name: str) -> int:
        """Bytes of a part, unpacked."""
        return len(self._read(name))

    def of(self, *stems: str) -> Iterator[etree._Element]:
        """The trees of the parts under `word/` whose names begin with one of these."""
        for name in sorted(self.names):
            if name.endswith(".xml") and name.startswith(tuple(f"word/{one}" for one in stems)):
                yield self.tree(name)

    def _assert_quiet(self) -> None:
        if any("vbaproject" in name.lower() or "/activex/" in name.lower() for name in self.names):
            raise InvalidInput("docx_macros")
        if any(word in self._read(TYPES) for word in ACTIVE):
            raise InvalidInput("docx_macros")

    def _read(self, name: str) -> bytes:
        """A part, unpacked up to a limit whatever its header states."""
        try:
            with self._bundle.open(name) as part:
                raw = part.read(PART + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            RuntimeError,
            NotImplementedError,
            EOFError,
            OSError,
        ):
            raise InvalidInput("not_a_docx") from None
        if len(raw) > PART:
            raise InvalidInput("docx_bomb")
        return raw


def _assert_size(content: bytes) -> None:
    if len(content) > LARGEST:
        raise TooLarge("file_too_large", limit=LARGEST)

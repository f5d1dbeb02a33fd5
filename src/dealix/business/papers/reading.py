"""Reads a DOCX as clauses in two languages, with and without the changes that are tracked in it."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from lxml import etree

from dealix.business.papers.opening import BODY, Parts
from dealix.printing import clean, western

Language = Literal["ar", "en"]
Reading = Literal["now", "before"]
"""`now` takes tracked changes as accepted, `before` as rejected."""

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
NUMBER = re.compile(r"^\s*(\d{1,3})\s*[.)\-–:]\s*(.*)", re.DOTALL)
COME, GONE = (W + "ins", W + "moveTo"), (W + "del", W + "moveFrom")
WHITE = {"FFFFFF", "ffffff"}
TINY = 4
PREAMBLE = ""


@dataclass
class Read:
    """What stands in one numbered clause, line by line."""

    number: str
    lines: dict[Language, list[str]] = field(default_factory=lambda: {"ar": [], "en": []})

    def text(self, language: Language) -> str:
        """The clause in one language, its number left out."""
        return "\n".join(line for line in self.lines[language] if line)

    @property
    def whole(self) -> str:
        """Both languages, for telling which clause this is."""
        return f"{self.text('en')}\n{self.text('ar')}"


@dataclass(frozen=True)
class Aside:
    """Text that is not in the clauses where a reader looks."""

    where: Literal["comment", "header", "footer", "note", "text_box", "hidden_text"]
    text: str


def clauses(parts: Parts, reading: Reading) -> list[Read]:
    """The clauses in the order of the page; what stands before the first has no number.

    Nor has a table without any clause, such as that of the signatures, wherever it stands.
    """
    found: dict[str, Read] = {PREAMBLE: Read(PREAMBLE)}
    current: dict[Language, str] = {"ar": PREAMBLE, "en": PREAMBLE}
    for language, text, apart in _paragraphs(parts, reading):
        if apart:
            found[PREAMBLE].lines[language] += filter(None, (tidy(text),))
            continue
        begins = NUMBER.match(western(text))
        if begins:
            current[language] = begins[1]
        said = tidy(begins[2] if begins else text)
        if said:
            clause = found.setdefault(current[language], Read(current[language]))
            clause.lines[language].append(said)
    return list(found.values())


def asides(parts: Parts) -> list[Aside]:
    """Comments, heads, feet, notes, text boxes and hidden words."""
    found = []
    for where, stems in (
        ("comment", ("comments",)),
        ("header", ("header",)),
        ("footer", ("footer",)),
        ("note", ("footnotes", "endnotes")),
    ):
        for tree in parts.of(*stems):
            found += [Aside(where, text) for text in _texts(tree)]  # type: ignore[arg-type]
    body = parts.tree("word/document.xml")
    for box in body.iter(W + "txbxContent"):
        if not _inside(box, FALLBACK):
            found += [Aside("text_box", text) for text in _texts(box)]
    hidden = (_run_text(run, "now") for run in body.iter(W + "r") if _is_hidden(run))
    found += [Aside("hidden_text", tidy(text)) for text in hidden if text.strip()]
    return [one for one in found if one.text]


def paragraphs(parts: Parts) -> list[str]:
    """The body as it stands now, in its order: headings begin with `#`, a row is one line."""
    found: list[str] = []
    for element in parts.tree(BODY).iter(W + "p", W + "tr"):
        if element.tag == W + "tr":
            cells = (
                "".join(_text(p, "now") for p in c.iter(W + "p")) for c in element.iter(W + "tc")
            )
            found.append(f"| {' | '.join(map(tidy, cells))} |")
        elif next(element.iterancestors(W + "tc"), None) is None:
            style = element.find(f"{W}pPr/{W}pStyle")
            heading = style is not None and str(style.get(W + "val")).startswith(
                ("Heading", "Title")
            )
            found.append(("# " if heading else "") + tidy(_text(element, "now")))
    return found


def tidy(text: str) -> str:
    """A text as it is compared: digits of one kind, no marks, dashes and spaces that look alike.

    Arabic loses its short vowels, tatweel and presentation forms, which change no word. Hamza, taa
    marbuta and final yaa stay: in a contract they may be another word.
    """
    plain = unicodedata.normalize("NFKC", western(clean(text))).replace("\u0640", "")
    bare = "".join(c for c in plain if not "\u064b" <= c <= "\u0652" and c != "\u0670")
    for alike, usual in (("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'), ("–", "-"), ("—", "-")):
        bare = bare.replace(alike, usual)
    return " ".join(bare.split())


def _paragraphs(parts: Parts, reading: Reading) -> Iterator[tuple[Language, str, bool]]:
    """Each paragraph in its language, and whether its table holds no clause at all."""
    body = parts.tree("word/document.xml")
    cells: dict[etree._Element, Language] = {}
    tables: dict[etree._Element, bool] = {}
    for paragraph in body.iter(W + "p"):
        if _inside(paragraph, W + "txbxContent"):
            continue
        text = _text(paragraph, reading)
        cell = next(paragraph.iterancestors(W + "tc"), None)
        if cell is None:
            yield language_of(text), text, False
            continue
        *_, table = cell.iterancestors(W + "tbl")
        if cell not in cells:
            cells[cell] = language_of("".join(_text(one, reading) for one in cell.iter(W + "p")))
        if table not in tables:
            begins = (NUMBER.match(western(_text(one, reading))) for one in table.iter(W + "p"))
            tables[table] = not any(begins)
        yield cells[cell], text, tables[table]


def _text(paragraph: etree._Element, reading: Reading) -> str:
    runs = (
        run
        for run in paragraph.iter(W + "r")
        if next(run.iterancestors(W + "p"), None) is paragraph and not _is_hidden(run)
    )
    return "".join(_run_text(run, reading) for run in runs)


def _run_text(run: etree._Element, reading: Reading) -> str:
    """What a run says in this reading: nothing, where the change that made it is not taken."""
    above = {one.tag for one in run.iterancestors()}
    if reading == "now" and above.intersection(GONE):
        return ""
    if reading == "before" and above.intersection(COME):
        return ""
    out = []
    for part in run:
        if part.tag in (W + "t", W + "delText"):
            out.append(part.text or "")
        elif part.tag in (W + "br", W + "cr"):
            out.append("\n")
        elif part.tag == W + "tab":
            out.append(" ")
        elif part.tag == W + "noBreakHyphen":
            out.append("-")
    return "".join(out)


def _texts(tree: etree._Element) -> list[str]:
    return [
        tidy("".join(_run_text(run, "now") for run in paragraph.iter(W + "r")))
        for paragraph in tree.iter(W + "p")
    ]


def _is_hidden(run: etree._Element) -> bool:
    """Whether a reader of the page cannot see a run: hidden, white, or too small to read."""
    properties = run.find(W + "rPr")
    if properties is None:
        return False
    vanish = properties.find(W + "vanish")
    if vanish is not None and vanish.get(W + "val") not in ("0", "false"):
        return True
    colour = properties.find(W + "color")
    if colour is not None and colour.get(W + "val") in WHITE:
        return True
    size = properties.find(W + "sz")
    value = size.get(W + "val", "") if size is not None else ""
    return value.isdigit() and int(value) <= TINY


def _inside(element: etree._Element, tag: str) -> bool:
    return next(element.iterancestors(tag), None) is not None


def language_of(text: str) -> Language:
    """The language that most letters of a text are of."""
    arabic = sum("\u0600" <= letter <= "\u08ff" for letter in text)
    latin = sum(letter.isascii() and letter.isalpha() for letter in text)
    return "ar" if arabic > latin else "en"

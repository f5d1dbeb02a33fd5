"""Reads claims out of documents by rules: quantities, days, owners, states, promises, classes.

Arabic and English alike, line by line, each with its quotation. A claim says about which subject it
speaks and of which kind it is; two that agree in both can contradict each other.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from dealix.business.compliance.claim_words import (
    COUNT,
    DAY,
    FIELDS,
    INSIDE,
    NEGATION,
    OUTSIDE,
    PROMISES,
    QUALIFIERS,
    QUANTITY,
    TOPICS,
    UNITS,
)
from dealix.language.normal import plain

ClaimKind = Literal["number", "duration", "day", "field", "promise", "count", "limit"]
Value = str | float | bool
LONGEST_LINE = 600
MOST_LINES = 20_000
HEADING = re.compile(r"^#{1,6}\s+(.*)$")
NUMBERED = re.compile(r"^#{2,6}\s+\d+[.)]\s")
CELL = re.compile(r"(?<!\\)\|")
PLURAL = re.compile(r"\b(minutes|hours|days|weeks|months)\b")
RULE = re.compile(r"^\s*\|?[\s:|-]+\|?\s*$")


@dataclass(frozen=True)
class Document:
    """A text with the name under which it is quoted."""

    name: str
    text: str


@dataclass(frozen=True)
class Claim:
    """What one place says of one subject; `value` is comparable with others of its kind."""

    source: str
    line: int
    quote: str
    kind: ClaimKind
    subject: str
    value: Value


@dataclass(frozen=True)
class _Line:
    source: str
    number: int
    quote: str
    text: str
    heading: str

    def claim(self, kind: ClaimKind, subject: str, value: Value) -> Claim:
        return Claim(self.source, self.number, self.quote, kind, subject, value)


def claims_of(document: Document) -> list[Claim]:
    """Every claim that the rules find in a document, in the order of its lines."""
    lines = list(_lines(document))
    found = [claim for line in lines for claim in _said(line)]
    return [*found, *_listed(lines), *_classes(lines)]


def _lines(document: Document) -> Iterator[_Line]:
    heading = ""
    for number, raw in enumerate(document.text.splitlines()[:MOST_LINES], 1):
        quote = raw.strip()[:LONGEST_LINE]
        title = HEADING.match(quote)
        heading = _spelled(title[1]) if title else heading
        if quote:
            yield _Line(document.name, number, quote, _spelled(quote), heading)


def _spelled(text: str) -> str:
    return plain(text.replace("*", "").replace("`", ""), dashes=True).strip()


def _said(line: _Line) -> Iterator[Claim]:
    yield from _promises(line)
    yield from _quantities(line)
    yield from _fields(line)
    for number, phrase in COUNT.findall(line.text):
        yield line.claim("count", _phrase(phrase), float(number))


def _promises(line: _Line) -> Iterator[Claim]:
    for sentence in re.split(r"[.;!?؟؛]\s", line.text):
        for name, pattern in PROMISES.items():
            found = re.search(pattern, sentence)
            if found:
                before = sentence[max(0, found.start() - 40) : found.start()]
                denied = NEGATION.search(before) is not None
                yield line.claim("promise", name, not denied)


def _quantities(line: _Line) -> Iterator[Claim]:
    topics = [name for name, pattern in TOPICS.items() if re.search(pattern, line.text)]
    amount = QUANTITY.search(line.text)
    if not topics or amount is None:
        return
    of = "+".join(name for name, pattern in QUALIFIERS.items() if re.search(pattern, line.text))
    measure, value = _measured(amount[1], amount[2])
    kind: ClaimKind = "duration" if measure == "seconds" else "number"
    yield line.claim(kind, f"{topics[0]}:{of or 'all'}:{measure}", value)


def _fields(line: _Line) -> Iterator[Claim]:
    for name, pattern in FIELDS.items():
        found = re.search(rf"(?:^|[\s>|*-])(?:{pattern})\s*[:：]\s*([^|]+)", line.text)
        if found is None or not line.heading:
            continue
        day = DAY.search(found[1])
        value = "-".join(day.groups()) if day else found[1].strip(" -.")
        yield line.claim("day" if day else "field", f"{line.heading}:{name}", value)


def _listed(lines: Iterable[_Line]) -> Iterator[Claim]:
    """How many numbered parts a chapter has, as what its title names, in brackets too."""
    chapter: _Line | None = None
    parts = 0
    for line in lines:
        if NUMBERED.match(line.quote):
            parts += 1
        elif re.match(r"^#{1,2}\s", line.quote):
            yield from _counted(chapter, parts)
            chapter, parts = line, 0
    yield from _counted(chapter, parts)


def _counted(chapter: _Line | None, parts: int) -> Iterator[Claim]:
    if chapter is not None and parts > 1:
        title = chapter.text.lstrip("# ")
        for phrase in re.findall(r"\(([^)]*)\)", title) or [title]:
            yield chapter.claim("count", _phrase(phrase), float(parts))


@dataclass(frozen=True)
class _Row:
    line: _Line
    cells: dict[str, str]
    name: str


def _rows(lines: Iterable[_Line]) -> Iterator[_Row]:
    header: list[str] = []
    for line in lines:
        if "|" not in line.text or RULE.match(line.text):
            header = [] if "|" not in line.text else header
            continue
        cells = [cell.strip() for cell in CELL.split(line.text.strip("|"))]
        if not header:
            header = cells
            continue
        yield _Row(line, dict(zip(header, cells, strict=False)), cells[0])


def _classes(lines: list[_Line]) -> Iterator[Claim]:
    """A table of classes says what belongs to each; a table under a class's title, what does.

    The subject is the class with what is limited: a limit's claim and a member's claim share it.
    """
    rows = list(_rows(lines))
    limits = [row for row in rows if "criteria" in row.cells or "المعايير" in row.cells]
    for row in limits:
        criteria = row.cells.get("criteria") or row.cells.get("المعايير") or ""
        longest = _longest(criteria)
        if longest is not None:
            yield row.line.claim("limit", f"{row.name}:longest", longest)
        if re.search(r"no external i/o|internal services", criteria):
            yield row.line.claim("limit", f"{row.name}:outside", False)
    names = [row.name for row in limits]
    for row in rows:
        of = next((name for name in names if name in row.line.heading), None)
        if of is not None and row not in limits:
            yield from _member(row, of)


def _member(row: _Row, of: str) -> Iterator[Claim]:
    length = _longest(row.cells.get("duration", ""))
    if length is not None:
        yield row.line.claim("duration", f"{of}:longest", length)
    said = row.cells.get("external i/o") or row.cells.get("steps") or ""
    if OUTSIDE.search(said) and not INSIDE.search(said):
        yield row.line.claim("promise", f"{of}:outside", True)


def _longest(text: str) -> float | None:
    """The longest time that a text names, in seconds; a plural without a number is two of it."""
    measured = [_measured(number, unit) for number, unit in QUANTITY.findall(text)]
    found = [value for measure, value in measured if measure == "seconds"]
    named = [2 * _measured("1", unit)[1] for unit in PLURAL.findall(text)]
    return max(found or named, default=None)


def _measured(number: str, unit: str) -> tuple[str, float]:
    for pattern, (measure, much) in UNITS.items():
        if re.fullmatch(pattern, unit):
            return measure, float(number) * much
    raise LookupError(unit)


def _phrase(words: str) -> str:
    """A noun phrase as a subject: without its plural."""
    return " ".join(word.removesuffix("s") for word in words.split())

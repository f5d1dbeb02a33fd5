"""Reads a list of leads as spreadsheets save it, and writes one that no spreadsheet executes.

A list comes in any of the encodings and with any of the separators that spreadsheets use in Arabic
and in English. What begins like a formula is a text here; in a list of ours an apostrophe stands
before it, and goes again when that list comes back.
"""

import codecs
import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dealix.business.leads.columns import CHOICES, COLUMNS, NEEDED, field_of, name_of, value_of
from dealix.errors import InvalidInput, TooLarge
from dealix.i18n import N_, translate
from dealix.i18n.fit import legible
from dealix.i18n.words import word

MOST_BYTES = 500_000
MOST_ROWS = 500
LONGEST_NAME, MOST_NAMED = 60, 20
"""Characters and number of columns that are named as those that nothing is taken from."""
SEPARATORS = (",", ";", "\t", "|", "،", "؛")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet would calculate."""

EDGES = " \t\r\n\u00a0\u200b\u200e\u200f\u061c\ufeff"
"""Blanks and direction marks around a cell, which come along when it is copied."""
NO_TEXT = ("PK\x03\x04", "%PDF", "\xd0\xcf\x11\xe0", "{\\rtf")


@dataclass(frozen=True)
class Sheet:
    """The rows of a list with the numbers that a spreadsheet shows beside them; the head is 1.

    A cell stands under the field that its column fills. `ignored` are the columns that fill none,
    `ragged` the rows that have more cells than the head.
    """

    rows: list[tuple[int, dict[str, str]]]
    ignored: list[str] = field(default_factory=list)
    ragged: frozenset[int] = frozenset()


def read(content: bytes) -> Sheet:
    """The rows of a list.

    Raises:
        TooLarge: `csv_too_large`.
        InvalidInput: `csv_empty`, `csv_unreadable`, `csv_columns` (a column is missing),
            `csv_column_twice`, `csv_too_many_rows`.
    """
    if len(content) > MOST_BYTES:
        raise TooLarge("csv_too_large", limit=MOST_BYTES // 1000)
    records = _records(_decoded(content))
    if not records:
        raise InvalidInput("csv_empty")
    head = [each.strip(EDGES) for each in records[0]]
    fields = [field_of(each) for each in head]
    _check(fields)
    bodies = [
        (number, row) for number, row in enumerate(records[1:], 2) if any(map(str.strip, row))
    ]
    if not bodies:
        raise InvalidInput("csv_empty")
    if len(bodies) > MOST_ROWS:
        raise InvalidInput("csv_too_many_rows", limit=MOST_ROWS)
    return Sheet(
        [(number, _cells(fields, row)) for number, row in bodies],
        [
            legible(name)[:LONGEST_NAME]
            for name, known in zip(head, fields, strict=True)
            if known is None and name
        ][:MOST_NAMED],
        frozenset(number for number, row in bodies if any(map(str.strip, row[len(fields) :]))),
    )


def write(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as a list that every spreadsheet opens in UTF-8, with no cell that it calculates."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(
        [harmless(cell) for cell in row] for row in rows
    )
    return codecs.BOM_UTF8 + out.getvalue().encode("utf-8", "replace")


def written(leads: Sequence[Mapping[str, Any]], locale: str) -> bytes:
    """Leads as a list, under the names of its columns in this language, the score behind them."""
    scored = {"score": N_("Score"), "grade": N_("Grade"), "status": N_("Status")}
    head = [name_of(each, locale) for each in COLUMNS]
    head += [translate(locale, each) for each in scored.values()]
    rows = [[_said(lead, each, locale) for each in (*COLUMNS, *scored)] for lead in leads]
    return write([head, *rows])


def _said(lead: Mapping[str, Any], field: str, locale: str) -> str:
    group, _, name = field.rpartition(".")
    value = (lead[group] if group else lead).get(name)
    if field in CHOICES or field in {"grade", "status"}:
        return str(word(locale, value)) if value else ""
    return "" if value is None else str(value)


def harmless(cell: str) -> str:
    """A cell as text, whatever it begins with."""
    return f"'{cell}" if _calculates(cell) else cell


def _calculates(cell: str) -> bool:
    return cell.startswith(FORMULA) or cell.lstrip().startswith(FORMULA)


def _decoded(content: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 or windows-1256."""
    if not content.strip():
        raise InvalidInput("csv_empty")
    if content.startswith(tuple(each.encode("latin-1") for each in NO_TEXT)):
        raise InvalidInput("csv_unreadable")
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise InvalidInput("csv_unreadable")


def _encodings(content: bytes) -> tuple[str, ...]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if content.startswith(codecs.BOM_UTF8):
        return ("utf-8-sig",)
    start = content[:200]
    if b"\x00" in start:  # Latin letters of UTF-16 have an empty half
        first_half, second_half = start[::2].count(0), start[1::2].count(0)
        return ("utf-16-le", "utf-16-be") if second_half >= first_half else ("utf-16-be",)
    return ("utf-8", "cp1256")


def _records(text: str) -> list[list[str]]:
    """Every record of the text, with the separator by which its head says most."""
    separator, text = _named_separator(text)
    found = separator or max(SEPARATORS, key=lambda each: _known_in_head(text, each))
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=found, strict=True))
    except csv.Error:
        raise InvalidInput("csv_unreadable") from None


def _named_separator(text: str) -> tuple[str | None, str]:
    """The separator that a first line `sep=;` names, and the text behind it."""
    first, _, rest = text.partition("\n")
    named = first.strip(EDGES).lower().removeprefix('"').removesuffix('"')
    if named.startswith("sep=") and named[4:] in SEPARATORS:
        return named[4:], rest
    return None, text


def _known_in_head(text: str, separator: str) -> int:
    try:
        head = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])
    except csv.Error:
        return 0
    return sum(field_of(each) is not None for each in head)


def _check(fields: Sequence[str | None]) -> None:
    known = [each for each in fields if each is not None]
    twice = next((each for each in known if known.count(each) > 1), None)
    if twice is not None:
        raise InvalidInput("csv_column_twice", column=f"column.{twice}")
    named = set(known) | ({"company.name"} if "company.name_ar" in known else set())
    missing = next((each for each in NEEDED if each not in named), None)
    if missing is not None:
        raise InvalidInput("csv_columns", column=f"column.{missing}")


def _cells(fields: Sequence[str | None], row: Sequence[str]) -> dict[str, str]:
    found = {}
    for name, raw in zip(fields, row, strict=False):
        cell = raw.strip(EDGES)
        if cell.startswith("'") and _calculates(cell[1:]):
            cell = cell[1:].strip(EDGES)
        if name is not None and cell:
            found[name] = value_of(name, cell)
    return found

"""Draws a paper block by block, so that rows split between pages line by line and heads repeat."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dealix.printing.paper import (
    SIGNING_AT,
    Block,
    Clauses,
    Facts,
    Grid,
    Heading,
    Locale,
    Paper,
    Paragraph,
    Signature,
    Space,
    Table,
)
from dealix.printing.sheet import INK, LINE, MARGIN, POINT, SHADE, SOFT, Align, Sheet

BODY, SMALL = 10.0, 8.5
SIZES = {1: 17.0, 2: 13.0, 3: 11.0}
PAD = 1.6
GUTTER = 8.0
SIGNED_TO, SIGNED_PAD = 42.0, 2.8
"""Width of the Arabic labels at the right of lines to sign, and the air above and below."""


@dataclass(frozen=True)
class Cell:
    """A text and where it stands in a row."""

    text: str
    x: float
    width: float
    locale: Locale
    bold: bool = False
    align: Align = "start"
    ink: tuple[int, int, int] = INK


def printed(paper: Paper) -> bytes:
    """The paper as PDF."""
    sheet = Sheet(paper)
    for number, block in enumerate(paper.blocks):
        follows = paper.blocks[number + 1] if number + 1 < len(paper.blocks) else None
        _draw(sheet, block, follows)
    return sheet.finish()


def _draw(sheet: Sheet, block: Block, follows: Block | None) -> None:
    locale = getattr(block, "locale", None) or sheet.paper.locale
    match block:
        case Heading():
            _heading(sheet, block, locale, alone=follows is None)
        case Paragraph():
            _paragraph(sheet, block, locale)
        case Facts():
            _facts(sheet, block, locale)
        case Table():
            _table(sheet, block, locale)
        case Grid():
            _grid(sheet, block)
        case Clauses():
            _clauses(sheet, block)
        case Signature():
            _signature(sheet, block)
        case Space():
            sheet.set_y(min(sheet.y + block.height, sheet.y + max(sheet.left_below, 0)))


def _heading(sheet: Sheet, block: Heading, locale: Locale, *, alone: bool) -> None:
    sheet.pen(SIZES[block.level], bold=True)
    lines = sheet.lines(block.text, sheet.room, locale)
    above = 0.0 if sheet.y < 30 else {1: 4.0, 2: 5.0, 3: 3.0}[block.level]
    _need(sheet, above + len(lines) * sheet.line_height + (0 if alone else 18))
    sheet.set_y(sheet.y + (above if sheet.y > 30 else 0))
    sheet.pen(SIZES[block.level], bold=True)
    for line in lines:
        sheet.write_line(line, MARGIN, sheet.room, locale)
        sheet.set_y(sheet.y + sheet.line_height)
    sheet.set_y(sheet.y + 1)


def _paragraph(sheet: Sheet, block: Paragraph, locale: Locale) -> None:
    size, ink = (SMALL, SOFT) if block.small else (BODY, INK)
    sheet.pen(size, bold=block.bold, ink=ink)
    for line in sheet.lines(block.text, sheet.room, locale):
        _need(sheet, sheet.line_height)
        sheet.pen(size, bold=block.bold, ink=ink)
        sheet.write_line(line, MARGIN, sheet.room, locale, "centre" if block.centred else "start")
        sheet.set_y(sheet.y + sheet.line_height)
    sheet.set_y(sheet.y + 2)


def _facts(sheet: Sheet, block: Facts, locale: Locale) -> None:
    places = _columns(sheet, (0.3, 0.7), locale)
    for name, value in block.rows:
        cells = [
            Cell(name, *places[0], locale, ink=SOFT),
            Cell(value, *places[1], locale),
        ]
        _row(sheet, cells, BODY, line_below=True)
    sheet.set_y(sheet.y + 3)


def _table(sheet: Sheet, block: Table, locale: Locale) -> None:
    shares = block.widths or tuple(1.0 for _ in block.head)
    places = _columns(sheet, shares, locale)
    align: Callable[[int], Align] = lambda column: "end" if column in block.ends else "start"  # noqa: E731

    def head() -> None:
        cells = [
            Cell(text, *places[n], locale, bold=True, align=align(n))
            for n, text in enumerate(block.head)
        ]
        _row(sheet, cells, SMALL, line_below=True, shade=True)

    _need(sheet, 20)
    head()
    for row in block.rows:
        cells = [Cell(text, *places[n], locale, align=align(n)) for n, text in enumerate(row)]
        _row(sheet, cells, SMALL, line_below=True, again=head)
    sheet.set_y(sheet.y + 3)


def _grid(sheet: Sheet, block: Grid) -> None:
    for row in block.rows:
        places = _columns(sheet, tuple(1.0 for _ in row), "en")
        cells = [
            Cell(one.text, *place, one.locale, bold=one.bold)
            for one, place in zip(row, places, strict=True)
        ]
        if any(one.text for one in row):
            _row(sheet, cells, SMALL, line_below=True)
    sheet.set_y(sheet.y + 3)


def _clauses(sheet: Sheet, block: Clauses) -> None:
    width = (sheet.room - GUTTER) / 2
    left, right = (MARGIN, width), (MARGIN + width + GUTTER, width)
    for clause in block.clauses:
        titles = [
            Cell(f"{clause.number}. {clause.title_en}", *left, "en", bold=True),
            Cell(f"{clause.number}. {clause.title_ar}", *right, "ar", bold=True),
        ]
        _need(sheet, 22)
        _row(sheet, titles, BODY, pad=0)
        _row(sheet, [Cell(clause.en, *left, "en"), Cell(clause.ar, *right, "ar")], BODY, pad=0)
        sheet.set_y(sheet.y + 3.5)


def _signature(sheet: Sheet, block: Signature) -> None:
    """A party's lines: English label, the line, Arabic label; the label's foot is the line's."""
    left, right = (MARGIN, SIGNING_AT - PAD), (sheet.w - MARGIN - SIGNED_TO + PAD, SIGNED_TO - PAD)
    _need(sheet, 12 + len(block.lines) * (SMALL * POINT * 2 + 2 * SIGNED_PAD))
    sheet.set_y(sheet.y + 3)
    half = (sheet.room - GUTTER) / 2
    arabic, english = block.party
    heads = [
        Cell(english, MARGIN, half, "en", bold=True),
        Cell(arabic, MARGIN + half + GUTTER, half, "ar", bold=True),
    ]
    _row(sheet, heads, BODY, pad=0)
    for arabic, english in block.lines:
        labels = [Cell(english, *left, "en", ink=SOFT), Cell(arabic, *right, "ar", ink=SOFT)]
        _row(sheet, labels, SMALL, pad=SIGNED_PAD)
        foot = sheet.y - SIGNED_PAD
        sheet.set_draw_color(*SOFT)
        sheet.line(MARGIN + SIGNING_AT, foot, sheet.w - MARGIN - SIGNED_TO, foot)
    sheet.set_y(sheet.y + 3)


def _columns(sheet: Sheet, shares: Sequence[float], locale: Locale) -> list[tuple[float, float]]:
    """Place and width of each column in the reader's order: mirrored where it is Arabic."""
    room, whole = sheet.room, sum(shares)
    places, x = [], MARGIN
    for share in shares:
        width = room * share / whole
        begin = x if locale == "en" else 2 * MARGIN + room - x - width
        places.append((begin + PAD, width - 2 * PAD))
        x += width
    return places


def _row(
    sheet: Sheet,
    cells: Sequence[Cell],
    size: float,
    *,
    line_below: bool = False,
    shade: bool = False,
    pad: float = PAD,
    again: Callable[[], None] | None = None,
) -> None:
    """Cells side by side; what does not fit on the page goes on, line by line, on the next one."""
    columns = []
    for cell in cells:
        sheet.pen(size, bold=cell.bold)
        columns.append(sheet.lines(cell.text, cell.width, cell.locale))
    height = sheet.line_height
    rest, whole = columns, max(map(len, columns))
    if whole * height + 2 * pad > sheet.left_below and whole * height < 60:
        _turn(sheet, again)
    while any(rest):
        fitting = int((sheet.left_below - 2 * pad) // height)
        if fitting < 1:
            _turn(sheet, again)
            continue
        now, rest = [c[:fitting] for c in rest], [c[fitting:] for c in rest]
        _strip(sheet, cells, now, size, pad=pad, shade=shade)
        if any(rest):
            _turn(sheet, again)
    if line_below:
        sheet.set_draw_color(*LINE)
        sheet.line(MARGIN, sheet.y, sheet.w - MARGIN, sheet.y)


def _strip(
    sheet: Sheet,
    cells: Sequence[Cell],
    columns: Sequence[Sequence[str]],
    size: float,
    *,
    pad: float,
    shade: bool,
) -> None:
    """The part of a row that stands on one page."""
    sheet.pen(size)
    top, height = sheet.y, sheet.line_height
    tall = max(map(len, columns)) * height + 2 * pad
    if shade:
        sheet.set_fill_color(*SHADE)
        sheet.rect(MARGIN, top, sheet.room, tall, style="F")
    for cell, lines in zip(cells, columns, strict=True):
        sheet.pen(size, bold=cell.bold, ink=cell.ink)
        for number, line in enumerate(lines):
            sheet.set_y(top + pad + number * height)
            sheet.write_line(line, cell.x, cell.width, cell.locale, cell.align)
    sheet.set_y(top + tall)


def _turn(sheet: Sheet, again: Callable[[], None] | None) -> None:
    sheet.add_page()
    if again is not None:
        again()


def _need(sheet: Sheet, height: float) -> None:
    """Turn the page when this height is not left on it."""
    if height > sheet.left_below:
        sheet.add_page()

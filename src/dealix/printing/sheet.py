"""A page under the pen: fonts, one line of text at a place, head and foot of every page."""

import unicodedata
from importlib.resources import files
from typing import Literal, TypeVar

from fpdf import FPDF
from fpdf.enums import PDFResourceType
from fpdf.fonts import TTFFont

from dealix.printing.directions import clean, isolated, ltr, steady, western
from dealix.printing.glyphs import drawn, wide
from dealix.printing.lines import INVISIBLE, broken, visual
from dealix.printing.paper import Face, Locale, Paper

MARGIN = 18.0
TOP = 24.0
BOTTOM = 22.0
INK, SOFT, LINE, SHADE = (28, 32, 36), (96, 104, 112), (200, 205, 210), (244, 246, 248)
LOUD, PALE = (176, 0, 32), (238, 233, 234)
"""A stamp above a page, and across it, where text must stay readable on top."""
LEADING: dict[Face, float] = {"sans": 1.55, "naskh": 1.75}
POINT = 0.352778
FONTS: dict[Face, tuple[str, dict[str, str]]] = {
    "sans": (
        "fontpkg_ibm_plex_sans_arabic",
        {"": "IBMPlexSansArabic-Regular.ttf", "B": "IBMPlexSansArabic-SemiBold.ttf"},
    ),
    "naskh": ("fontpkg_amiri", {"": "Amiri-Regular.ttf", "B": "Amiri-Bold.ttf"}),
}
Kept = TypeVar("Kept")
Texts = dict[tuple[str, str, float, str | bool], Kept]
"""What was found out about a text by face, size and weight, or direction: the same ones recur."""

UNKNOWN = "?"
"""Stands where no face has a letter: what cannot be printed is not left out in silence."""

Align = Literal["start", "end", "centre"]


class Sheet(FPDF):
    """A4 pages of one paper. `finish` writes the feet: only then it is known how many there are."""

    def __init__(self, paper: Paper) -> None:
        super().__init__(format="A4", unit="mm")
        self.paper = paper
        self._widths: Texts[float] = {}
        self._shaped: Texts[str] = {}
        self.set_margins(MARGIN, TOP, MARGIN)
        self.set_auto_page_break(False)
        self.c_margin = 0
        self.set_creation_date(paper.created_at)
        self.set_title(clean(paper.title))
        self.set_lang(paper.locale)
        self.set_producer("Dealix")
        self._cover: dict[str, frozenset[int]] = {}
        self._load("main", paper.face)
        if any(not self._has("main", letter) for letter in _letters(paper)):
            self._load("other", "naskh" if paper.face == "sans" else "sans")
        self.add_page()

    @property
    def room(self) -> float:
        """Width between the margins."""
        return float(self.w) - 2 * MARGIN

    @property
    def left_below(self) -> float:
        """Height that is still free on this page."""
        return float(self.h) - BOTTOM - float(self.y)

    def pen(self, size: float, *, bold: bool = False, ink: tuple[int, int, int] = INK) -> None:
        """Take a size and weight for what is measured and written next."""
        self.set_font("main", "B" if bold else "", size)
        self.set_text_color(*ink)

    @property
    def line_height(self) -> float:
        """Height of a line in the size that the pen has."""
        return float(self.font_size_pt) * POINT * LEADING[self.paper.face]

    def said(self, text: str, locale: Locale) -> str:
        """A text as it is written: one kind of digits, and nothing in it can turn around."""
        plain = western(text).replace("\t", " ").replace("\r", "")
        plain = "".join(one if self._drawn(one) else _instead(one) for one in plain)
        return steady(plain) if locale == "ar" else plain

    def lines(self, text: str, width: float, locale: Locale) -> list[str]:
        """The lines of a text in the pen's size."""
        return broken(self.said(text, locale), width, self._measure)

    def write_line(
        self, text: str, x: float, width: float, locale: Locale, align: Align = "start"
    ) -> None:
        """One line between `x` and `x + width` at the present height; the height stays."""
        runs = visual(text.rstrip(), rightward=locale == "en")
        room = [self._measure(run) for run, _ in runs]
        free = width - sum(room)
        at_left = (align == "start") == (locale == "en")
        place = x + (free / 2 if align == "centre" else 0 if at_left else free)
        top = self.y
        for (run, leftward), taken in zip(runs, room, strict=True):
            self._write_run(run, place, top, leftward=leftward)
            place += taken
        self.set_y(top)

    def _write_run(self, run: str, place: float, top: float, *, leftward: bool) -> None:
        """A run of one direction; a letter that the face lacks is written in the other face.

        What the library's own cell does beside it (borders, links, fills, page breaks) costs three
        times the writing.
        """
        pieces = self._pieces(run)
        size, ink = float(self.font_size_pt), self.text_color
        base = top + 0.5 * self.line_height + 0.3 * float(self.font_size)
        for family, text in reversed(pieces) if leftward else pieces:
            font = self._font(family)
            shown = self._shown(font, text, size, leftward=leftward)
            self._resource_catalog.add(PDFResourceType.FONT, font.i, self.page)
            begin = f"{place * self.k:.2f} {(self.h - base) * self.k:.2f} Td"
            colour = ink.serialize().lower() if ink else ""
            self._out(f"q {colour} BT /F{font.i} {size:.2f} Tf {begin} {shown} ET Q")
            place += self._width(family, text)

    def _shown(self, font: TTFFont, text: str, size: float, *, leftward: bool) -> str:
        """The operators that draw a run, shaped once however often the paper says it."""
        key = (font.fontkey, text, size, leftward)
        if key not in self._shaped:
            self._shaped[key] = drawn(font, text, size, leftward=leftward)
        return self._shaped[key]

    def _font(self, family: str) -> TTFFont:
        font = self.fonts[f"{family}{self.font_style}"]
        if not isinstance(font, TTFFont):
            raise TypeError(family)
        return font

    def finish(self) -> bytes:
        """The feet of all pages, and the whole as PDF; nothing is written afterwards."""
        for number in range(1, self.pages_count + 1):
            self.page = number
            self._foot(number)
        self._drop_layout()
        content = bytes(self.output())
        self._close_fonts()
        return content

    def _drop_layout(self) -> None:
        """Forget the tables that shaping needed: they are not embedded, only read once more."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                for table in {"GSUB", "GPOS", "GDEF"} & set(font.ttfont.keys()):
                    del font.ttfont[table]

    def _close_fonts(self) -> None:
        """Close the font files, which the library leaves open."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()

    def header(self) -> None:
        """Sender and reference above a thin line."""
        paper = self.paper
        if paper.stamp:
            self._stamp(*paper.stamp)
        self.set_y(10)
        self.pen(8, ink=SOFT)
        sender = self.lines(paper.sender, self.room * 0.6, paper.locale)[0]
        self.write_line(sender, *self._side("start", 0.6), paper.locale)
        if paper.reference:
            self.write_line(ltr(paper.reference), *self._side("end", 0.4), paper.locale, "end")
        self.set_draw_color(*LINE)
        self.set_line_width(0.2)
        self.line(MARGIN, 17, self.w - MARGIN, 17)
        self.set_y(TOP)

    def _stamp(self, arabic: str, english: str) -> None:
        """Say above the page and, pale, across it that it is not meant in earnest."""
        self.set_y(4)
        self.pen(10, bold=True, ink=LOUD)
        both = f"{isolated(arabic)} · {isolated(english)}"
        for line in self.lines(both, self.room, self.paper.locale)[:1]:
            self.write_line(line, MARGIN, self.room, self.paper.locale, "centre")
        across: tuple[tuple[str, Locale], ...] = ((arabic, "ar"), (english, "en"))
        with self.rotation(45, self.w / 2, self.h / 2):
            for place, (text, locale) in enumerate(across):
                self.pen(44, bold=True, ink=PALE)
                self.set_y(self.h / 2 + (place - 1) * self.line_height)
                for line in self.lines(text, self.h, locale)[:1]:
                    self.write_line(line, (self.w - self.h) / 2, self.h, locale, "centre")

    def _foot(self, number: int) -> None:
        """The hash of what the paper says, and the number of the page."""
        self.set_y(self.h - 14)
        self.pen(7, ink=SOFT)
        if self.paper.mark:
            mark = ltr(self.paper.mark)
            self.write_line(mark, *self._side("start", 0.8), self.paper.locale)
        page = ltr(f"{number} / {self.pages_count}")
        self.write_line(page, *self._side("end", 0.2), self.paper.locale, "end")

    def _side(self, where: Align, share: float) -> tuple[float, float]:
        """Place and width of a share of the line at its start or end, by the paper's direction."""
        width = self.room * share
        at_left = (where == "start") == (self.paper.locale == "en")
        return (MARGIN if at_left else float(self.w) - MARGIN - width), width

    def _measure(self, text: str) -> float:
        seen = "".join(letter for letter in text if letter not in INVISIBLE)
        return sum(self._width(family, piece) for family, piece in self._pieces(seen))

    def _width(self, family: str, text: str) -> float:
        key = (family, text, float(self.font_size_pt), self.font_style)
        if key not in self._widths:
            font, size = self._font(family), float(self.font_size_pt)
            self._widths[key] = sum(
                wide(font, run, size, leftward=leftward) / self.k
                for run, leftward in visual(text, rightward=True)
            )
        return self._widths[key]

    def _pieces(self, text: str) -> list[tuple[str, str]]:
        """A text by the face that has its letters; a mark stays with its letter."""
        if text.isascii() or "other" not in self._cover:
            return [("main", text)] if text else []
        pieces: list[tuple[str, str]] = []
        for letter in text:
            bound = bool(pieces) and bool(unicodedata.combining(letter))
            family = pieces[-1][0] if bound else "main" if self._has("main", letter) else "other"
            if pieces and pieces[-1][0] == family:
                pieces[-1] = (family, pieces[-1][1] + letter)
            else:
                pieces.append((family, letter))
        return pieces

    def _drawn(self, letter: str) -> bool:
        """Whether any face has this letter; line ends and isolates need none."""
        if letter == "\n" or letter in INVISIBLE or self._has("main", letter):
            return True
        return "other" in self._cover and self._has("other", letter)

    def _has(self, family: str, letter: str) -> bool:
        return ord(letter) in self._cover[family]

    def _load(self, family: str, face: Face) -> None:
        package, styles = FONTS[face]
        for style, name in styles.items():
            self.add_font(family, style, str(files(package) / "files" / name))
        font = self.fonts[family]
        self._cover[family] = frozenset(font.cmap if isinstance(font, TTFFont) else ())


def _letters(paper: Paper) -> set[str]:
    """Every letter of a paper's own texts, as far as they tell which faces it needs."""
    return {one for one in repr(paper) if one.isprintable()} - INVISIBLE


def _instead(letter: str) -> str:
    """What stands for a letter of no face; joiners and selectors draw nothing by themselves."""
    return "" if unicodedata.category(letter) in {"Cf", "Mn", "Me"} else UNKNOWN

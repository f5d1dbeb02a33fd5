"""A page under the pen: fonts, one line of text at a place, head and foot of every page."""

from importlib.resources import files
from typing import Literal

from fpdf import FPDF
from fpdf.fonts import TTFFont

from dealix.printing.directions import clean, ltr, steady, western
from dealix.printing.lines import INVISIBLE, broken, visual
from dealix.printing.paper import Face, Locale, Paper

MARGIN = 18.0
TOP = 24.0
BOTTOM = 22.0
INK, SOFT, LINE, SHADE = (28, 32, 36), (96, 104, 112), (200, 205, 210), (244, 246, 248)
LEADING: dict[Face, float] = {"sans": 1.55, "naskh": 1.75}
POINT = 0.352778
FONTS: dict[Face, tuple[str, dict[str, str]]] = {
    "sans": (
        "fontpkg_ibm_plex_sans_arabic",
        {"": "IBMPlexSansArabic-Regular.ttf", "B": "IBMPlexSansArabic-SemiBold.ttf"},
    ),
    "naskh": ("fontpkg_amiri", {"": "Amiri-Regular.ttf", "B": "Amiri-Bold.ttf"}),
}
Widths = dict[tuple[str, float, str], float]
"""Widths of texts by size and weight: measured once, though a paper is laid out twice."""

Align = Literal["start", "end", "centre"]


class Sheet(FPDF):
    """A4 pages of one paper; `total` is the number of pages that the foot names."""

    def __init__(self, paper: Paper, total: int, widths: Widths) -> None:
        super().__init__(format="A4", unit="mm")
        self.paper = paper
        self.total = total
        self._widths = widths
        self.set_margins(MARGIN, TOP, MARGIN)
        self.set_auto_page_break(False)
        self.c_margin = 0
        self.set_creation_date(paper.created_at)
        self.set_title(clean(paper.title))
        self.set_lang(paper.locale)
        self.set_producer("Dealix")
        package, styles = FONTS[paper.face]
        for style, name in styles.items():
            self.add_font("face", style, str(files(package) / "files" / name))
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
        self.set_font("face", "B" if bold else "", size)
        self.set_text_color(*ink)

    @property
    def line_height(self) -> float:
        """Height of a line in the size that the pen has."""
        return float(self.font_size_pt) * POINT * LEADING[self.paper.face]

    def said(self, text: str, locale: Locale) -> str:
        """A text as it is written: one kind of digits, and nothing in it can turn around."""
        plain = western(text).replace("\t", " ").replace("\r", "")
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
        for (run, leftward), wide in zip(runs, room, strict=True):
            self.set_text_shaping(True, direction="rtl" if leftward else "ltr")
            self.set_xy(place, top)
            self.cell(wide, self.line_height, run)
            place += wide
        self.set_y(top)

    def close_fonts(self) -> None:
        """Close the font files, which the library leaves open."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()

    def header(self) -> None:
        """Sender and reference above a thin line."""
        paper = self.paper
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

    def footer(self) -> None:
        """The hash of what the paper says, and the number of the page."""
        self.set_y(self.h - 14)
        self.pen(7, ink=SOFT)
        if self.paper.mark:
            mark = ltr(self.paper.mark)
            self.write_line(mark, *self._side("start", 0.8), self.paper.locale)
        page = ltr(f"{self.page} / {self.total}")
        self.write_line(page, *self._side("end", 0.2), self.paper.locale, "end")

    def _side(self, where: Align, share: float) -> tuple[float, float]:
        """Place and width of a share of the line at its start or end, by the paper's direction."""
        width = self.room * share
        at_left = (where == "start") == (self.paper.locale == "en")
        return (MARGIN if at_left else float(self.w) - MARGIN - width), width

    def _measure(self, text: str) -> float:
        key = (text, float(self.font_size_pt), self.font_style)
        if key not in self._widths:
            self.set_text_shaping(True)
            seen = "".join(letter for letter in text if letter not in INVISIBLE)
            self._widths[key] = float(self.get_string_width(seen))
        return self._widths[key]

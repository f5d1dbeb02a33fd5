"""Shapes a run of one direction with a font, and writes it as operators of a PDF's content."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from fpdf.enums import TextDirection
from fpdf.fonts import TTFFont

from dealix.printing.directions import one_way


@dataclass(frozen=True)
class Glyph:
    """One glyph: its code in the PDF, and its measures in thousandths of the size.

    `width` is what the PDF's table of widths says, `advance` what the shaping wants instead.
    """

    code: int
    width: float
    advance: float
    aside: float
    up: float


def wide(font: TTFFont, text: str, size: float, *, leftward: bool) -> float:
    """The width of a shaped run, in points."""
    _, advances = font.get_text_width(text, size, _way(text, leftward=leftward))
    return float(advances)


def drawn(font: TTFFont, text: str, size: float, *, leftward: bool) -> str:
    """The operators that draw a run from where the pen stands, wherever that is.

    A glyph that moves aside is placed by `TJ` (thousandths of the size, against the direction of
    the pen), one that moves up by the text rise.
    """
    return "".join(_operators(font, _shaped(font, text, size, leftward=leftward), size))


def _operators(font: TTFFont, glyphs: list[Glyph], size: float) -> Iterator[str]:
    shown, moved = "", 0.0  # what one TJ shows, and thousandths that are still to move
    for glyph in glyphs:
        moved -= glyph.aside
        if glyph.up:
            yield f"[{shown}{_step(moved)}] TJ {glyph.up * size / 1000:.3f} Ts "
            shown, moved = "", 0.0
        shown += f"{_step(moved)}({font.escape_text(chr(glyph.code))})"
        moved = glyph.aside + glyph.width - glyph.advance
        if glyph.up:
            yield f"[{shown}] TJ 0 Ts "
            shown = ""
    if shown:
        yield f"[{shown.replace(')(', '')}] TJ"


def _step(moved: float) -> str:
    return f" {moved:.2f} " if abs(moved) >= 0.01 else ""


def _shaped(font: TTFFont, text: str, size: float, *, leftward: bool) -> list[Glyph]:
    """The glyphs of a run as HarfBuzz places them, each with the letters that it stands for.

    So a reader who copies a ligature gets its letters.
    """
    infos, places = font.perform_harfbuzz_shaping(text, size, _way(text, leftward=leftward))
    starts = [*sorted({int(info.cluster) for info in infos}), len(text)]
    letters = {begin: text[begin:end] for begin, end in pairwise(starts)}
    metrics, scale = font.ttfont["hmtx"].metrics, font.scale
    glyphs = []
    for info, place in zip(infos, places, strict=True):
        name = font.ttfont.getGlyphName(info.codepoint)
        width = round(scale * metrics[name][0])
        spelt = tuple(map(ord, letters.pop(int(info.cluster), "")))
        found = font.subset.get_glyph(
            glyph=info.codepoint, unicode=spelt, glyph_name=name, glyph_width=width
        )
        code = font.subset.pick_glyph(found)
        if code is not None:
            moves = (place.x_advance, place.x_offset, place.y_offset)
            glyphs.append(Glyph(code, width, *(scale * move for move in moves)))
    return glyphs


def _way(text: str, *, leftward: bool) -> dict[str, object]:
    """How a run is shaped: figures alone would else get the raised points of Arabic text."""
    direction = TextDirection.RTL if leftward else TextDirection.LTR
    plain = one_way(text, rightward=True) and any(letter.isalnum() for letter in text)
    script = "Latn" if plain else None
    return {"features": {}, "fragment_direction": direction, "script": script}

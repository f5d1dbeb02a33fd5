"""Papers print the same each time, and nothing in them turns around or falls off the line."""

import io
import os
import re
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader
from pypdfium2 import PdfDocument

from dealix.printing import (
    Clauses,
    Facts,
    Heading,
    Paper,
    Paragraph,
    ParallelClause,
    Signature,
    Table,
    isolated,
    lines,
    printed,
    western,
)
from dealix.printing.directions import LEFT_TO_RIGHT, POP, balanced, steady
from dealix.printing.glyphs import _shaped, wide
from dealix.printing.lines import broken, visual
from dealix.printing.sheet import Sheet

WHEN = datetime(2025, 11, 25, 9, 30, tzinfo=UTC)
LONG = "الشركة العربية السعودية المتحدة لتطوير الحلول التقنية والخدمات اللوجستية المتكاملة المحدودة"


def paper(locale="ar", face="sans", **more):
    blocks = (
        Heading("مذكرة شروط"),
        Paragraph("الهاتف +966 50 123 4567 والتاريخ 2025-11-25 والمبلغ 1,200.00 SAR"),
        Facts((("الشريك", LONG * 2),)),
        Clauses((ParallelClause("1", "السرية", "Secrecy", "يلتزم الطرفان.", "Both keep it."),)),
    )
    given = {"title": "t", "locale": locale, "created_at": WHEN, "blocks": blocks, "face": face}
    return Paper(**given | more)


def seen(text: str) -> str:
    """A line of Arabic from left to right, as it lies on the page."""
    runs = visual(steady(text), rightward=False)
    return "".join(run[::-1] if leftward else run for run, leftward in runs)


@pytest.mark.parametrize(
    "value",
    [
        "+966 50 123 4567",
        "(050) 123-4567",
        "2025-11-25",
        "25/11/2025 09:30",
        "1,200,000.00 SAR",
        "Noura Al-Qahtani",
        "Acme Cloud Ltd (KSA)",
        "run_01kabc-77",
        "<5fec@rawabi.example>",
        "12.5%",
    ],
)
def test_a_value_in_an_arabic_line_reads_as_it_was_written(value):
    assert value in seen(f"القيمة {value} في السطر")
    assert value in seen(f"القيمة ({value})، ثم")


def test_a_number_inside_an_arabic_name_inside_an_english_line_stays_in_its_name():
    line = visual("The company روابي (سجل 1010) in Riyadh", rightward=True)
    shown = [text for text, _ in line]
    assert shown.index("1010") < shown.index("روابي (سجل ")


def test_what_is_isolated_already_is_left_as_it_is():
    text = f"مبلغ {LEFT_TO_RIGHT}5 - 3{POP} ريال"
    assert steady(text) == text


def test_overrides_that_mislead_a_reader_are_taken_out():
    assert steady("اسم \u202eevil\u202c") == f"اسم {LEFT_TO_RIGHT}evil{POP}"
    assert isolated("a\u202eb\u2066c") == "\u2068abc\u2069"


def test_an_isolate_that_a_line_break_cuts_is_whole_on_both_lines():
    first, second = balanced([f"أ {LEFT_TO_RIGHT}abc", f"def{POP} ب"])
    assert first.endswith(f"abc{POP}")
    assert second.startswith(f"{LEFT_TO_RIGHT}def{POP}")


def test_digits_are_of_one_kind():
    assert western("٣٤٥٬٦٧٨٫٩٠ و۱۲") == "345,678.90 و12"
    assert western("أ٬ب") == "أ٬ب"


@pytest.mark.parametrize("text", [LONG, "x" * 95, f"{LONG} {'ي' * 70} end", "قَُّ" * 60])
def test_no_line_is_wider_than_its_column_and_nothing_is_lost(text):
    lines = broken(text, 20, len)
    assert max(map(len, lines)) <= 20 + 3
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_mark_never_leaves_its_letter():
    assert all(line[0] == "ق" for line in broken("قَُّ" * 60, 21, len))


def test_the_same_paper_is_the_same_bytes_in_another_process():
    code = (
        "import hashlib; from tests.printing.test_printing import paper, printed; "
        "print(hashlib.sha256(printed(paper())).hexdigest())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "77")
    }  # fmt: skip
    assert len(seen) == 1
    assert printed(paper()) != printed(paper(reference="TS-2"))


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def test_a_long_table_repeats_its_head_and_each_page_says_which_it_is():
    rows = tuple((f"step {n}", "x " * 150) for n in range(40))
    found = pages(
        printed(
            paper("en", blocks=(Table(("Step", "Reference"), rows, (1, 2)),), mark="sha256:abcd")
        )
    )
    assert len(found) > 2
    for number, text in enumerate(found, start=1):
        assert "Reference" in text
        assert f"{number} / {len(found)}" in text
        assert "sha256:abcd" in text
    assert re.findall(r"step (\d+)\b", "\n".join(found)) == [str(n) for n in range(40)]


@pytest.mark.parametrize("many", [1, 2, 3])
def test_a_page_names_how_many_there_are_whatever_was_guessed(many):
    blocks = (Paragraph("\n".join(f"line {n}" for n in range(40 * many - 10))),)
    found = pages(printed(paper("en", blocks=blocks)))
    assert len(found) == many
    assert all(f"{n} / {many}" in text for n, text in enumerate(found, start=1))


def test_a_row_taller_than_a_page_goes_on_on_the_next():
    words = " ".join(f"w{n}" for n in range(3000))
    found = pages(printed(paper("en", blocks=(Facts((("name", words),)),))))
    assert len(found) > 1
    assert "w0 " in found[0]
    assert "w2999" in found[-1]


def test_a_table_is_mirrored_in_arabic():
    def place(locale):
        document = PdfDocument(
            printed(paper(locale, blocks=(Table(("AAA", "ZZZ"), (("1", "2"),)),)))
        )
        text = document[0].get_textpage()
        begin = [text.search(name).get_next()[0] for name in ("AAA", "ZZZ")]
        places = [text.get_charbox(one)[0] for one in begin]
        document.close()
        return places

    first, second = place("en")
    assert first < second
    first, second = place("ar")
    assert first > second


def test_arabic_can_be_copied_out_of_a_naskh_paper():
    line = "لا تصبح الشراكة نافذة"
    document = PdfDocument(printed(paper("ar", "naskh", blocks=(Paragraph(line),))))
    assert line in document[0].get_textpage().get_text_range()
    document.close()


@pytest.mark.parametrize("face", ["sans", "naskh"])
def test_letters_join_across_a_vowel_mark(face):
    sheet = Sheet(paper("ar", face))
    sheet.pen(20)
    for marked, bare in (("يُتحقق", "يتحقق"), ("سُئل", "سئل"), ("مُفعّل", "مفعل")):
        widths = [wide(sheet._font("main"), text, 20, leftward=True) for text in (marked, bare)]
        assert widths[0] == pytest.approx(widths[1], rel=0.02), (
            "a cut before the mark changes forms"
        )
    sheet.finish()


@pytest.mark.parametrize(("face", "letter"), [("naskh", "≥"), ("sans", "ﷺ")])
def test_a_letter_that_the_face_lacks_comes_from_the_other(face, letter):
    (text,) = pages(printed(paper("en", face, blocks=(Paragraph(f"a {letter} b"),))))
    assert letter in text or "صلى" in text


def test_a_letter_of_no_face_is_seen_to_be_missing():
    (text,) = pages(printed(paper("en", blocks=(Paragraph("name: 中文\u200d😀."),))))
    assert "name: ???." in text


def test_figures_in_brackets_read_from_left_to_right():
    assert "≥ 250000" in seen(f"الإيراد ({isolated('≥ 250000')})")
    assert "≥ 250000" in seen("الإيراد (≥ 250000)")


def test_a_heading_is_bold_whatever_letters_it_holds():
    content = printed(paper("en", "naskh", blocks=(Heading("a ≥ b"), Paragraph("c"))))
    fonts = PdfReader(io.BytesIO(content)).pages[0]["/Resources"]["/Font"]
    names = {str(font.get_object()["/BaseFont"]) for font in fonts.values()}
    assert any("AmiriBold" in name for name in names)
    assert any("SemiBold" in name for name in names)


@pytest.mark.parametrize("rightward", [True, False])
def test_two_isolates_side_by_side_keep_their_order(rightward):
    runs = visual("\u2067شركة الروابي\u2069\u206612 (x)\u2069", rightward=rightward)
    ordered = [("شركة الروابي", True), ("12 (x)", False)]
    assert runs == (ordered if rightward else ordered[::-1])


@pytest.mark.parametrize("rightward", [True, False])
@pytest.mark.parametrize(
    "line",
    [
        "بدأ في \u206626\u2069 نوفمبر \u20662026\u2069",
        "\u2066run_01\u2069: \u2068شركة الروابي\u2069",
        "\u2068Al Rawabi\u2069 \u2066(+966 50)\u2069",
        "المسودة \u2066sha256:41219b\u2069، \u206612%\u2069",
    ],
)
def test_the_short_way_of_ordering_a_line_is_the_whole_rules(monkeypatch, line, rightward):
    quick = visual(line, rightward=rightward)
    monkeypatch.setattr(lines, "_side_by_side", lambda *_, **__: None)
    whole = visual(line, rightward=rightward)
    seen = [
        "".join(text[::-1] if leftward else text for text, leftward in runs)
        for runs in (quick, whole)
    ]
    assert seen[0] == seen[1]


def test_figures_look_the_same_in_both_languages():
    sheet = Sheet(paper("ar", "naskh"))
    font = sheet._font("main")
    alone, after = (
        [glyph.code for glyph in _shaped(font, text, 20, leftward=False)]
        for text in ("1,250.00", "a1,250.00")
    )
    assert alone == after[1:], "points of Arabic text are raised"
    sheet._close_fonts()


def test_a_stamp_is_on_every_page_and_moves_nothing():
    lines = Paragraph("\n".join(f"line {n}" for n in range(60)))
    plain = PdfDocument(printed(paper("en", blocks=(lines,))))
    stamped = PdfDocument(printed(paper("en", blocks=(lines,), stamp=("للتدريب", "Practice only"))))
    assert len(plain) == len(stamped) == 2
    for pair in zip(plain, stamped, strict=True):
        before, after = (page.get_textpage().get_text_range() for page in pair)
        assert "".join(after.split()).count("Practiceonly") == 2
        assert re.findall(r"line \d+", after) == re.findall(r"line \d+", before)
    plain.close()
    stamped.close()


def test_where_a_party_signs_is_never_cut_by_the_end_of_a_page():
    lines = tuple((f"خط {n}", f"line {n}") for n in range(4))
    for above in range(28, 44, 4):
        text = Paragraph("\n".join("above" for _ in range(above)))
        found = pages(printed(paper("en", blocks=(text, Signature(("طرف", "Party"), lines)))))
        assert [page for page in found if "line 0" in page] == [
            page for page in found if "line 3" in page and "Party" in page
        ]

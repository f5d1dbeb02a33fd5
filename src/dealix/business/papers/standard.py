"""What a company begins with: a clause library and a bilingual template, both written by code."""

import hashlib
import io
from functools import cache
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from dealix.business.papers.packing import plain_zip
from dealix.business.papers.schemas import Prevailing, Wording

STANDARD_VERSION = "standard-2"
PREVAILING: Prevailing = "ar"

CLAUSES: tuple[tuple[str, str, Wording], ...] = (
    (
        "kind",
        "partner_manager",
        Wording(
            title_ar="نوع الشراكة",
            title_en="Kind of partnership",
            ar="نوع الشراكة بين {company} و{partner} هو {partner_type}، وهي شراكة {exclusivity}.",
            en="The partnership between {company} and {partner} is one of {partner_type}; it is "
            "{exclusivity}.",
        ),
    ),
    (
        "share",
        "partner_manager",
        Wording(
            title_ar="حصة الشريك",
            title_en="Partner's share",
            ar="حصة الشريك من الإيرادات المحصلة عن طريقه {share_percent}٪، وتدفع خلال ثلاثين يوماً "
            "من نهاية كل ربع سنة.",
            en="The partner's share of the revenue collected through it is {share_percent} %, paid "
            "within thirty days of the end of each quarter.",
            fallback_ar="حصة الشريك من الإيرادات المحصلة عن طريقه {share_percent}٪، وتدفع خلال "
            "ستين يوماً من نهاية كل ربع سنة.",
            fallback_en="The partner's share of the revenue collected through it is "
            "{share_percent} %, paid within sixty days of the end of each quarter.",
        ),
    ),
    (
        "revenue",
        "partner_manager",
        Wording(
            title_ar="الإيراد المتوقع",
            title_en="Expected revenue",
            ar="يقدر الطرفان الإيراد السنوي بمبلغ {expected_revenue} {currency}، وهو تقدير غير "
            "ملزم.",
            en="Both parties expect a revenue of {expected_revenue} {currency} a year; this is an "
            "estimate that binds nobody.",
        ),
    ),
    (
        "confidentiality",
        "legal_counsel",
        Wording(
            title_ar="السرية",
            title_en="Confidentiality",
            ar="يحافظ كل طرف على سرية ما يطلع عليه من معلومات الطرف الآخر مدة ثلاث سنوات من تاريخ "
            "هذه المذكرة.",
            en="Each party keeps secret what it learns of the other for three years from the date "
            "of this term sheet.",
            fallback_ar="يحافظ كل طرف على سرية ما يطلع عليه من معلومات الطرف الآخر مدة سنتين من "
            "تاريخ هذه المذكرة.",
            fallback_en="Each party keeps secret what it learns of the other for two years from "
            "the date of this term sheet.",
        ),
    ),
    (
        "personal_data",
        "compliance_officer",
        Wording(
            title_ar="البيانات الشخصية",
            title_en="Personal data",
            ar="لا يتبادل الطرفان بيانات شخصية إلا بموافقة أصحابها، ووفق نظام حماية البيانات "
            "الشخصية في المملكة العربية السعودية.",
            en="The parties exchange personal data only with the consent of those whose data it "
            "is, under the Personal Data Protection Law of Saudi Arabia.",
        ),
    ),
    (
        "offer",
        "legal_counsel",
        Wording(
            title_ar="مدة العرض",
            title_en="Duration of the offer",
            ar="يسري هذا العرض أربعة عشر يوماً من تاريخ إرساله.",
            en="This offer stands for fourteen days from the day it is sent.",
        ),
    ),
    (
        "effect",
        "legal_counsel",
        Wording(
            title_ar="النفاذ",
            title_en="Effect",
            ar="لا تصبح الشراكة نافذة قبل اعتمادها من صاحب الصلاحية لدى {company} وتوقيع الطرفين.",
            en="The partnership takes effect only when the authorised signatory of {company} has "
            "approved it and both parties have signed.",
        ),
    ),
    (
        "language",
        "legal_counsel",
        Wording(
            title_ar="اللغة",
            title_en="Language",
            ar="حررت هذه المذكرة بالعربية والإنجليزية، والنص {prevailing} هو المعتمد عند الاختلاف.",
            en="This term sheet is made in Arabic and English; where they differ, the {prevailing} "
            "text prevails.",
        ),
    ),
)


@cache
def template() -> bytes:
    """The standard bilingual template: heads and clauses in two columns under one number."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for name in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, name, Mm(20))
    document.core_properties.title = "{{ title_en }}"
    _text(section.header.paragraphs[0], "{{ company }} · {{ company_ar }}", small=True)
    _text(section.footer.paragraphs[0], "{{ reference }} · {{ version }}", small=True)
    _text(document.add_paragraph(), "{{ title_ar }}", rtl=True, bold=True, size=16)
    _text(document.add_paragraph(), "{{ title_en }}", bold=True, size=16)
    _pairs(document)
    document.add_paragraph()
    _loop(document)
    document.add_paragraph()
    _signing(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return plain_zip(buffer.getvalue())


@cache
def digest() -> str:
    """The SHA-256 of the standard template."""
    return hashlib.sha256(template()).hexdigest()


def _pairs(document: Any) -> None:
    rows = (
        ("Between {{ company }} and {{ partner }}", "بين {{ company_ar }} و{{ partner_ar }}"),
        (
            "Registration number: {{ registration_number }}",
            "رقم السجل التجاري: {{ registration_number }}",
        ),
        ("Attention: {{ contact_name }}", "عناية: {{ contact_name }}"),
        (
            "Date: {{ date_en }} · Version {{ version }}",
            "التاريخ: {{ date_ar }} · الإصدار {{ version }}",
        ),
    )
    table = document.add_table(rows=len(rows), cols=2)
    for row, (english, arabic) in zip(table.rows, rows, strict=True):
        _text(row.cells[0].paragraphs[0], english)
        _text(row.cells[1].paragraphs[0], arabic, rtl=True)


def _loop(document: Any) -> None:
    """A row a clause; the two rows around it are the loop and disappear."""
    table = document.add_table(rows=3, cols=2)
    table.style = "Table Grid"
    _text(table.rows[0].cells[0].paragraphs[0], "{%tr for c in clauses %}")
    english, arabic = table.rows[1].cells
    _text(english.paragraphs[0], "{{ c.number }}. {{ c.title_en }}", bold=True)
    _text(english.add_paragraph(), "{{ c.en }}")
    _text(arabic.paragraphs[0], "{{ c.number }}. {{ c.title_ar }}", rtl=True, bold=True)
    _text(arabic.add_paragraph(), "{{ c.ar }}", rtl=True)
    _text(table.rows[2].cells[0].paragraphs[0], "{%tr endfor %}")


def _signing(document: Any) -> None:
    """For each party its lines to fill in: the English label, the line, the Arabic label."""
    rows = (
        ("{%tr for p in signing %}", ""),
        ("{{ p.heading_en }}", "{{ p.heading_ar }}"),
        ("{%tr for l in p.lines %}", ""),
        ("{{ l.en }}", "{{ l.ar }}"),
        ("{%tr endfor %}", ""),
        ("{%tr endfor %}", ""),
    )
    table = document.add_table(rows=len(rows), cols=3)
    table.autofit = False
    for column, width in zip(table.columns, (60, 65, 45), strict=True):
        column.width = Mm(width)
    for number, (row, (english, arabic)) in enumerate(zip(table.rows, rows, strict=True)):
        left, line, right = row.cells
        size, bold = (11, True) if number == 1 else (9, False)
        _text(left.paragraphs[0], english, bold=bold, size=size)
        _text(right.paragraphs[0], arabic, rtl=True, bold=bold, size=size)
        for cell in row.cells:  # Word keeps a party's lines on one page
            cell.paragraphs[0].paragraph_format.keep_with_next = True
            cell.paragraphs[0].paragraph_format.space_before = Pt(12)
        if number == 3:
            _underlined(line)


def _underlined(cell: Any) -> None:
    borders, below = OxmlElement("w:tcBorders"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "0"), ("color", "606870")):
        below.set(qn(f"w:{name}"), value)
    borders.append(below)
    cell._tc.get_or_add_tcPr().append(borders)  # noqa: SLF001 (python-docx has no door to it)


def _text(
    paragraph: Any,
    text: str,
    *,
    rtl: bool = False,
    bold: bool = False,
    small: bool = False,
    size: int = 11,
) -> None:
    """One run; a right-to-left one says so to Word in the paragraph and in the run."""
    run = paragraph.add_run(text)
    run.bold = bold
    run.font.size = Pt(8 if small else size)
    run.font.name = "Arial"
    properties = run._element.get_or_add_rPr()  # noqa: SLF001 (python-docx has no door to it)
    fonts = properties.find(qn("w:rFonts"))
    fonts.set(qn("w:cs"), "Arial")
    size_cs = OxmlElement("w:szCs")
    size_cs.set(qn("w:val"), str((8 if small else size) * 2))
    properties.append(size_cs)
    if bold:  # letters of Arabic have a boldness of their own
        properties.find(qn("w:b")).addnext(OxmlElement("w:bCs"))
    if rtl:
        properties.append(OxmlElement("w:rtl"))
        paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))  # noqa: SLF001 (the same)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT  # in a bidi paragraph: the start, the right

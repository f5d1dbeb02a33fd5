"""One bilingual paper out of library and template: the same facts give the same bytes."""

import io
from dataclasses import replace

import pypdfium2
import pytest
from docx import Document
from pypdf import PdfReader
from tests.business.papers.sheets import LIBRARY, clauses, edited, sheet

from dealix.business.papers import signing, standard, writing
from dealix.business.papers.clauses import check_places, status_of
from dealix.business.papers.comparing import compare
from dealix.business.papers.opening import kind_of
from dealix.business.papers.sample import SAMPLE
from dealix.business.papers.schemas import DOCX, Negotiated, Wording
from dealix.business.papers.writing import PRACTICE
from dealix.errors import InvalidInput
from dealix.printing.sheet import MARGIN, POINT

WORDING = standard.CLAUSES[1][2]


def test_the_same_facts_are_the_same_files():
    assert sheet() == sheet()
    assert standard.template() == standard.template()
    assert writing.pdf(SAMPLE, 1, clauses(), "m") == writing.pdf(SAMPLE, 1, clauses(), "m")
    assert sheet() != sheet(version=2)


def test_both_languages_stand_side_by_side_under_one_number():
    content = sheet()
    assert kind_of(content) == DOCX
    rows = Document(io.BytesIO(content)).tables[1].rows
    assert len(rows) == len(LIBRARY)
    for number, row in enumerate(rows, start=1):
        english, arabic = (cell.text for cell in row.cells)
        assert english.startswith(f"{number}. ")
        assert arabic.startswith(f"{number}. ")
    assert "شريك المثال" in rows[0].cells[1].text
    assert "Sample Partner" in rows[0].cells[0].text
    assert "the Arabic text prevails" in rows[-1].cells[0].text


def test_what_prevails_is_declared_in_both_languages():
    english = writing.chosen(LIBRARY, SAMPLE, {}, "en")[-1]
    assert "English text prevails" in english.en
    assert "الإنجليزي" in english.ar


def test_what_a_partner_is_called_is_text_and_nothing_else():
    facts = replace(SAMPLE, partner="<w:b/> {{ 7*7 }} & {company}", partner_ar="{% raw %}")
    made = writing.chosen(LIBRARY, facts, {}, "ar")
    text = Document(io.BytesIO(writing.docx(standard.template(), facts, 1, made, "ar")))
    assert "<w:b/> {{ 7*7 }} & {company}" in text.tables[1].rows[0].cells[0].text
    assert "{% raw %}" in text.tables[1].rows[0].cells[1].text


@pytest.mark.parametrize(
    "place",
    [
        "{{ clauses.__class__ }}",
        "{{ nothing }}",
        "{% for %}",
        "{{ ''.__class__.mro() }}",
        # what would never end, or fill the machine's memory
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{{ 'a' * 10000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ '%9999999999d' % 1 }}",
        "{{ partner.center(9999999999) }}",
        "{{ partner | center(9999999999) }}",
        "{% for a in partner %}{% endfor %}",
        "{% for a in clauses %}" * 3 + "x" + "{% endfor %}" * 3,
        "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
        "{% set grown = clauses + clauses %}",
        "{% include 'x' %}",
        "{{ lipsum(n=99999) }}",
    ],
)
def test_a_template_that_reaches_for_more_is_refused(place):
    def act(document):
        document.add_paragraph(place)

    template = edited(standard.template(), act)
    with pytest.raises(InvalidInput) as refused:
        writing.docx(template, SAMPLE, 1, clauses(), "ar")
    assert refused.value.code == "template_unusable"


def test_a_template_may_go_through_the_clauses_and_ask_what_is_there():
    words = (
        "{% for c in clauses %}{% if c.number == '1' and not nothing is defined %}"
        "{{ c.title_en | upper }} of {{ clauses | length }}{% endif %}{% endfor %}"
    )

    def act(document):
        document.add_paragraph(words)

    made = writing.docx(edited(standard.template(), act), SAMPLE, 1, clauses(), "ar")
    assert f"{clauses()[0].title_en.upper()} of {len(clauses())}" in "".join(
        paragraph.text for paragraph in Document(io.BytesIO(made)).paragraphs
    )


def test_the_pdf_says_the_same_and_names_its_version():
    pages = PdfReader(io.BytesIO(writing.pdf(SAMPLE, 3, clauses(), "sha256:feed"))).pages
    text = "\n".join(page.extract_text() for page in pages)
    assert "TS-SAMPLE / 3" in text
    assert "sha256:feed" in text
    assert "Sample Contact" in text
    assert "Kind of partnership" in text
    assert "not valid" not in text


LABELS = [label for party in signing.LINES for label in signing.anchors(party).values()]


def test_a_field_to_sign_is_found_once_beside_its_label_on_one_page():
    paper = pypdfium2.PdfDocument(writing.pdf(SAMPLE, 1, clauses(), "m"))
    found: dict[str, list[tuple[int, float]]] = {label: [] for label in LABELS}
    for number, page in enumerate(paper):
        text = page.get_textpage()
        for label in LABELS:
            search = text.search(label, match_case=True)
            while place := search.get_next():
                boxes = [text.get_charbox(place[0] + n) for n in range(place[1])]
                found[label].append((number, max(box[2] for box in boxes)))
                assert boxes[0][0] == pytest.approx(MARGIN / POINT, abs=2)
    paper.close()
    assert {label: len(places) for label, places in found.items()} == dict.fromkeys(LABELS, 1)
    for (_page, right), *_ in found.values():
        assert right < (MARGIN + signing.AT) / POINT, "what is filled in covers its label"
    for party in signing.LINES:
        assert len({found[label][0][0] for label in signing.anchors(party).values()}) == 1


def test_the_word_document_has_the_same_lines_in_both_languages():
    table = Document(io.BytesIO(sheet())).tables[2]
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    lines = [list(one.values()) for one in signing.LINES.values()]
    assert [row[0] for row in rows[1:5]] == [english for _arabic, english in lines[0]]
    assert [row[2] for row in rows[6:]] == [arabic for arabic, _english in lines[1]]
    assert [rows[0][0], rows[5][2]] == ["For the partner: Sample Partner", "عن الشركة: شركة المثال"]
    assert all(row[1] == "" for row in rows)


def test_what_is_filled_in_to_sign_is_no_change_of_a_clause():
    filled = edited(sheet(), lambda d: d.tables[2].rows[1].cells[1].paragraphs[0].add_run("Sara"))
    (change,) = compare(sheet(), filled)
    assert (change.where, change.number) == ("preamble", "")
    assert [word.text for word in change.en if word.op == "come"] == ["Sara"]


def heads(content: bytes) -> list[list[str]]:
    document = Document(io.BytesIO(content))
    return [
        [line.text for line in getattr(section, name).paragraphs]
        for section in document.sections
        for name in ("header", "first_page_header", "even_page_header")
    ]


def own_heads(document) -> None:
    """A template whose first page and second part have heads of their own."""
    document.sections[0].different_first_page_header_footer = True
    document.sections[0].first_page_header.paragraphs[0].text = "{{ reference }}"
    document.add_section()
    other = document.add_section().header
    other.is_linked_to_previous = False
    other.paragraphs[0].text = "Annex"


@pytest.mark.parametrize("act", [lambda _document: None, own_heads])
def test_what_was_made_in_practice_says_so_on_every_page_of_both_forms(act):
    played = replace(SAMPLE, practice=True)
    template = edited(standard.template(), act)
    for facts, times in ((played, 1), (SAMPLE, 0)):
        content = writing.docx(template, facts, 1, clauses(), "ar")
        for lines in heads(content):
            assert sum(f"{PRACTICE[0]} · {PRACTICE[1]}" in line for line in lines) == times
        assert content == writing.docx(template, facts, 1, clauses(), "ar")
        paper = pypdfium2.PdfDocument(writing.pdf(facts, 1, clauses(), "m"))
        for page in paper:
            text = page.get_textpage().get_text_range()
            assert text.count(PRACTICE[1]) == 2 * times, "above the page and across it"
            assert ("للتدريب" in text) == bool(times)
        paper.close()
    assert kind_of(content) == DOCX


def test_a_clause_gives_way_to_its_fallback_and_to_what_was_agreed():
    made = {c.key: c for c in clauses({"share": "fallback", "offer": Negotiated("شهر", "A month")})}
    assert (made["share"].source, made["offer"].source) == ("fallback", "negotiated")
    assert "sixty days" in made["share"].en
    assert (made["offer"].ar, made["offer"].en) == ("شهر", "A month")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"offer": Negotiated("شهر", " ")}, "clause_one_language"),
        ({"offer": "fallback"}, "clause_no_fallback"),
    ],
)
def test_half_a_change_is_refused(changes, code):
    with pytest.raises(InvalidInput) as refused:
        clauses(changes)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"en": "For {contact_name}"}, "clause_place"),
        ({"en": "For { partner"}, "clause_place"),
        ({"en": "Nothing named"}, "clause_places_differ"),
        ({"fallback_ar": ""}, "clause_one_language"),
    ],
)
def test_a_clause_names_only_what_fills_it_in_both_languages(change, code):
    with pytest.raises(InvalidInput) as refused:
        check_places(WORDING.model_copy(update=change))
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, "approved"),
        ({"en": "x"}, "stale_ar"),
        ({"fallback_ar": "x"}, "stale_en"),
        ({"title_en": "x", "ar": "x"}, "draft"),
    ],
)
def test_the_language_that_was_not_touched_is_stale(change, status):
    assert status_of(WORDING.model_copy(update=change), WORDING) == status
    assert status_of(WORDING, None) == "draft"


def test_a_wording_is_kept_with_one_kind_of_digits_and_no_overrides():
    kept = Wording(title_ar="مدة", title_en="Term", ar="٣٠ يوماً\u202e", en="30 days")
    assert kept.ar == "30 يوماً"


def test_the_text_says_the_same_in_each_language():
    for language, begins in (("ar", "مذكرة شروط الشراكة"), ("en", "Partnership term sheet")):
        text = writing.text(SAMPLE, 3, clauses(), language)
        assert text.startswith(begins)
        assert SAMPLE.contact_name not in text
        for clause in clauses():
            assert f"{clause.number}. {getattr(clause, f'title_{language}')}" in text
            assert getattr(clause, language) in text

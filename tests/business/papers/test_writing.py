"""One bilingual paper out of library and template: the same facts give the same bytes."""

import io

import pytest
from docx import Document
from pypdf import PdfReader
from tests.business.papers.sheets import LIBRARY, clauses, edited, sheet

from dealix.business.papers import standard, writing
from dealix.business.papers.clauses import check_places, status_of
from dealix.business.papers.opening import kind_of
from dealix.business.papers.sample import SAMPLE
from dealix.business.papers.schemas import DOCX, Negotiated, Wording
from dealix.errors import InvalidInput

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
    from dataclasses import replace

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
    for _arabic, words in writing.SIGNED:
        assert words in text, "a provider of signatures finds its place by these words"


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

"""A template is tried before it is in force: what it lacks is named, what would harm is refused."""

import io
import time

import pytest
from docx import Document
from pypdf import PdfReader
from tests.business.papers.sheets import clauses, edited
from tests.business.papers.test_opening import hostile, pdf

from dealix.business.papers import preview, standard, writing
from dealix.business.papers.sample import SAMPLE
from dealix.business.papers.trying import NEEDED, OPTIONAL, tried
from dealix.errors import InvalidInput, Refused
from dealix.i18n.words import WORDS

TEMPLATE = standard.template()


DEEP = "{% for a in clauses %}" * 3 + "x" + "{% endfor %}" * 3


def without(*places: str):
    """The standard template with these words cut out."""

    def act(document):
        heads = [part for one in document.sections for part in (one.header, one.footer)]
        tables = [cell for table in document.tables for cell in table._cells]
        for part in (document, *heads, *tables):
            for run in (run for line in part.paragraphs for run in line.runs):
                for place in places:
                    run.text = run.text.replace(place, "")

    return edited(TEMPLATE, act)


def with_line(text: str) -> bytes:
    return edited(TEMPLATE, lambda document: document.add_paragraph(text))


def refusal(template: bytes) -> InvalidInput:
    with pytest.raises(InvalidInput) as refused:
        tried(template, "ar")
    return refused.value


def test_the_built_in_template_lacks_nothing():
    assert tried(TEMPLATE, "ar").unused == ()
    assert all(f"place_{name}" in WORDS for name in (*NEEDED, *OPTIONAL))


@pytest.mark.parametrize("name", NEEDED)
def test_each_place_that_is_missing_is_named(name):
    if name == "clauses.number":
        cut = ("{{ c.number }}. ",)
    elif name in ("reference", "version"):
        cut = (f"{{{{ {name} }}}}", "{{ title_ar }}", "{{ title_en }}")
    else:
        cut = (f"{{{{ {name.replace('clauses.', 'c.')} }}}}",)
    names = ("p.heading_en", "p.heading_ar") if name.startswith(("company", "partner")) else ()
    found = refusal(without(*cut, *(f"{{{{ {one} }}}}" for one in names)))
    assert (found.code, found.params["places"]) == ("template_misses", name)


def test_what_it_may_leave_out_is_told():
    assert tried(without("{{ contact_name }}"), "ar").unused == ("contact_name",)
    assert tried(without("{{ l.en }}"), "ar").unused == ("signing",)


def test_an_empty_document_lacks_everything():
    buffer = io.BytesIO()
    Document().save(buffer)
    found = refusal(buffer.getvalue())
    assert found.params["places"].split(", ") == list(NEEDED)


def test_clauses_that_nobody_would_find_again_are_refused():
    def act(document):
        for cell in document.tables[1].rows[1].cells:
            title = cell.paragraphs[0].runs[0]
            title.text = title.text.replace("{{ c.number }}. ", "Clause no {{ c.number }} ")

    assert refusal(edited(TEMPLATE, act)).code == "template_unreadable"


@pytest.mark.parametrize(
    "text",
    [
        "{{ salary }}",
        "{{ 'a' * 999999999 }}",
        "{{ 9 ** 9 ** 9 ** 9 }}",
        "{% for n in range(99999999) %}x{% endfor %}",
        "{% for letter in title_en %}x{% endfor %}",
        DEEP,
        "{% for a in clauses recursive %}{{ loop(clauses) }}{% endfor %}",
        "{{ title_en | center(999999999) }}",
        "{{ clauses.__class__ }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ title_en.format(x=1) }}",
        "{% macro x() %}{{ x() }}{% endmacro %}{{ x() }}",
        "{% include '/etc/passwd' %}",
        "{{ lipsum(999) }}",
        "{{ title_en",
    ],
)
def test_a_template_that_reaches_for_more_or_never_ends_is_refused_at_once(text):
    begin = time.perf_counter()
    found = refusal(with_line(text))
    assert (found.code, bool(found.params["reason"])) == ("template_unusable", True)
    assert time.perf_counter() - begin < 2


@pytest.mark.parametrize("text", ["{{ title_en | upper }}", "{% if version > 1 %}again{% endif %}"])
def test_what_a_paper_needs_of_the_language_stays(text):
    assert tried(with_line(text), "en").unused == ()


@pytest.mark.parametrize(
    "name",
    [
        *("nothing", "a web page", "50 MB of archive", "a broken archive", "no XML"),
        *("a bomb", "a bomb that lies", "macros", "macros by type"),
        *("laughs", "a file of ours by entity"),
    ],
)
def test_a_hostile_file_is_refused(name):
    content, code = hostile(name)
    with pytest.raises(Refused) as refused:
        tried(content, "ar")
    assert refused.value.code == code.replace("not_a_pdf", "not_a_docx")


def test_a_pdf_that_calls_itself_a_template_is_refused():
    assert refusal(pdf()).code == "not_a_docx"


def test_the_preview_says_what_the_word_document_says():
    made = writing.docx(TEMPLATE, SAMPLE, 1, clauses(), "ar")
    content = preview.printed_as_read(made, SAMPLE.issued_at)
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    for words in ("Between Sample Company", "1. Kind of partnership", "Signature for the company"):
        assert words in text
    assert preview.STAMP[1] in text
    assert content == preview.printed_as_read(made, SAMPLE.issued_at)

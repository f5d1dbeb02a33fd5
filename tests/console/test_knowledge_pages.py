"""Knowledge in the console: asked in either language, passages marked, documents kept."""

import re

import pytest
from tests.business.knowledge.files import RETURNS, WARRANTY, joined, pdf
from tests.console.test_in_browser import window
from tests.console.touring import BRANDS, CONTRAST, SHOTS, SPOKEN, WIDER

QUESTION = "كم يوم إجازة سنوية تُرحَّل للسنة التالية؟"


def bring_in(visitor, content: bytes, **fields):
    page = visitor.get("/knowledge/documents")
    token = page.form("/knowledge/documents")["values"]["csrf_token"]
    files = {"document": ("f", content)}
    return visitor.client.post(
        "/knowledge/documents", data={"csrf_token": token, **fields}, files=files
    )


def test_a_document_is_brought_in_found_shared_and_removed(console):
    abeer, noura = console.visitor("abeer"), console.visitor("noura")
    content = joined(pdf(RETURNS), pdf(WARRANTY))
    made = bring_in(abeer, content, title="شروط", audience=["auditor", "legal_counsel"])
    assert (made.status_code, "The document is in" in made.text) == (200, True)
    (one,) = [
        each["id"]
        for each in console.api("abeer", "GET", "/knowledge/documents")
        if each["title"] == "شروط"
    ]
    asked = noura.send(noura.get("/knowledge"), "/knowledge", query="ضمان الأجهزة")
    assert one not in asked.source
    assert "q=" not in str(asked.answer.url)
    page = abeer.get("/knowledge/documents")
    shared = abeer.send(page, f"/knowledge/documents/{one}/audience", audience=[])
    assert "Everybody in the company" in shared.text
    asked = noura.send(noura.get("/knowledge"), "/knowledge", query="ضمان الأجهزة")
    assert f'data-passage="{one}:2"' in asked.source
    assert "Page 2" in asked.text
    assert re.search(r"<mark>[^<]*ضمان", asked.source)
    file = noura.get(f"/knowledge/documents/{one}/file").answer
    assert file.content == content
    assert file.headers["content-disposition"].startswith("attachment")
    assert noura.post(f"/knowledge/documents/{one}/remove", {}).status == 403
    gone = abeer.send(shared, f"/knowledge/documents/{one}/remove")
    assert "It is removed" in gone.text
    assert abeer.get(f"/knowledge/documents/{one}/file").status == 404


@pytest.mark.parametrize(
    ("content", "locale", "said"),
    [
        (b"", "en", "There is no word in this file."),
        (b"PK\x03\x04", "ar", "هذا الملف ليس مستند Word"),
        (joined(pdf(RETURNS), password="p"), "ar", "مقفل"),
    ],
    ids=["empty", "no-docx", "locked"],
)
def test_a_file_that_is_refused_is_told_on_the_page(console, content, locale, said):
    answer = bring_in(console.visitor("maha", locale=locale), content, title="Kept title")
    assert (answer.status_code, said in answer.text) == (422, True), answer.text[-1500:]
    assert 'value="Kept title"' in answer.text


def test_who_may_not_add_sees_no_form_and_a_question_without_a_word_is_told_so(console):
    saleh = console.visitor("saleh")
    page = saleh.get("/knowledge/documents")
    assert 'id="bring-in"' not in page.source
    assert "Discount rules" not in page.text
    empty = saleh.send(saleh.get("/knowledge"), "/knowledge", query="😀 !")
    assert (empty.status, "There is no word in this question" in empty.text) == (422, True)
    odd = saleh.send(saleh.get("/knowledge"), "/knowledge", query="<script>x</script> annual")
    assert "<script>x" not in odd.source


@pytest.mark.browser
@pytest.mark.parametrize("locale", ["ar", "en"])
def test_passages_of_both_languages_stand_in_their_own_direction(console, browser, locale):
    with window(console, browser, "noura", locale, 360) as (page, said):
        page.goto(f"{console.url}/knowledge")
        page.locator("#query").fill(f"{QUESTION} password locked device lost")
        page.locator("main button[type=submit]").click()
        page.locator("#found").wait_for()
        for width, name in ((360, "phone"), (1280, "wide")):
            page.set_viewport_size({"width": width, "height": 800})
            SHOTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=SHOTS / f"knowledge-found-{locale}-{name}.png", full_page=True)
            sizes = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
            wide, seen = page.evaluate(sizes)
            assert wide <= seen, page.evaluate(WIDER)
        ways = page.evaluate("""() => [...document.querySelectorAll('#found .letter')]
            .map(e => [e.lang, getComputedStyle(e).direction, getComputedStyle(e).textAlign])""")
        assert {(lang, way) for lang, way, _ in ways} == {("ar", "rtl"), ("en", "ltr")}
        assert page.locator("#found mark").count() > 2
        assert page.evaluate(CONTRAST) == []
        assert page.evaluate(SPOKEN, list(BRANDS)) == [[], []]
        assert said == []

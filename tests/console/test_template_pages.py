"""A company's own template in the console: tried, seen, put in force, by legal alone."""

import io
import re

import httpx
import pytest
from PIL import Image
from tests.business.papers.test_on_record import own_template
from tests.business.papers.test_opening import hostile, pdf
from tests.business.papers.test_trying import without
from tests.console.test_in_browser import window

from dealix.business.papers.schemas import DOCX
from dealix.errors import InvalidInput
from dealix.i18n import sentence_of


def bring_in(visitor, content: bytes, prevailing: str = "ar"):
    """Send the page's form with a file."""
    token = visitor.get("/template").form("/template")["values"]["csrf_token"]
    data = {"csrf_token": token, "prevailing": prevailing}
    return visitor.client.post(
        "/template", data=data, files={"document": ("t.docx", content, DOCX)}
    )


def versions(page) -> list[str]:
    return re.findall(r'data-version="(\d+)"', page.source)


def test_legal_tries_a_template_sees_it_puts_it_in_force_and_takes_it_back(console):
    maha = console.visitor("maha")
    before = maha.get("/template")
    assert "Built in" in before.text
    tried = bring_in(maha, own_template("Ours: {{ company }}"), "en")
    trial = str(tried.url.path)
    assert (tried.status_code, trial.startswith("/template/trial/doc_")) == (200, True)
    assert "A template on trial" in tried.text
    assert "Built in" in maha.get("/template").text, "trying it changes nothing"
    assert maha.get(f"{trial}/pdf").answer.content.startswith(b"%PDF-")
    example = maha.get(f"{trial}/docx").answer
    assert example.headers["content-disposition"].startswith("attachment")
    with Image.open(io.BytesIO(maha.get(f"{trial}/pages/1").answer.content)) as image:
        assert image.size == (1240, 1754)
    assert maha.get(f"{trial}/pages/99").status == 404
    used = maha.send(maha.get(trial), f"{trial}/use")
    assert "This version is in force now." in used.text
    newest = console.api("dana", "GET", "/templates/term_sheet")["versions"][0]
    assert (newest["standard"], newest["prevailing"]) == (False, "en")
    assert newest["sha256"][:12] in used.source
    present = maha.get(f"/template/versions/{newest['version']}/docx").answer.content
    assert present == own_template("Ours: {{ company }}")
    earlier = versions(used)[0]
    back = maha.send(used, f"/template/versions/{earlier}/use")
    assert "This version is in force now." in back.text
    late = maha.send(used, f"/template/versions/{earlier}/use")
    assert (late.status, "the template that is in force" in late.text) == (409, True)
    assert console.api("dana", "GET", "/templates/term_sheet")["versions"][0]["standard"]


def test_who_may_only_read_takes_templates_and_changes_none(console):
    dana, maha = console.visitor("dana"), console.visitor("maha")
    page = dana.get("/template")
    assert page.links("/template/versions/standard/docx")
    assert dana.get("/template/versions/standard/docx").answer.content.startswith(b"PK")
    assert "/use" not in page.source
    assert 'type="file"' not in page.source
    trial = bring_in(maha, own_template("another")).url.path
    for way in ("", "/pdf", "/docx", "/pages/1"):
        assert dana.get(f"{trial}{way}").status == 403
        assert console.visitor("mariam", "rawabi-ae").get(f"{trial}{way}").status in (403, 404)
        assert httpx.get(f"{console.url}{trial}{way}", trust_env=False).status_code == 303
    token = {"csrf_token": maha.get("/template").form("/template")["values"]["csrf_token"]}
    assert dana.client.post(f"{trial}/use", data=token).status_code == 403
    assert maha.client.post(f"{trial}/use", data={"csrf_token": "x"}).status_code == 403
    assert maha.get("/template/versions/99/docx").status == 404


@pytest.mark.parametrize("locale", ["ar", "en"])
def test_what_a_template_lacks_is_listed_in_the_readers_language(console, locale):
    visitor = console.visitor("maha", locale=locale)
    answer = bring_in(visitor, without("{{ c.ar }}", "{{ date_en }}"))
    assert answer.status_code == 422
    assert re.findall(r'data-place="([\w.]+)"', answer.text) == ["date_en", "clauses.ar"]
    said = "نص البند بالعربية" if locale == "ar" else "the text of a clause in Arabic"
    assert said in answer.text.partition('id="current"')[0]
    assert "{{ c.ar }}" in answer.text


@pytest.mark.parametrize("locale", ["ar", "en"])
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (pdf(), "not_a_docx"),
        (b"", "not_a_docx"),
        (b"<html><script>alert(1)</script>", "not_a_docx"),
        (hostile("macros")[0], "docx_macros"),
        (hostile("a bomb")[0], "docx_bomb"),
        (hostile("laughs")[0], "docx_entities"),
        (own_template("{% for n in range(99999999) %}x{% endfor %}"), "template_unusable"),
        (own_template("{{ '<script>alert(1)</script>' * 9999999 }}"), "template_unusable"),
    ],
)
def test_a_hostile_template_is_refused_on_the_page(console, locale, content, code):
    answer = bring_in(console.visitor("maha", locale=locale), content)
    assert answer.status_code == 422
    sentence = str(sentence_of(InvalidInput(code, reason="", limit=0), locale)).partition(":")[0]
    assert sentence in answer.text
    assert "<script>alert" not in answer.text


def test_50_megabytes_are_refused_on_a_page(console):
    client = console.visitor("maha", locale="ar").client
    headers = {"Content-Length": "50000000", "Content-Type": "multipart/form-data; boundary=x"}

    def endless():
        for _ in range(50):
            yield b"0" * 1_000_000

    try:
        answer = client.post("/template", content=endless(), headers=headers)
    except httpx.WriteError:
        return  # the door hung up before everything was sent
    assert (answer.status_code, "الطلب أكبر" in answer.text) == (413, True)


@pytest.mark.browser
def test_a_file_that_is_too_large_is_named_before_it_travels(console, browser):
    with window(console, browser, "maha", "en", 360) as (page, said):
        page.goto(f"{console.url}/template")
        page.evaluate(
            """() => { const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(21000000)], 'a.docx'));
            const field = document.querySelector('#document'); field.files = data.files;
            field.dispatchEvent(new Event('change')); }"""
        )
        told = page.locator("#document").evaluate("field => field.validationMessage")
        assert told == "This file is too large: 20 MB at most."
        assert said == []

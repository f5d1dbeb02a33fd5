"""Term sheets as people meet them: in the mail, on the partner's page, before those who approve."""

import hashlib
import io
import re
from pathlib import Path

import httpx
import pytest
from PIL import Image
from tests.business.papers.sheets import edited, say, with_part
from tests.business.papers.test_opening import hostile, pdf
from tests.console.test_decision_in_browser import link_in_mail
from tests.console.test_in_browser import CONTRAST, NAMELESS, SHOTS, WIDER, WIDTHS, window

from dealix.business.evidence.reading import files_of
from dealix.business.evidence.verifying import verify_bytes
from dealix.business.papers.schemas import DOCX

pytestmark = pytest.mark.journey

SENT = "apr_"
REVISION, ANSWER = "terms_revision", "partner_answer"


def mails(console, run: str, version: int) -> list[dict]:
    """The mails that brought this version of a run's terms."""
    name = f"TS-{run[-8:].upper()}-v{version}."
    rows = console.sandbox("GET", "/_sandbox/messages")
    return [
        row
        for row in rows
        if any(str(one["name"]).startswith(name) for one in row.get("attachments") or ())
    ]


def address(console, run: str, version: int) -> str:
    """The partner's page of this version, out of the mail."""
    [mail] = mails(console, run, version)
    return re.search(r"/p/[0-9a-f]{64}", mail["text"])[0]


def waits_for(console, run: str, event: str) -> None:
    console.visitor("noura").until(
        f"/runs/{run}",
        lambda _: console.api("noura", "GET", f"/runs/{run}")["waiting_for"] == event,
        f"a wait for {event}",
    )


def revise(console, run: str, **data) -> None:
    waits_for(console, run, REVISION)
    body = {"event": REVISION, "data": data}
    console.api("noura", "POST", f"/runs/{run}/events", json=body)


def hand_in(visitor, page: str, content: bytes | None, **values: str):
    """Send the partner's form with a file."""
    file = {"document": ("terms\u202excod.docx", content, DOCX)} if content is not None else None
    data = {"answer": "counter", **values}
    return visitor.client.post(f"{page}?lang=en", data=data, files=file)


def asked_again(console, run: str, gate: str, before: str) -> str:
    """The gate's next request after `before`: rounds that nobody was asked in are left out."""

    def others(page) -> list[str]:
        links = page.links("/approvals/apr_")
        return [one[11:] for one in links if f"_{gate}_" in one and not one.endswith(before)]

    found = console.visitor("noura").until(f"/runs/{run}", others, f"another request at {gate}")
    return others(found)[-1]


@pytest.fixture(scope="module")
def negotiated(console):
    """A run whose partner countered twice, with papers, and then accepted; its requests, files."""
    run = console.start()
    manager = console.waits_at(run, "manager_approval")
    console.decide(console.decider(manager), manager, "approve")
    term, legal = (console.waits_at(run, gate) for gate in ("term_review", "legal_review"))
    told = {"run": run, "legal": legal, "term": term, "counsel": console.decider(legal)}
    for approval in (term, legal):
        console.decide(console.decider(approval), approval, "approve")
    waits_for(console, run, ANSWER)
    partner = console.visitor()
    page = address(console, run, 1)
    told |= {"page_one": partner.get(f"{page}?lang=en")}
    told |= {form: partner.client.get(f"{page}/terms/{form}") for form in ("pdf", "docx")}
    returned = edited(told["docx"].content, lambda d: say(d, 2, 0, "thirty", "ninety"))
    told |= {"returned": returned}
    told["answered"] = hand_in(partner, page, returned, revenue_share_percent="20")
    waits_for(console, run, REVISION)
    told["rounds"] = console.visitor("noura").get(f"/runs/{run}/negotiation")
    revise(console, run, revenue_share_percent="18")
    told["term_two"] = asked_again(console, run, "term_review", term)
    told["values_page"] = console.visitor("noura").get(f"/approvals/{told['term_two']}")
    console.decide(console.decider(told["term_two"]), told["term_two"], "approve")
    waits_for(console, run, ANSWER)
    told["legal_after_values"] = console.visitor("noura").get(f"/runs/{run}")
    told["page_two"] = partner.get(f"{address(console, run, 2)}?lang=ar")
    hand_in(partner, address(console, run, 2), None, comment="ninety days, please")
    agreed = {"ar": "تدفع الحصة خلال تسعين يوماً.", "en": "The share is paid in ninety days."}
    revise(console, run, clauses={"share": agreed})
    told["legal_three"] = asked_again(console, run, "legal_review", legal)
    told["clauses_page"] = console.visitor("noura").get(f"/approvals/{told['legal_three']}")
    console.decide(told["counsel"], told["legal_three"], "approve")
    waits_for(console, run, ANSWER)
    console.partner_accepts(run)
    return told


@pytest.fixture(scope="module")
def offered(console):
    """The partner's page of a run whose terms are out, and the Word document on it."""
    run = console.start()
    console.terms_out(run)
    page = address(console, run, 1)
    content = console.visitor().client.get(f"{page}/terms/docx").content
    return {"run": run, "page": page, "docx": content}


def test_the_mail_carries_both_files_and_the_mailbox_hands_them_out(console, negotiated):
    [mail] = mails(console, negotiated["run"], 1)
    kinds = {one["type"]: one["sha256"] for one in mail["attachments"]}
    taken = {form: negotiated[form].content for form in ("pdf", "docx")}
    assert kinds == {
        "application/pdf": hashlib.sha256(taken["pdf"]).hexdigest(),
        DOCX: hashlib.sha256(taken["docx"]).hexdigest(),
    }
    visitor = console.visitor("noura")
    links = visitor.get("/mailbox").links(f"/mailbox/{mail['id']}/attachments/")
    found = [visitor.get(link).answer for link in links]
    assert [one.content for one in found] == [taken["pdf"], taken["docx"]]
    assert all(one.headers["content-disposition"].startswith("attachment") for one in found)
    assert console.visitor("mariam", "rawabi-ae").get(links[0]).status == 404
    assert visitor.get(f"/mailbox/{mail['id']}/attachments/3").status == 404


def test_the_partner_reads_the_clauses_and_takes_the_files(negotiated):
    page = negotiated["page_one"]
    assert "Confidentiality" in page.text
    assert "15 %" in page.text
    for form, begins in (("pdf", b"%PDF-"), ("docx", b"PK")):
        answer = negotiated[form]
        assert answer.content.startswith(begins)
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
    assert "Your answer has been received" in negotiated["answered"].text


def test_the_next_version_shows_what_it_changes_and_what_they_did_not_mark(negotiated):
    page = negotiated["values_page"]
    assert "15 %" in page.text.replace("<del>", "")
    assert re.search(r'data-clause="share".*?<del>15</del>\s*<ins>18</ins>', page.source, re.DOTALL)
    assert "What the partner's document says otherwise than ours" in page.text
    assert "not marked in their document" in page.text


def test_the_requester_reads_word_by_word_what_came_back(negotiated):
    page = negotiated["rounds"].source
    found = re.search(r'data-clause="share".*?<del>(.*?)</del>\s*<ins>(.*?)</ins>', page, re.DOTALL)
    assert found
    assert found.groups() == ("thirty", "ninety")
    assert "not marked in their document" in page


def test_legal_is_asked_again_only_when_a_clause_changed(console, negotiated):
    assert negotiated["legal_after_values"].source.count("_legal_review_") == (
        negotiated["legal_after_values"].source.count(negotiated["legal"])
    )
    assert negotiated["legal_three"] != negotiated["legal"]
    page = negotiated["clauses_page"].source
    assert re.search(r'data-clause="share".*?<ins>[^<]*ninety', page, re.DOTALL)
    assert 'lang="ar" dir="rtl"' in page
    run = console.api("noura", "GET", f"/runs/{negotiated['run']}")
    asked = [e["name"] for e in run["timeline"] if e["kind"] == "wait" and "review" in e["name"]]
    assert (asked.count("term_review"), asked.count("legal_review")) == (2, 2)


def test_the_partner_sees_what_changed_in_their_language(negotiated):
    page = negotiated["page_two"]
    assert "ما الذي تغيّر" in page.text or "تغي" in page.text
    assert re.search(r'data-clause="share".*?<del>15٪</del>|<del>15</del>', page.source, re.DOTALL)


def test_an_approver_sees_the_very_pdf_that_goes_out(console, negotiated):
    path = f"/approvals/{negotiated['legal']}/paper/pdf"
    visitor = console.visitor(negotiated["counsel"])
    assert f'href="{path}"' in visitor.get(f"/approvals/{negotiated['legal']}").source
    answer = visitor.get(path).answer
    assert answer.content == negotiated["pdf"].content
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("inline")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    word = visitor.get(path.replace("/pdf", "/docx")).answer
    assert word.content == negotiated["docx"].content
    assert word.headers["content-disposition"].startswith("attachment")
    assert visitor.get(path.replace("/pdf", "/exe")).status == 422
    assert console.visitor("mariam", "rawabi-ae").get(path).status == 404
    nobody = httpx.get(f"{console.url}{path}", trust_env=False)
    assert nobody.status_code == 303
    first = console.waits_at(negotiated["run"], "manager_approval")
    assert visitor.get(f"/approvals/{first}/paper/pdf").status == 404  # that packet names none


def assert_picture(answer: httpx.Response) -> None:
    """A page of a paper, for this reader alone and kept by no browser."""
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    with Image.open(io.BytesIO(answer.content)) as image:
        assert image.size == (1240, 1754)


def test_the_pages_are_pictures_for_whoever_may_see_the_paper(console, negotiated):
    """Phones show no PDF inside a page."""
    approval, run = f"/approvals/{negotiated['legal']}", negotiated["run"]
    ways = {
        f"{approval}/paper": (approval, negotiated["counsel"]),
        f"/runs/{run}/negotiation/1": (f"/runs/{run}/negotiation", "noura"),
    }
    for paper, (page, handle) in ways.items():
        visitor = console.visitor(handle)
        source = visitor.get(page).source
        found = re.findall(rf'<img src="({paper}/pages/\d+)" width="(\d+)" height="(\d+)"', source)
        assert [(one[0][-1], *one[1:]) for one in found] == [
            ("1", "1240", "1754"), ("2", "1240", "1754"),
        ]  # fmt: skip
        assert 'alt="Page 1 of 2"' in source
        assert 'loading="lazy"' in source
        assert "الصفحة 2 من 2" in console.visitor(handle, locale="ar").get(page).source
        for address, *_ in found:
            assert_picture(visitor.get(address).answer)
            assert console.visitor("mariam", "rawabi-ae").get(address).status == 404
            assert httpx.get(f"{console.url}{address}", trust_env=False).status_code == 303
        assert visitor.get(f"{paper}/pages/3").status == 404
        assert visitor.get(f"{paper}/pages/0").status == 404
        assert visitor.get(f"{paper}/pages/x").status == 422
        assert visitor.get(f"{paper}/pdf").answer.content == negotiated["pdf"].content
        assert visitor.get(f"{paper}/docx").answer.content == negotiated["docx"].content
    assert console.visitor("amal").get(f"/runs/{run}/negotiation/1/pages/1").status == 403
    assert visitor.get(f"/runs/{run}/negotiation/9/pdf").status == 404


def test_the_partner_sees_the_pages_of_their_version_while_it_is_the_newest(console, offered):
    partner, page = console.visitor(), offered["page"]
    assert f'<img src="{page}/terms/pages/1" width="1240"' in partner.get(f"{page}?lang=ar").source
    answer = partner.get(f"{page}/terms/pages/2").answer
    assert_picture(answer)
    assert answer.headers["referrer-policy"] == "no-referrer"
    nobodys = f"/p/{'0' * 64}/terms/pages/1"
    assert partner.get(nobodys).status == 404


def test_the_pack_holds_every_version_and_what_came_back(console, negotiated):
    run = negotiated["run"]
    console.approve(run, "executive_approval")
    console.signatories(run)
    page = console.visitor("noura").until(
        f"/runs/{run}", lambda page: page.links("/api/v1/evidence/"), "an evidence pack"
    )
    pack = page.links("/api/v1/evidence/")[0].partition("?")[0]
    officer = console.visitor("abeer")
    content = officer.get(f"{pack}?reveal=true").answer.content
    report = verify_bytes(content)
    assert report.ok, report.findings
    files = files_of(content)
    for version in (1, 2, 3):
        for form in ("docx", "pdf"):
            name = f"revealed/term_sheet_v{version}_{version}_{form}.{form}"
            assert name in files, sorted(files)
    assert files["revealed/term_sheet_v1_1_pdf.pdf"] == negotiated["pdf"].content
    back = [path for path in files if path.startswith("revealed/returned_terms_")]
    assert [files[path] for path in back] == [negotiated["returned"]]
    assert any("partner_answer_1" in path for path in files)
    sealed = verify_bytes(officer.get(pack).answer.content)
    assert (sealed.ok, sealed.sealed_documents) == (True, 8)  # the signed paper among them


def test_a_decision_link_leads_its_approver_to_the_paper_and_nobody_else(console):
    run = console.start()
    console.approve(run, "manager_approval")
    legal = console.waits_at(run, "legal_review")
    counsel = console.decider(legal)
    link = link_in_mail(console, counsel, legal)
    page = console.visitor(counsel).get(link)
    assert f'src="{link}/paper/pages/1"' in page.source
    assert_picture(console.visitor(counsel).get(f"{link}/paper/pages/1").answer)
    answer = console.visitor(counsel).get(f"{link}/paper/pdf").answer
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["referrer-policy"] == "no-referrer"
    for what in ("pdf", "pages/1"):
        holder = console.visitor().client.get(f"{link}/paper/{what}", follow_redirects=False)
        assert holder.status_code == 303
        assert holder.headers["location"].startswith("/sign-in")
    assert "/paper/" not in console.visitor().get(link).source
    other = "noura" if counsel != "noura" else "fahad"
    for what in ("pdf", "pages/1"):
        assert console.visitor(other).get(f"{link}/paper/{what}").status == 403
        assert console.visitor("mariam", "rawabi-ae").get(f"{link}/paper/{what}").status == 404
    console.decide(counsel, legal, "approve")
    ended = console.visitor(counsel).get(f"{link}/paper/pdf")
    assert ended.path == f"/approvals/{legal}"


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("locale", ["ar", "en"])
@pytest.mark.parametrize("name", ["paper", "paper-changed", "partner", "partner-changed"])
def test_papers_stand_in_a_real_browser(console, browser, negotiated, offered, name, locale, width):
    handle, path = {
        "paper": (negotiated["counsel"], f"/approvals/{negotiated['legal']}"),
        "paper-changed": ("noura", f"/approvals/{negotiated['legal_three']}"),
        "partner": (None, f"{offered['page']}?lang={locale}"),
        "partner-changed": (None, f"{address(console, negotiated['run'], 3)}?lang={locale}"),
    }[name]
    with window(console, browser, handle, locale, WIDTHS[width]) as (page, said):
        page.goto(console.url + path)
        page.evaluate("document.fonts.ready")
        for details in page.locator("main details").all():
            details.evaluate("one => { one.open = true; }")
        SHOTS.mkdir(parents=True, exist_ok=True)
        widths = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        taken, there = page.evaluate(widths)
        assert taken <= there, page.evaluate(WIDER)
        assert page.evaluate(NAMELESS) == []
        assert page.evaluate(CONTRAST) == []
        pictures = page.locator(".paper img")
        assert pictures.count() >= 2, "the pages are seen on a phone, too"
        for picture in pictures.all():
            picture.scroll_into_view_if_needed()
            picture.evaluate("one => one.decode()")
            box = picture.bounding_box()
            assert box["height"] / box["width"] == pytest.approx(1754 / 1240, rel=0.02)
            assert box["width"] <= WIDTHS[width]
        page.evaluate("window.scrollTo(0, 0)")
        page.screenshot(path=SHOTS / f"{name}-{locale}-{width}.png", full_page=True)
        assert said == []


# -- what does not belong here --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("a text that calls itself one", "not_a_pdf"),
        ("half a PDF", "not_a_pdf"),
        ("a PDF with a script", "pdf_active"),
        ("macros", "docx_macros"),
        ("a bomb", "docx_bomb"),
        ("laughs", "docx_entities"),
    ],
)
@pytest.mark.parametrize("locale", ["ar", "en"])
def test_a_hostile_file_is_refused_in_the_partners_language(console, offered, name, code, locale):
    visitor = console.visitor()
    data = {"answer": "counter", "comment": "kept <b>words</b>"}
    files = {"document": ("a.docx", hostile(name)[0], DOCX)}
    answer = visitor.client.post(f"{offered['page']}?lang={locale}", data=data, files=files)
    assert answer.status_code == 422
    from dealix.errors import InvalidInput
    from dealix.i18n import sentence_of

    assert str(sentence_of(InvalidInput(code), locale)) in answer.text
    assert "kept &lt;b&gt;words&lt;/b&gt;</textarea>" in answer.text
    assert 'name="answer"' in answer.text, "it can still be answered"


def test_what_is_no_proposal_is_refused(console, offered):
    visitor = console.visitor()
    same = hand_in(visitor, offered["page"], offered["docx"])
    assert (same.status_code, "says the same as ours" in same.text) == (422, True)
    accepted = hand_in(visitor, offered["page"], offered["docx"], answer="accept")
    assert (accepted.status_code, "is a proposal" in accepted.text) == (422, True)
    nothing = hand_in(visitor, offered["page"], None)
    assert (nothing.status_code, "what it wants changed" in nothing.text) == (422, True)
    novel = edited(offered["docx"], lambda d: [d.add_paragraph("word " * 800) for _ in range(800)])
    long = hand_in(visitor, offered["page"], novel)
    assert (long.status_code, "more text than" in long.text) == (422, True)


@pytest.mark.parametrize(
    ("field", "value"),
    [("comment", "a\u202eb"), ("comment", "a\x00b"), ("revenue_share_percent", "<script>")],
)
def test_what_misleads_or_runs_is_refused(console, offered, field, value):
    answer = hand_in(console.visitor(), offered["page"], None, **{field: value})
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert 'value="<script>' not in answer.text


@pytest.mark.parametrize("locale", ["ar", "en"])
def test_50_megabytes_are_refused_on_a_page_in_the_readers_language(console, offered, locale):
    headers = {"Content-Length": "50000000", "Content-Type": "multipart/form-data; boundary=x"}
    client = console.visitor(locale=locale).client

    def endless():
        for _ in range(50):
            yield b"0" * 1_000_000

    try:
        answer = client.post(f"{offered['page']}?lang={locale}", content=endless(), headers=headers)
    except httpx.WriteError:
        return  # the door hung up before everything was sent
    assert answer.status_code == 413
    assert ("الطلب أكبر" if locale == "ar" else "The request is larger than") in answer.text
    assert f'href="{offered["page"]}"' in answer.text


def test_text_beside_the_clauses_is_found_and_the_script_in_it_does_nothing(console, offered):
    header = b"<w:hdr xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><w:p><w:r><w:t>&lt;script&gt;alert(1)&lt;/script&gt; x\xe2\x80\xaey</w:t></w:r></w:p></w:hdr>"  # noqa: E501 (one part of a document)
    answer = hand_in(
        console.visitor(), offered["page"], with_part(offered["docx"], "word/header9.xml", header)
    )
    assert "Your answer has been received" in answer.text
    run = offered["run"]
    revise(console, run, revenue_share_percent="12")
    before = console.waits_at(run, "term_review")
    after = asked_again(console, run, "term_review", before)
    page = console.visitor("noura").get(f"/approvals/{after}")
    assert "Text where a reader would not look" in page.text
    assert "<script>alert(1)" not in page.source


def test_a_pdf_that_comes_back_is_kept_for_a_person_to_read_and_not_compared(console):
    run = console.start()
    console.terms_out(run)
    page, partner, content = address(console, run, 1), console.visitor(), pdf()
    for locale, said in (("en", "A PDF is not compared"), ("ar", "أما ملف PDF فلا يُقارن")):
        assert said in partner.get(f"{page}?lang={locale}").text
    assert "Your answer has been received" in hand_in(partner, page, content).text
    waits_for(console, run, REVISION)
    noura = console.visitor("noura")
    rounds = noura.get(f"/runs/{run}/negotiation")
    assert "It is not compared with ours: a person reads it" in rounds.text
    assert "not marked in their document" not in rounds.text
    [link] = rounds.links("/api/v1/documents/")
    assert noura.get(link).answer.content == content
    assert "لا يُقارن بنسختنا" in console.visitor("noura", locale="ar").get(rounds.path).text
    before = console.waits_at(run, "term_review")
    revise(console, run, revenue_share_percent="12")
    packet = noura.get(f"/approvals/{asked_again(console, run, 'term_review', before)}")
    assert "It is not compared with ours: a person reads it" in packet.text


def test_the_rounds_show_a_change_of_a_clause_word_by_word_as_the_packet_does(console, negotiated):
    page = console.visitor("noura").get(f"/runs/{negotiated['run']}/negotiation").source
    third = page.partition('data-version="3"')[2]
    change = re.search(r'data-clause="share".*?</div>', third, re.DOTALL)[0]
    packet = re.search(
        r'data-clause="share".*?</div>', negotiated["clauses_page"].source, re.DOTALL
    )
    assert change == packet[0]
    assert re.search(r"<ins>[^<]*ninety", change)


def test_a_clause_of_one_language_holds_the_draft_back_until_it_is_confirmed(console):
    clause = console.api("noura", "GET", "/clauses/revenue")
    body = {"version": clause["version"], "en": clause["en"] + " It may be less."}
    console.api("noura", "PUT", "/clauses/revenue", json=body)
    run = console.start()
    console.approve(run, "manager_approval")
    visitor = console.visitor("fahad")
    page = visitor.until("/cases", lambda page: f"/runs/{run}" in page.source, "a case")
    assert "One language of the clause" in page.text
    assert "revenue" in page.text
    arabic = console.visitor("fahad", locale="ar").get("/cases")
    assert "تغيرت إحدى لغتي البند" in arabic.text
    assert mails(console, run, 1) == []
    assert console.api("noura", "GET", f"/runs/{run}")["status"] == "attention"
    version = {"version": clause["version"] + 1}
    console.api("maha", "POST", "/clauses/revenue/confirmations", json=version)
    article = next(a for a in page.source.split("<article")[1:] if f"/runs/{run}" in a)
    action = re.search(r'action="(/cases/[^"]+)"', article)[1]
    assert "The case is settled" in visitor.send(page, action, resolution="retry").text
    console.approve(run, "term_review", "legal_review")
    waits_for(console, run, ANSWER)
    content = console.visitor().client.get(f"{address(console, run, 1)}/terms/docx").content
    assert b"It may be less" in b"".join(files_of_docx(content))


def test_what_the_partner_accepted_is_what_is_signed_whatever_the_library_says_since(console):
    run = console.start()
    console.terms_out(run)
    executive = console.partner_accepts(run)
    accepted = console.api("noura", "GET", f"/approvals/{executive}")["packet"]["document"]
    clause = console.api("noura", "GET", "/clauses/offer")
    words = {"ar": clause["ar"] + " ثم ينتهي.", "en": clause["en"] + " Then it ends."}
    body = {"version": clause["version"], **words}
    changed = console.api("maha", "PUT", "/clauses/offer", json=body)
    version = {"version": changed["version"]}
    console.api("maha", "POST", "/clauses/offer/confirmations", json=version)
    wish = "tell me more of them"
    console.decide(console.decider(executive), executive, "request_changes", wish)
    path = f"/approvals/{executive}/answer"
    noura = console.visitor("noura")
    noura.send(noura.get(path), path, comment="we know them for ten years")
    again = asked_again(console, run, "executive_approval", executive)
    assert console.api("noura", "GET", f"/approvals/{again}")["packet"]["document"] == accepted
    links = noura.get(f"/runs/{run}").links("/approvals/apr_")
    assert not any("_legal_review_2" in one for one in links)


def files_of_docx(content: bytes) -> list[bytes]:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        return [bundle.read(name) for name in bundle.namelist()]


def test_a_run_that_ends_leaves_no_case_of_what_stood_in_its_way(console):
    clause = console.api("noura", "GET", "/clauses/effect")
    body = {"version": clause["version"], "en": clause["en"] + " Both."}
    console.api("noura", "PUT", "/clauses/effect", json=body)
    try:
        run = console.start()
        console.approve(run, "manager_approval")
        visitor = console.visitor("fahad")
        visitor.until("/cases", lambda page: f"/runs/{run}" in page.source, "a case")
        preview = visitor.get(f"/runs/{run}/undo")
        visitor.send(preview, f"/runs/{run}/cancel", comment="they went elsewhere")
        visitor.until(f"/runs/{run}", lambda page: "Cancelled" in page.text, "cancelled")
        visitor.until("/cases", lambda page: f"/runs/{run}" not in page.source, "no case")
    finally:
        back = {"version": clause["version"] + 1, "en": clause["en"]}
        console.api("noura", "PUT", "/clauses/effect", json=back)


def test_the_papers_lie_where_nobody_reads_them(console, negotiated):
    """What names a person lies sealed: neither file is among the objects in clear."""
    wanted = {hashlib.sha256(negotiated[form].content).hexdigest() for form in ("pdf", "docx")}
    kept = {path.name for path in Path(console.home).rglob("objects/sha256/*/*")}
    assert kept
    assert not wanted & kept

"""A document that comes back by mail or WhatsApp, as whoever negotiates reads it."""

import re

import pytest
from tests.business.papers.sheets import edited, say
from tests.business.papers.test_opening import pdf
from tests.console.test_partner_pages import EVENT, REVISION, phone_of, waits_for, with_partner

pytestmark = pytest.mark.journey


def ours(console, run: str) -> dict:
    """The mail that brought a run's terms, with its papers."""
    name = f"TS-{run[-8:].upper()}-v1."
    rows = console.sandbox("GET", "/_sandbox/messages")
    return next(
        row
        for row in rows
        if row["direction"] == "out"
        and any(str(one["name"]).startswith(name) for one in row.get("attachments") or ())
    )


@pytest.fixture(scope="module")
def returned(console):
    """A run whose partner mailed our Word document back with a change, a PDF and a program."""
    run = with_partner(console)
    mail, visitor = ours(console, run), console.visitor("noura")
    [number] = [n for n, one in enumerate(mail["attachments"], 1) if one["name"].endswith(".docx")]
    docx = visitor.client.get(f"/mailbox/{mail['id']}/attachments/{number}").content
    changed = edited(docx, lambda d: say(d, 2, 0, "thirty", "ninety"))
    files = (("الشروط.docx", changed), ("stamp.pdf", pdf()), ("setup.exe", b"MZ\x90\x00"))
    for name, content in files:
        values = {
            **visitor.get("/mailbox").form("/mailbox/reply")["values"],
            "channel": "email",
            "message_id": mail["message_id"],
            "from": mail["to"][0],
            "text": f"انظر {name}",
        }
        sent = visitor.client.post(
            "/mailbox/reply", data=values, files={"document": (name, content)}
        )
        assert sent.status_code == 200
        assert "data-problem" not in sent.text
    path = f"/runs/{run}/negotiation"
    page = visitor.until(path, lambda p: p.source.count("data-file=") == 3, "three files")
    page = visitor.until(path, lambda p: 'data-file="named"' not in p.source, "what they are")
    return {"run": run, "page": page, "changed": changed, "mail": mail}


def test_a_returned_word_document_is_read_word_by_word_at_its_round(console, returned):
    page = returned["page"].source
    assert page.count('data-file="kept"') == 2
    found = re.search(r'data-clause="share".*?<del>(.*?)</del>\s*<ins>(.*?)</ins>', page, re.DOTALL)
    assert found
    assert found.groups() == ("thirty", "ninety")
    assert "not marked in their document" in page
    [link] = [
        one
        for one in returned["page"].links("/api/v1/documents/")
        if console.visitor("noura").client.get(one).content == returned["changed"]
    ]
    assert console.visitor("mariam", "rawabi-ae").client.get(link).status_code in {403, 404}


def test_what_is_not_taken_is_named_with_its_reason_in_both_languages(console, returned):
    assert "Only a Word document (DOCX) or a PDF is taken" in returned["page"].text
    arabic = console.visitor("noura", locale="ar").get(returned["page"].path)
    assert "لا يُقبل إلا مستند Word" in arabic.text
    assert "setup.exe" in arabic.text


def test_the_mailbox_shows_what_the_other_side_sent_along(console, returned):
    page = console.visitor("noura").get("/mailbox")
    assert "setup.exe" in page.text
    rows = console.sandbox("GET", "/_sandbox/messages")
    [sent] = [r for r in rows if r["direction"] == "in" and "الشروط.docx" in str(r["attachments"])]
    link = f"/mailbox/{sent['id']}/attachments/1"
    assert console.visitor("noura").client.get(link).content == returned["changed"]
    assert console.visitor("mariam", "rawabi-ae").get(link).status == 404


def test_the_document_that_came_is_entered_as_the_counter_offer(console, returned):
    run, visitor = returned["run"], console.visitor("noura")
    page = visitor.get(f"/runs/{run}/negotiation")
    assert console.api("noura", "GET", f"/runs/{run}")["waiting_for"] == EVENT
    [document] = re.findall(r'<option value="(doc_\w+)">الشروط.docx', page.source)
    stored = visitor.send(
        page, f"/runs/{run}/negotiation/answer", answer="counter", document=document
    )
    assert "The partner's answer is stored" in stored.text
    waits_for(console, run, REVISION)
    page = visitor.get(f"/runs/{run}/negotiation").source
    assert len(re.findall(r'data-clause="share"', page)) >= 2


def test_a_document_by_whatsapp_is_named_and_has_to_be_asked_for(console):
    run = with_partner(console)
    files = [{"filename": "العقد.docx", "content": "UEsDBA=="}]
    reply = {"channel": "whatsapp", "from": phone_of(console, run), "text": "انظروا المرفق"}
    console.sandbox("POST", "/_sandbox/messages/reply", json=reply | {"attachments": files})
    path = f"/runs/{run}/negotiation"
    page = console.visitor("noura").until(path, lambda p: "data-file" in p.source, "the file")
    assert 'data-file="named"' in page.source
    assert "العقد.docx" in page.text
    assert "Files stay with WhatsApp" in page.text
    arabic = console.visitor("noura", locale="ar").get(path)
    assert "تبقى الملفات لدى واتساب" in arabic.text
